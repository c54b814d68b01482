"""An order in full: its rule, its terms, and the airings that follow from them. No clock, no database."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.domain.airings import LONGEST_BOARD_TIME, ROUTINE_PRIORITY, SOUND_TAIL, Broadcast
from controller.domain.areas import AreaKind
from controller.domain.errors import Code, InvalidError
from schedules import Band, Once, OnLoss, Origin, Rule, ScheduleError, band_of, rule_from_plain, rule_to_plain

LONGEST_WINDOW = timedelta(hours=24)
LONGEST_VALIDITY = timedelta(days=25 * 366)
MOST_ORDER = 100
_RENEWED, _RETURNED = "~", "+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How an order is to be carried out, whatever its times. `cause` says why; an emergency must have one."""

    priority: int = ROUTINE_PRIORITY
    on_loss: OnLoss = OnLoss.RESUME
    order: int = 0
    window_s: int = 1_800
    board_for_s: int = 86_400
    volume: int = 100
    cause: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be, by the name of the field."""
        with refusing():
            band = band_of(self.priority)
        for field, value, least, most in (
            ("window_s", self.window_s, 0, LONGEST_WINDOW // timedelta(seconds=1)),
            ("board_for_s", self.board_for_s, 1, LONGEST_BOARD_TIME // timedelta(seconds=1)),
            ("order", self.order, -MOST_ORDER, MOST_ORDER),
            ("volume", self.volume, 0, 100),
        ):
            if not least <= value <= most:
                raise InvalidError(Code.OUT_OF_RANGE, field=field)
        if band is Band.EMERGENCY and not self.cause:
            raise InvalidError(Code.CAUSE_EMPTY, field="cause")


@contextmanager
def refusing(place: str = "") -> Iterator[None]:
    """Turn what `schedules` refuses into InvalidError; its field is named from further out: `rule.times[2]`."""
    try:
        yield
    except ScheduleError as error:
        code = Code.TIME_ZONE_MISSING if error.code == "naive_instant" else Code(error.code)
        inner = "" if error.field == place else error.field
        raise InvalidError(code, field=".".join(part for part in (place, inner) if part)) from error


def read_rule(plain: object) -> Rule:
    """Return the rule that a program or a form sent. Raises InvalidError with the field at fault."""
    with refusing("rule"):
        rule = rule_from_plain(plain)
    valid_from, valid_until = getattr(rule, "valid_from", None), getattr(rule, "valid_until", None)
    if valid_from and valid_until and valid_until - valid_from > LONGEST_VALIDITY:
        raise InvalidError(Code.WINDOW_TOO_LONG, field="rule.valid_until")
    return rule


def rule_text(rule: Rule) -> str:
    """Return a rule as it is kept."""
    return json.dumps(rule_to_plain(rule), ensure_ascii=False, sort_keys=True)


def rule_of(broadcast: Broadcast) -> Rule:
    """Return the rule of an order."""
    return (
        rule_from_plain(json.loads(broadcast.rule)) if broadcast.rule else Once(start_at=broadcast.start_at)
    )


def plain_rule(broadcast: Broadcast) -> Mapping[str, object]:
    """Return the rule of an order in the plain form."""
    return rule_to_plain(rule_of(broadcast))


def terms_of(broadcast: Broadcast) -> Terms:
    """Return the terms of an order."""
    return Terms(
        priority=broadcast.priority,
        on_loss=broadcast.on_loss,
        order=broadcast.order,
        window_s=broadcast.window_s,
        board_for_s=broadcast.board_for_s,
        volume=broadcast.volume,
        cause=broadcast.cause,
    )


def origin_of(kind: AreaKind) -> Origin:
    """Return who speaks when something is ordered for an area of this kind (of a grouping, ask what is above it)."""
    return {AreaKind.CENTRAL: Origin.CENTRAL, AreaKind.PROVINCE: Origin.PROVINCE}.get(kind, Origin.COMMUNE)


def end_of(start_at: datetime, *, duration_ms: int, board_for_s: int | None) -> datetime:
    """Return the planned end of one occurrence: of the sound, or on a board for as long as it is to be shown."""
    if board_for_s is not None:
        return start_at + timedelta(seconds=board_for_s)
    return start_at + timedelta(milliseconds=duration_ms) + SOUND_TAIL


# --- the names of airings ------------------------------------------------------------------------


def airing_id(broadcast_id: str, device_id: str, key: str) -> str:
    """Return the id of an airing: two controllers that plan the same occurrence give it the same one."""
    return hashlib.sha256(f"{broadcast_id}/{device_id}/{key}".encode()).hexdigest()[:24]


def occurrence_key(key: str) -> str:
    """Return the key that the rule gave, whatever was planned anew or came back since."""
    return key.partition(_RENEWED)[0].partition(_RETURNED)[0]


def renewed_key(key: str, number: int) -> str:
    """Return the key of an occurrence that was called off and is planned again, for the `number`th time."""
    return f"{occurrence_key(key)}{_RENEWED}{number}"


def returned_key(key: str, number: int) -> str:
    """Return the key of the rest of an occurrence, shown after its board was off."""
    return f"{key.partition(_RETURNED)[0]}{_RETURNED}{number}"


def is_returned(key: str) -> bool:
    """Tell whether an airing is the rest of one that was broken off."""
    return _RETURNED in key
