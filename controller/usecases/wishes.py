"""What somebody wishes for an order, and making sure that it can be."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import TypedDict
from zoneinfo import ZoneInfo

from controller.domain.airings import (
    LONGEST_BOARD_TIME,
    SCHEDULE_AHEAD,
    SHORTEST_NOTICE,
    Broadcast,
)
from controller.domain.areas import Area
from controller.domain.errors import Code, InvalidError
from controller.domain.notices import Content
from controller.domain.orders import Terms, end_of, read_rule, refusing, rule_of, terms_of
from controller.domain.texts import clean_text
from controller.usecases.ports import Work
from controller.usecases.rule_starts import next_start, rule_starts
from schedules import DEFAULT_PRIORITY, Band, Campaign, Once, OnLoss, Recurring, Rule, at_local, band_of

CHECKED_AHEAD = SCHEDULE_AHEAD
LONGEST_CAUSE = 1_000
"""No device is told more."""
_DAY = timedelta(days=1)


class OrderWish(TypedDict, total=False):
    """What an order may say. Left out: what it said before, or the default.

    `start_at` for one start, or `rule` in its plain form; an emergency with neither begins at once, which is when
    its second approver says so. `band` stands for its usual priority. `order` decides
    about equals, lower first; to give it is to allow an overlap with an equal. Boards show each occurrence for
    `board_for_s`, or the first until `board_until`.
    """

    start_at: datetime | None
    rule: object
    band: Band | None
    priority: int | None
    on_loss: OnLoss | None
    order: int | None
    window_s: int | None
    board_for_s: int | None
    board_until: datetime | None
    volume: int | None
    cause: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A wish that can be. `until`: the last instant at which it may be on air; `has_order`: a person chose one."""

    rule: Rule
    terms: Terms
    start_at: datetime
    until: datetime | None
    has_order: bool


def read_wish(
    work: Work,
    wish: OrderWish,
    *,
    area: Area,
    content: Content,
    now: datetime,
    before: Broadcast | None = None,
) -> Draft:
    """Check a wish, for a new order or for a change of `before`; raises InvalidError with the field at fault."""
    rule = (
        Once(start_at=now + SHORTEST_NOTICE) if before is None and _is_at_once(wish) else _rule(wish, before)
    )
    field = "rule" if wish.get("rule") is not None else "start_at"
    start_at = _first_start(work, rule, area.zone, now, field=field)
    terms = _terms(wish, terms_of(before) if before is not None else Terms(), start_at)
    if isinstance(rule, Campaign) and band_of(terms.priority) is not Band.EMERGENCY:
        raise InvalidError(Code.CAMPAIGN_NOT_EMERGENCY, field="priority")
    draft = Draft(
        rule=rule,
        terms=terms,
        start_at=start_at,
        until=_until(rule, terms, content, area.zone),
        has_order=wish.get("order") is not None,
    )
    _check_apart(work, draft, area.zone, content, field=field)
    return draft


def _is_at_once(wish: OrderWish) -> bool:
    return wish.get("band") is Band.EMERGENCY and wish.get("start_at") is None and wish.get("rule") is None


def _rule(wish: OrderWish, before: Broadcast | None) -> Rule:
    start_at, rule = wish.get("start_at"), wish.get("rule")
    if start_at is not None and rule is not None:
        raise InvalidError(Code.ONE_START_WANTED, field="rule")
    if rule is not None:
        return rule if isinstance(rule, Once | Recurring | Campaign) else read_rule(rule)
    if start_at is not None:
        if start_at.tzinfo is None:
            raise InvalidError(Code.TIME_ZONE_MISSING, field="start_at")
        try:
            with refusing():
                return Once(start_at=start_at)
        except InvalidError as error:
            # Years that nobody can mean: before all, or after all.
            code = Code.TIME_IN_THE_PAST if start_at.year < 2000 else Code.TIME_TOO_FAR
            raise _not_a_start(code) from error
    if before is None:
        raise InvalidError(Code.ONE_START_WANTED, field="start_at")
    return rule_of(before)


