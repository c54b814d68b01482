"""Quy định phát: what may sound on the loudspeakers of an area, and what tightens it.

A field that is None says nothing: what is above holds. A profile below another one can only tighten it
(`tighten`); a wish that would loosen it is named by `loosened`. Emergencies are bound by the emergency fields
alone. Boards are silent and are bound by none of this.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import time, timedelta

from schedules.errors import ImpossibleGuardrailError
from schedules.slots import Slot

SESSION_GAP = timedelta(minutes=15)
"""Sounds less than this apart are one session (buổi); an emergency between them does not part them."""

NIGHT = Slot(time(21), time(6))
"""The night of QCVN 26:2010/BTNMT, in which a loudspeaker has to be quieter."""

_DAY_S = 86_400
_MOST_SLOTS = 24
_BOUNDS = {
    "sessions_per_day": (0, 48),
    "session_minutes": (0, 1_440),
    "day_minutes": (0, 1_440),
    "night_volume": (0, 100),
    "neighbour_volume": (0, 100),
    "emergency_volume": (0, 100),
    "emergency_item_minutes": (1, 240),
    "emergency_day_minutes": (1, 1_440),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail:
    """One profile. Times are local, volumes percent of the device's full level, weekdays ISO (Monday is 1).

    `slots` None allows every time that is not quiet, `()` none. `volume_curve` holds (from this local time on,
    at most this volume); before its first step the last one of the day before holds. `night_volume` caps NIGHT,
    `neighbour_volume` a device beside a school, clinic, pagoda or home for the old.
    Raises ImpossibleGuardrailError with the field.
    """

    quiet_hours: tuple[Slot, ...] = ()
    slots: tuple[Slot, ...] | None = None
    days: frozenset[int] | None = None
    sessions_per_day: int | None = None
    session_minutes: int | None = None
    day_minutes: int | None = None
    volume_curve: tuple[tuple[time, int], ...] = ()
    night_volume: int | None = None
    neighbour_volume: int | None = None
    emergency_volume: int | None = None
    emergency_item_minutes: int | None = None
    emergency_day_minutes: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        for name, (least, most) in _BOUNDS.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise ImpossibleGuardrailError(
                    "out_of_range", f"{name} must be {least} to {most}", field=name
                )
        if self.days is not None and not self.days <= frozenset(range(1, 8)):
            raise ImpossibleGuardrailError("out_of_range", "weekdays are 1 (Monday) to 7", field="days")
        for name, count in (
            ("quiet_hours", len(self.quiet_hours)),
            ("slots", len(self.slots or ())),
            ("volume_curve", len(self.volume_curve)),
        ):
            if count > _MOST_SLOTS:
                raise ImpossibleGuardrailError("out_of_range", f"at most {_MOST_SLOTS}", field=name)
        self._check_times()
        if any(not 0 <= volume <= 100 for _, volume in self.volume_curve):
            raise ImpossibleGuardrailError("out_of_range", "a volume is 0 to 100", field="volume_curve")
        if len({at for at, _ in self.volume_curve}) < len(self.volume_curve):
            raise ImpossibleGuardrailError("out_of_range", "one volume for each time", field="volume_curve")

    def _check_times(self) -> None:
        for name, times in (
            ("quiet_hours", [clock for slot in self.quiet_hours for clock in (slot.start, slot.end)]),
            ("slots", [clock for slot in self.slots or () for clock in (slot.start, slot.end)]),
            ("volume_curve", [clock for clock, _ in self.volume_curve]),
        ):
            if any(clock.tzinfo is not None or clock.microsecond for clock in times):
                raise ImpossibleGuardrailError("out_of_range", "local times in whole seconds", field=name)

    def volume_at(self, clock: time) -> int:
        """Return the cap of the curve at a local time; 100 without a curve."""
        steps = sorted(self.volume_curve)
        passed = [volume for at, volume in steps if at <= clock]
        return (passed or [volume for _, volume in steps] or [100])[-1]


LIMITS = tuple(one.name for one in fields(Guardrail))
"""The fields of a profile, by name: whoever carries or shows profiles carries all of them."""


def tighten(above: Guardrail, below: Guardrail) -> Guardrail:
    """Return the profile that holds where `below` is set beneath `above`: the stricter of each."""
    return Guardrail(
        quiet_hours=_joined((*above.quiet_hours, *below.quiet_hours)),
        slots=_shared(above.slots, below.slots),
        days=_shared_days(above.days, below.days),
        volume_curve=_lower_curve(above, below),
        **{name: _lower(getattr(above, name), getattr(below, name)) for name in _BOUNDS},
    )


def loosened(above: Guardrail, below: Guardrail) -> tuple[str, ...]:
    """Return the fields in which `below` asks for more than `above` allows; such a wish has no effect."""
    found = [
        name
        for name in _BOUNDS
        if getattr(below, name) is not None
        and getattr(above, name) is not None
        and getattr(below, name) > getattr(above, name)
    ]
    if below.days is not None and above.days is not None and not below.days <= above.days:
        found.append("days")
    if (
        below.slots is not None
        and above.slots is not None
        and _shared(above.slots, below.slots) != _joined(below.slots)
    ):
        found.append("slots")
    # A quiet time inside a longer one above would shorten it, if it had any effect.
    whole = _joined(above.quiet_hours)
    if any(_joined((*whole, slot)) == whole and slot not in whole for slot in below.quiet_hours):
        found.append("quiet_hours")
    times = {at for curve in (above.volume_curve, below.volume_curve) for at, _ in curve}
    if below.volume_curve and any(below.volume_at(at) > above.volume_at(at) for at in times):
        found.append("volume_curve")
    return tuple(one.name for one in fields(Guardrail) if one.name in found)


def _lower(one: int | None, other: int | None) -> int | None:
    stated = [value for value in (one, other) if value is not None]
    return min(stated, default=None)


def _lower_curve(above: Guardrail, below: Guardrail) -> tuple[tuple[time, int], ...]:
    times = sorted({at for curve in (above.volume_curve, below.volume_curve) for at, _ in curve})
    steps = [(at, min(above.volume_at(at), below.volume_at(at))) for at in times]
    return tuple(step for number, step in enumerate(steps) if number == 0 or steps[number - 1][1] != step[1])


def _shared_days(above: frozenset[int] | None, below: frozenset[int] | None) -> frozenset[int] | None:
    if above is None or below is None:
        return below if above is None else above
    return above & below


def _shared(above: tuple[Slot, ...] | None, below: tuple[Slot, ...] | None) -> tuple[Slot, ...] | None:
    """Return the windows that both allow."""
    if above is None or below is None:
        return below if above is None else above
    return _as_slots(
        (max(start, other_start), min(end, other_end))
        for start, end in _stretches(above)
        for other_start, other_end in _stretches(below)
    )


def _joined(slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """Return the same times as few slots that neither touch nor overlap."""
    return _as_slots(_stretches(slots))


def _stretches(slots: tuple[Slot, ...]) -> list[tuple[int, int]]:
    """Return seconds of the day [start, end), what crosses midnight in two."""
    found = []
    for slot in slots:
        start, end = _seconds(slot.start), _seconds(slot.end)
        found += [(start, end)] if start < end else [(start, _DAY_S), (0, end)]
    return sorted(stretch for stretch in found if stretch[0] < stretch[1])


def _as_slots(stretches: Iterable[tuple[int, int]]) -> tuple[Slot, ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(stretch for stretch in stretches if stretch[0] < stretch[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    if len(merged) > 1 and merged[0][0] == 0 and merged[-1][1] == _DAY_S:
        merged = [*merged[1:-1], (merged[-1][0], merged[0][1])]
    return tuple(sorted(Slot(_clock(start), _clock(end)) for start, end in merged))


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def _clock(seconds: int) -> time:
    seconds %= _DAY_S
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)


OPEN = Guardrail(
    emergency_item_minutes=60,
    emergency_day_minutes=1_440,
)
"""No limit but the emergency's: for a workshop or a demonstration."""

STANDARD = Guardrail(
    quiet_hours=(Slot(time(22), time(5)),),
    night_volume=60,
    neighbour_volume=70,
    day_minutes=180,
    emergency_volume=100,
    emergency_item_minutes=15,
    emergency_day_minutes=480,
)
"""What holds where nobody has set anything: nobody is woken at 03:15."""

HANOI_URBAN = tighten(
    STANDARD,
    Guardrail(
        quiet_hours=(Slot(time(21), time(6)),),
        days=frozenset({1, 2, 3, 4, 5}),
        sessions_per_day=2,
        session_minutes=15,
        day_minutes=30,
    ),
)
"""Hà Nội, urban districts, in force 12/3/2021: 2 sessions a day, 5 days a week, 15 minutes a session."""

HANOI_RURAL = tighten(STANDARD, Guardrail(session_minutes=45))
"""Hà Nội, rural districts and towns, in force 12/3/2021: 45 minutes a session, relays included."""

BUILT_IN: dict[str, Guardrail] = {
    "standard": STANDARD,
    "hanoi_urban": HANOI_URBAN,
    "hanoi_rural": HANOI_RURAL,
    "open": OPEN,
}
