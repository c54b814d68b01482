"""The schedule form: what its inputs hold, read from an order, from what was typed, or fresh. Times are local."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from controller.domain.airings import Broadcast
from controller.domain.orders import plain_rule
from controller.web.console.start_times import next_start
from controller.web.console.typed_forms import TypedForm
from schedules import Band, OnLoss, band_of

_INPUTS = {
    "start_at": "start_date",
    "until": "until_date",
    "between": "between_from",
    "board_for_s": "board_for",
    "window_s": "window_minutes",
    "priority": "band",
}
"""field of the domain -> input of the form, where they differ"""
KINDS = (
    "once",
    "daily",
    "weekly",
    "monthly_day",
    "monthly_weekday",
    "monthly_last_day",
    "lunar",
    "campaign",
)
UNITS = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
"""units of the time for which boards show something, the largest first"""
_SPARE_TIMES, _SPARE_ROWS = 2, 2
_SEVERAL = ("times", "days", "except_dates", "moved_from", "moved_to")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleInputs:
    """One text for each input, as the page shows it and a person may have left it; nothing is checked here."""

    area_id: str = ""
    kind: str = "once"
    start_date: str = ""
    start_time: str = ""
    until_date: str = ""
    until_time: str = ""
    every: str = "1"
    times: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    day: str = "1"
    nth: str = "1"
    weekday: str = "1"
    lunar_days: str = "1, 15"
    valid_from: str = ""
    valid_until: str = ""
    except_dates: tuple[str, ...] = ()
    moved_from: tuple[str, ...] = ()
    moved_to: tuple[str, ...] = ()
    holidays: str = "play"
    every_minutes: str = "60"
    between_from: str = ""
    between_to: str = ""
    band: str = Band.ROUTINE
    on_loss: str = OnLoss.RESUME
    order: str = ""
    window_minutes: str = "30"
    board_for: str = "1"
    board_unit: str = "days"
    volume: str = "100"
    cause: str = ""
    version: str = ""

    @property
    def time_rows(self) -> tuple[str, ...]:
        """The start times with room for more."""
        return (*(one for one in self.times if one), *[""] * _SPARE_TIMES)

    @property
    def except_rows(self) -> tuple[str, ...]:
        return (*(one for one in self.except_dates if one), *[""] * _SPARE_ROWS)

    @property
    def moved_rows(self) -> tuple[tuple[str, str], ...]:
        """Pairs (from, to); what lacks one of the two is kept, so that its fault can be mended."""
        pairs = zip(self.moved_from, self.moved_to, strict=False)
        return (*((one, other) for one, other in pairs if one or other), *[("", "")] * _SPARE_ROWS)

    def of_rule(self) -> dict[str, Any]:
        """Return the part that makes the rule; two that are equal mean the same times."""
        names = (*KIND_INPUTS.get(self.kind, ()), "kind")
        found = {name: getattr(self, name) for name in names}
        if "moved_from" in found:
            found["moved_from"] = found["moved_to"] = tuple(row for row in self.moved_rows if any(row))
        for name in ("times", "except_dates"):
            if name in found:
                found[name] = tuple(sorted(one for one in found[name] if one))
        return found


_WHEN = ("times", "valid_from", "valid_until", "except_dates", "moved_from", "moved_to", "holidays")
KIND_INPUTS: Mapping[str, tuple[str, ...]] = {
    "once": ("start_date", "start_time"),
    "daily": ("every", *_WHEN),
    "weekly": ("every", "days", *_WHEN),
    "monthly_day": ("day", *_WHEN),
    "monthly_weekday": ("nth", "weekday", *_WHEN),
    "monthly_last_day": _WHEN,
    "lunar": ("lunar_days", *_WHEN),
    "campaign": (
        "start_date",
        "start_time",
        "until_date",
        "until_time",
        "every_minutes",
        "between_from",
        "between_to",
    ),
}
"""kind of rule -> the inputs that make it"""


def fresh_inputs(now: datetime, zone: str, area_id: str) -> ScheduleInputs:
    """Return what an empty form proposes: once, soon; and the same time for whoever chooses to repeat it."""
    start = next_start(now, zone)
    return ScheduleInputs(
        area_id=area_id,
        start_date=f"{start:%Y-%m-%d}",
        start_time=f"{start:%H:%M}",
        times=(f"{start:%H:%M}",),
        days=(str(start.isoweekday()),),
        day=str(start.day),
        nth=str(min(4, (start.day - 1) // 7 + 1)),
        weekday=str(start.isoweekday()),
        valid_from=f"{start:%Y-%m-%d}",
    )


def typed_inputs(form: TypedForm) -> ScheduleInputs:
    """Return what was typed, every input of it; a box that nobody ticked is not sent, so days may be none."""
    given: dict[str, Any] = {}
    for field in fields(ScheduleInputs):
        if field.name in _SEVERAL:
            given[field.name] = form.all(field.name)
        elif field.name in form:
            given[field.name] = form.one(field.name)
    return ScheduleInputs(**given)


def inputs_of(broadcast: Broadcast, zone: str, now: datetime) -> ScheduleInputs:
    """Return an order as the form shows it: in the wall time of its area."""
    proposed = fresh_inputs(max(now, broadcast.start_at - timedelta(minutes=10)), zone, broadcast.area_id)
    board_for, board_unit = _in_units(broadcast.board_for_s)
    window, rest = divmod(broadcast.window_s, 60)
    terms = replace(
        proposed,
        band=band_of(broadcast.priority),
        on_loss=broadcast.on_loss,
        order=str(broadcast.order) if broadcast.order else "",
        window_minutes=f"{window + rest / 60:.10g}",
        board_for=str(board_for),
        board_unit=board_unit,
        volume=str(broadcast.volume),
        cause=broadcast.cause,
        version=str(broadcast.version),
    )
    return replace(terms, **_rule_inputs(plain_rule(broadcast), ZoneInfo(zone)))


def _in_units(seconds: int) -> tuple[int, str]:
    unit = next(name for name, size in UNITS.items() if seconds % size == 0)
    return seconds // UNITS[unit], unit


def _rule_inputs(plain: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """Return the inputs that a rule fills."""
    found: dict[str, Any] = {"kind": plain["kind"]}
    for name in ("start_at", "until"):
        if name in plain:
            local = datetime.fromisoformat(plain[name]).astimezone(zone)
            found[f"{name.removesuffix('_at')}_date"] = f"{local:%Y-%m-%d}"
            found[f"{name.removesuffix('_at')}_time"] = _clock(local)
    if "times" in plain:
        found["times"] = tuple(plain["times"])
        found["valid_from"], found["valid_until"] = plain["valid_from"], plain["valid_until"] or ""
        found["except_dates"] = tuple(plain["except_dates"])
        found["moved_from"] = tuple(one["from"] for one in plain["moved"])
        found["moved_to"] = tuple(one["to"] for one in plain["moved"])
        found["holidays"] = plain["holidays"]
    for name in ("every", "day", "nth", "weekday", "every_minutes"):
        if name in plain:
            found[name] = str(plain[name])
    if "days" in plain:
        days = tuple(str(one) for one in plain["days"])
        found |= {"lunar_days": ", ".join(days)} if plain["kind"] == "lunar" else {"days": days}
    if between := plain.get("between"):
        found |= {"between_from": between["start"], "between_to": between["end"]}
    return found


def _clock(local: datetime) -> str:
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def input_of(field: str, kind: str) -> str:
    """Return the input that a field of the domain is typed into: `rule.times[2]` is `times`."""
    plain = field.removeprefix("rule.").partition("[")[0].partition(".")[0]
    if kind == "lunar" and plain == "days":
        return "lunar_days"
    if plain == "rule":
        return "start_date" if kind in ("once", "campaign") else "times"
    return _INPUTS.get(plain, plain)