def _not_a_start(code: Code, field: str = "start_at") -> InvalidError:
    if code is Code.TIME_IN_THE_PAST:
        return InvalidError(code, field=field, seconds=round(SHORTEST_NOTICE.total_seconds()))
    return InvalidError(code, field=field, days=SCHEDULE_AHEAD.days)


def _first_start(work: Work, rule: Rule, zone: str, now: datetime, *, field: str) -> datetime:
    """Return the first start; raises TIME_IN_THE_PAST, RULE_NEVER_FIRES or TIME_TOO_FAR."""
    soonest = now + SHORTEST_NOTICE
    if isinstance(rule, Once) and rule.start_at < soonest:
        raise _not_a_start(Code.TIME_IN_THE_PAST, field)
    with refusing("rule"):
        start_at = next_start(work, rule, zone, soonest - timedelta.resolution)
    if start_at is None:
        raise InvalidError(Code.RULE_NEVER_FIRES, field=field)
    if start_at > now + SCHEDULE_AHEAD:
        raise _not_a_start(Code.TIME_TOO_FAR, field)
    return start_at


def _terms(wish: OrderWish, before: Terms, start_at: datetime) -> Terms:
    band, priority = wish.get("band"), wish.get("priority")
    if priority is None and band is not None:
        priority = DEFAULT_PRIORITY[band]
    board_for_s = wish.get("board_for_s")
    if (board_until := wish.get("board_until")) is not None:
        board_for_s = _board_for_s(board_until, start_at)
    given: dict[str, object] = {
        "priority": priority,
        "on_loss": wish.get("on_loss"),
        "order": wish.get("order"),
        "window_s": wish.get("window_s"),
        "board_for_s": board_for_s,
        "volume": wish.get("volume"),
        "cause": _cause(wish.get("cause")),
    }
    return replace(before, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]


def _cause(raw: str | None) -> str | None:
    """Return a cause as it is kept: who approves it reads it, and so do devices."""
    if raw is None or not raw.strip():
        return raw and ""
    return clean_text(raw, field="cause", limit=LONGEST_CAUSE)


def _board_for_s(board_until: datetime, start_at: datetime) -> int:
    if board_until.tzinfo is None:
        raise InvalidError(Code.TIME_ZONE_MISSING, field="board_until")
    if board_until <= start_at:
        raise InvalidError(Code.NOT_A_TIME, field="board_until")
    if board_until > start_at + LONGEST_BOARD_TIME:
        raise InvalidError(Code.TIME_TOO_FAR, field="board_until", days=LONGEST_BOARD_TIME.days)
    return max(1, round((board_until - start_at).total_seconds()))


def _until(rule: Rule, terms: Terms, content: Content, zone: str) -> datetime | None:
    """Return the last instant at which anything of it may be on air; None when it goes on for ever."""
    match rule:
        case Once():
            last = rule.start_at
        case Campaign():
            last = rule.until
        case Recurring():
            if rule.valid_until is None:
                return None
            days = [rule.valid_until, *(to_day for _, to_day in rule.moved)]
            last = at_local(max(days) + _DAY, time(0), ZoneInfo(zone))
    sound = end_of(last, duration_ms=content.duration_ms, board_for_s=None) + timedelta(
        seconds=terms.window_s
    )
    return max(sound, last + timedelta(seconds=terms.board_for_s))


def _check_apart(work: Work, draft: Draft, zone: str, content: Content, *, field: str) -> None:
    """Raise OVERLAPS_ITSELF when the next start comes before the sound is over."""
    with refusing("rule"):
        starts = rule_starts(work, draft.rule, zone, draft.start_at, draft.start_at + 8 * _DAY)
    gaps = [later.start_at - earlier.start_at for earlier, later in pairwise(starts)]
    length = timedelta(milliseconds=content.duration_ms)
    if gaps and min(gaps) < length:
        raise InvalidError(
            Code.OVERLAPS_ITSELF,
            field=field,
            seconds=round(length.total_seconds()),
            gap=round(min(gaps).total_seconds()),
        )
