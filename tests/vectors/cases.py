"""Reads the shared vectors and puts them before both houses; the format is told in README.md."""

import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from controller.domain.airings import Airing, AiringState
from controller.domain.devices import Device, DeviceKind
from controller.domain.notices import Content
from controller.mqtt.wording import timetable_message
from controller.usecases.ports import TimetableItem
from protocol import Timetable
from protocol.codec import decode_body, encode_plain
from schedules import (
    BUILT_IN,
    Aired,
    Calendar,
    History,
    LunarDay,
    OnLoss,
    Origin,
    Rails,
    RailsInForce,
    Segment,
    Unaired,
    expand,
    guardrail_from_plain,
    local_day,
    rule_from_plain,
)

HERE = Path(__file__).parent
BY_HAND, BY_REFERENCE = HERE / "by_hand.toml", HERE / "by_reference.jsonl"
MINUTE = timedelta(minutes=1)
_TO_THE_END = timedelta(days=2)

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One vector. `days`: the local day to which each occurrence belongs."""

    name: str
    zone: ZoneInfo
    airings: tuple[Airing, ...]
    days: dict[str, date]
    rails: tuple[Rails, ...]
    history: History
    now: datetime
    until: datetime
    expected: tuple[str, ...]

    def lines(self, outcome: Iterable[Segment | Unaired]) -> list[str]:
        """Return an outcome in the words of the vectors, sorted."""
        return sorted(self._line(one) for one in outcome)

    def _line(self, one: Segment | Unaired) -> str:
        name = one.occurrence.id
        day = self.days[name]
        begin = f"{name.split(':')[0]} {day} "
        if isinstance(one, Unaired):
            why = " ".join(breach.code for breach in one.breaches)
            if one.winner:
                why = f"by {one.winner.split(':')[0]}"
            return f"{begin}{self._clock(one.occurrence.start_at, day)} {one.fate} {why}".rstrip()
        offset = f" @{one.offset.total_seconds():g}s" if one.offset else ""
        clocks = f"{self._clock(one.start_at, day)}-{self._clock(one.end_at, day)}"
        return f"{begin}{clocks} {one.volume}% {one.ending}{offset}"

    def _clock(self, at: datetime, day: date) -> str:
        local = at.astimezone(self.zone)
        text = f"{local:%H:%M}"
        if local.second or local.microsecond:
            text += f":{local.second:02}"
        if local.microsecond:
            text += f".{local.microsecond // 1000:03}"
        if local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset():
            text += f"{local:%z}"
        days = (local.date() - day).days
        return f"{text}{days:+}" if days else text


def by_hand() -> list[Plain]:
    """Return the cases whose answers were written by hand."""
    shared: Plain = tomllib.loads(BY_HAND.read_text("utf-8"))
    return list(shared["case"])


def by_reference() -> list[Plain]:
    """Return the cases whose answers the reference has given."""
    return [json.loads(row) for row in BY_REFERENCE.read_text("utf-8").splitlines() if row]


def read(plain: Plain) -> Case:
    """Return a case ready to be put to both houses."""
    zone = ZoneInfo(plain.get("zone", "Asia/Ho_Chi_Minh"))
    begin, until = _instant(plain["begin"], zone), _instant(plain["until"], zone)
    since = _instant(str(plain.get("since", plain["begin"])), zone)
    calendar = _calendar(plain, since, until)
    airings, days = [], {}
    for item in plain["items"]:
        rule = rule_from_plain(item["rule"])
        for start in expand(rule, start_at=since, end_at=until, zone=zone, calendar=calendar):
            airing = _airing(item, f"{item['id']}:{start.key}", start.start_at)
            airings.append(airing)
            days[airing.id] = start.day
    rails = plain["rails"]
    dated = rails if isinstance(rails, list) else [rails]
    return Case(
        name=plain["name"],
        zone=zone,
        airings=tuple(airings),
        days=days,
        rails=tuple(_rails(one, zone) for one in dated),
        history=_history(plain.get("history", {}), zone),
        now=begin,
        until=until + _TO_THE_END,
        expected=tuple(sorted(plain["expected"])),
    )


def _airing(item: Plain, name: str, start_at: datetime) -> Airing:
    end_at = start_at + MINUTE * item["minutes"]
    is_text = bool(item.get("text"))
    window = MINUTE * item.get("window_minutes", 0)
    return Airing(
        id=name,
        broadcast_id=item["id"],
        notice_id="n",
        device_id="d",
        title=item["id"],
        planned_at=start_at,
        ends_at=end_at,
        state=AiringState.PLANNED,
        priority=item["priority"],
        volume=item.get("volume", 100),
        content_id=None if is_text else "0" * 64,
        text=item["id"] if is_text else None,
        latest_at=end_at + window,
        order=item.get("order", 0),
        origin=Origin(item.get("origin", "commune")),
        on_loss=OnLoss(item.get("on_loss", "resume")),
        authorised_by=item.get("authorised_by", ""),
        cause=item.get("cause", ""),
    )


def _rails(plain: Plain, zone: ZoneInfo) -> Rails:
    profile = BUILT_IN[plain["profile"]] if "profile" in plain else guardrail_from_plain(plain["guardrail"])
    holds_from = _instant(str(plain.get("from", "2000-01-01 00:00")), zone)
    return Rails(
        guardrail=profile, zone=zone.key, has_neighbour=plain.get("neighbour", False), holds_from=holds_from
    )


def _history(plain: Plain, zone: ZoneInfo) -> History:
    aired = [(_instant(one["from"], zone), _instant(one["to"], zone), one) for one in plain.get("aired", [])]
    return History(
        over=frozenset(plain.get("over", [])),
        played={name: timedelta(seconds=seconds) for name, seconds in plain.get("played", {}).items()},
        waiting=plain.get("waiting", {}),
        aired=tuple(
            Aired(
                start_at=start_at,
                end_at=end_at,
                day=local_day(start_at, zone),
                is_emergency=one.get("emergency", False),
            )
            for start_at, end_at, one in aired
        ),
    )


def _calendar(plain: Plain, since: datetime, until: datetime) -> Calendar:
    first, last = since.date() - timedelta(days=3), until.date() + timedelta(days=3)
    lunar: dict[date, LunarDay] = {}
    for begins, month, length in plain.get("lunar", []):
        begin = date.fromisoformat(begins)
        lunar.update({begin + timedelta(days=day): LunarDay(day + 1, month) for day in range(length)})
    holidays = {date.fromisoformat(day): "ngày nghỉ" for day in plain.get("holidays", [])}
    return Calendar(first=first, last=last, holidays=holidays, lunar_days=lunar)


def _instant(text: str, zone: ZoneInfo) -> datetime:
    """Read a local time, or an instant when it says its offset."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def as_the_device_reads_it(
    airings: Iterable[Airing], rails: Sequence[Rails], *, revision: int = 7
) -> Timetable:
    """Return a timetable worded by the controller, made JSON, and read again."""
    beginning = datetime(2026, 1, 1, tzinfo=UTC)
    device = Device(
        id="d", kind=DeviceKind.SPEAKER, name="d", area_id="a", public_key="", created_at=beginning
    )
    device.desired_revision = revision
    content = Content(id="0" * 64, size=1, media_type="audio/ogg", duration_ms=1, created_at=beginning)
    items = [TimetableItem(airing=one, content=content if one.content_id else None) for one in airings]
    worded = timetable_message(device, station="Xã Trung Lộc", items=items, rails=rails)
    message = decode_body("timetable", json.loads(encode_plain(worded)))
    assert isinstance(message, Timetable)
    return message


def in_force(case: Case) -> RailsInForce:
    """Return the guard rails of a case."""
    return RailsInForce(case.rails)
