"""A second implementation of the rules' text: slow, minute by minute, and without a line of `schedules`.

It answers the bulk of the shared vectors (`generate.py`). It knows whole minutes only, and guard rails whose times
lie at hours at which no clock jumps; what is finer is written by hand in `by_hand.toml`.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Plain = dict[str, Any]

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_GAP = 15
_LATE = 1
_ORIGINS = {"central": 0, "province": 1, "commune": 2}


def lines_of(case: Plain) -> list[str]:
    """Return what will and will not be on air, as sorted lines; see README.md."""
    return sorted(_Simulation(case).run())


# --- clocks --------------------------------------------------------------------------------------


def _wall(minute: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(minute * 60, zone).replace(tzinfo=None)


def _minute_of(wall: datetime, zone: ZoneInfo) -> int:
    """Return the first minute at which a wall clock shows this; of one that is left out, as long after the jump."""
    begin = int(wall.replace(tzinfo=UTC).timestamp()) // 60 - 15 * 60
    latest_before = begin
    for minute in range(begin, begin + 30 * 60):
        shown = _wall(minute, zone).replace(fold=0)
        if shown == wall:
            return minute
        if shown < wall:
            latest_before = minute
        elif latest_before == minute - 1:
            break
    return latest_before + int((wall - _wall(latest_before, zone).replace(fold=0)) / _MINUTE)


def _text(clock: str) -> int:
    hour, minute = clock.split(":")[:2]
    return int(hour) * 60 + int(minute)


# --- rules ---------------------------------------------------------------------------------------


def _starts(rule: Plain, case: Plain, zone: ZoneInfo, first: int, last: int) -> list[tuple[date, int]]:
    """Return (local day, minute) of each start in [first, last)."""
    if rule["kind"] == "once":
        minute = int(datetime.fromisoformat(rule["start_at"]).timestamp()) // 60
        found = [(_wall(minute, zone).date(), minute)]
    elif rule["kind"] == "campaign":
        found = list(_campaign(rule, zone))
    else:
        found = []
        day, end = _wall(first, zone).date() - 2 * _DAY, _wall(last, zone).date() + 2 * _DAY
        while day <= end:
            for playing in _days_played(rule, case, day):
                found += [(playing, _minute_of(_at(playing, clock), zone)) for clock in rule["times"]]
            day += _DAY
    seen: dict[int, date] = {}
    for day, minute in found:
        if first <= minute < last:
            seen.setdefault(minute, day)
    return [(day, minute) for minute, day in sorted(seen.items())]


def _at(day: date, clock: str) -> datetime:
    return datetime(day.year, day.month, day.day) + timedelta(minutes=_text(clock))  # noqa: DTZ001


def _campaign(rule: Plain, zone: ZoneInfo) -> Iterator[tuple[date, int]]:
    begin, until = (
        int(datetime.fromisoformat(rule[name]).timestamp()) // 60 for name in ("start_at", "until")
    )
    for minute in range(begin, until, rule["every_minutes"]):
        wall = _wall(minute, zone)
        clock, day = wall.hour * 60 + wall.minute, wall.date()
        if between := rule.get("between"):
            start, end = _text(between["start"]), _text(between["end"])
            if not _lies_in(clock, start, end):
                continue
            if start >= end and clock < end:
                day -= _DAY
        yield day, minute


def _days_played(rule: Plain, case: Plain, day: date) -> Iterator[date]:
    """Yield on which days that plays which belongs to `day`."""
    holidays = rule.get("holidays", "play")
    is_holiday = day.isoformat() in case.get("holidays", [])
    is_valid = rule["valid_from"] <= day.isoformat() <= (rule.get("valid_until") or "9999")
    if not is_valid or not _has(rule, case, day) or (holidays == "only" and not is_holiday):
        return
    moved = {move["from"]: move["to"] for move in rule.get("moved", [])}
    if day.isoformat() in moved:
        yield date.fromisoformat(moved[day.isoformat()])
    elif day.isoformat() not in rule.get("except_dates", []) and not (holidays == "skip" and is_holiday):
        yield day


def _has(rule: Plain, case: Plain, day: date) -> bool:
    begin = date.fromisoformat(rule["valid_from"])
    length = monthrange(day.year, day.month)[1]
    match rule["kind"]:
        case "daily":
            return (day - begin).days % int(rule.get("every", 1)) == 0
        case "weekly":
            weeks = (day - timedelta(days=day.weekday()) - begin + timedelta(days=begin.weekday())).days // 7
            return bool(day.isoweekday() in rule["days"] and weeks % int(rule.get("every", 1)) == 0)
        case "monthly_day":
            return day.day == int(rule["day"])
        case "monthly_last_day":
            return day.day == length
        case "monthly_weekday" if rule["nth"] == -1:
            return day.isoweekday() == int(rule["weekday"]) and day.day > length - 7
        case "monthly_weekday":
            return day.isoweekday() == int(rule["weekday"]) and (day.day - 1) // 7 + 1 == int(rule["nth"])
        case "lunar":
            return _lunar_day(case, day) in rule["days"]
    raise ValueError(rule["kind"])


def _lunar_day(case: Plain, day: date) -> int:
    begins = [date.fromisoformat(begin) for begin, *_ in case["lunar"] if begin <= day.isoformat()]
    return (day - max(begins)).days + 1


def _lies_in(clock: int, start: int, end: int) -> bool:
    return start <= clock < end if start < end else clock >= start or clock < end


# --- the air -------------------------------------------------------------------------------------


@dataclass(eq=False)
class _Wish:
    item: Plain
    name: str
    day: date
    planned: int
    number: int
    played: int = 0
    is_cut: bool = False
    has_shown: bool = False
    winner: str = ""
    is_gone: bool = False

    @property
    def length(self) -> int:
        return int(self.item["minutes"])

    @property
    def end(self) -> int:
        return self.planned + self.length

    @property
    def off_by(self) -> int:
        return self.end if self.is_text else self.end + int(self.item.get("window_minutes", 0))

    @property
    def is_text(self) -> bool:
        return bool(self.item.get("text"))

    @property
    def is_emergency(self) -> bool:
        return int(self.item["priority"]) >= 200

    @property
    def on_loss(self) -> str:
        return str(self.item.get("on_loss", "resume"))

    @property
    def has_lost(self) -> bool:
        return self.is_cut or bool(self.winner)

    @property
    def rank(self) -> tuple[int, int, int, int, str]:
        one = self.item
        if self.is_text:
            return (-one["priority"], one.get("order", 0), 0, -self.planned, self.name)
        origin = _ORIGINS[one.get("origin", "commune")]
        return (-one["priority"], one.get("order", 0), origin, self.planned, self.name)


@dataclass
class _Heard:
    """What has sounded, minute by minute."""

    kinds: dict[int, bool] = field(default_factory=dict)
    began: dict[int, int] = field(default_factory=dict)

    def add(self, begin: int, end: int, *, is_emergency: bool) -> None:
        for minute in range(begin, end):
            self.kinds[minute], self.began[minute] = is_emergency, begin

    def with_more(self, begin: int, end: int) -> "_Heard":
        more = _Heard(dict(self.kinds), dict(self.began))
        more.add(begin, end, is_emergency=False)
        return more

    def sessions(self) -> list[list[int]]:
        """Return the minutes of each session."""
        found: list[list[int]] = []
        latest = None
        for minute in sorted(self.kinds):
            is_near = latest is not None and minute - latest - 1 < _GAP
            if self.kinds[minute]:
                latest = minute if is_near else latest
                continue
            if is_near:
                found[-1].append(minute)
            else:
                found.append([minute])
            latest = minute
        return found


class _Simulation:
    def __init__(self, case: Plain) -> None:
        self.zone = ZoneInfo(case.get("zone", "Asia/Ho_Chi_Minh"))
        self.case, self.rails = case, case["rails"]
        self.guardrail: Plain = self.rails["guardrail"]
        self.begin, self.until = (self._local(case[name]) for name in ("begin", "until"))
        self.wishes = self._wishes()
        self.heard = _Heard()
        self.current: _Wish | None = None
        self.begun = self.ends = self.volume = 0
        self.ending = ""
        self.found: list[str] = []

    def _local(self, text: str) -> int:
        return _minute_of(datetime.fromisoformat(text), self.zone)

    def _wishes(self) -> list[_Wish]:
        found = []
        for item in self.case["items"]:
            starts = _starts(item["rule"], self.case, self.zone, self.begin, self.until)
            for number, (day, minute) in enumerate(starts):
                # Among equals the id decides, and it is made of the local day and time.
                name = f"{item['id']}:{minute:012}"
                found.append(_Wish(item, name, day, minute, number))
        return sorted(found, key=lambda one: one.rank)

    def run(self) -> list[str]:
        last = max((one.off_by for one in self.wishes), default=self.begin) + 2
        for minute in range(self.begin, last + 1):
            self._tick(minute)
        return self.found

    def _tick(self, now: int) -> None:
        if self.current is not None and self.ends == now:
            self._end(self.ending)
        wanting = [one for one in self.wishes if not one.is_gone and one.planned <= now]
        for one in wanting:
            if one is not self.current and self._is_over(one, now):
                self._drop(one)
        is_settled = False
        while not is_settled:
            is_settled = self._choose([one for one in wanting if not one.is_gone], now)
        for one in wanting:
            if self.current not in (None, one) and not one.is_gone and not one.winner:
                one.winner = self._on_air_id()

    def _on_air_id(self) -> str:
        return "" if self.current is None else str(self.current.item["id"])

    def _is_over(self, one: _Wish, now: int) -> bool:
        if one.is_text:
            return now >= one.end
        if not one.has_lost:
            return now >= one.planned + _LATE
        if one.on_loss == "skip":
            return one.is_cut or now >= one.planned + _LATE
        length = one.length
        if one.is_emergency:
            length = min(length, self._limit("emergency_item_minutes", 15))
        return now + length - one.played > one.off_by or (one.is_cut and length <= one.played)

    def _choose(self, wanting: list[_Wish], now: int) -> bool:
        """Give the air to the best that may have it; return False when somebody was refused: look again."""
        for one in wanting:
            if one is self.current:
                return True
            if self._must_wait(one, wanting, now):
                continue
            codes = self._breaches(one, now)
            if codes:
                one.is_gone = True
                self._say(one, f"{self._clock(one.planned, one.day)} refused {' '.join(codes)}")
                return False
            if self.current is not None:
                self._cut(one, now)
            self._start(one, now)
            return True
        return True

    def _must_wait(self, one: _Wish, wanting: list[_Wish], now: int) -> bool:
        if one.is_text or one.on_loss != "later" or not one.has_lost:
            return False
        if self.current is not None:
            return True
        if any(now < other.planned < now + one.length for other in self.wishes if not other.is_gone):
            return True
        return any(other.is_text or other.on_loss != "later" or not other.has_lost for other in wanting)

    def _start(self, one: _Wish, now: int) -> None:
        self.current, self.begun, one.has_shown = one, now, True
        self.ends, self.ending = self._end_of(one, now)
        self.volume = self._volume(one, now, self.ends)

    def _end_of(self, one: _Wish, now: int) -> tuple[int, str]:
        if one.is_text:
            return one.end, "whole"
        ends, ending = now + one.length - one.played, "whole"
        if ends > one.off_by:
            ends, ending = one.off_by, "trimmed"
        if one.is_emergency:
            left = min(
                self._limit("emergency_item_minutes", 15) - one.played,
                self._limit("emergency_day_minutes", 480) - self._emergency_minutes(now),
            )
            if now + left < ends:
                ends, ending = now + left, "limited"
        return ends, ending

    def _cut(self, winner: _Wish, now: int) -> None:
        one = self.current
        assert one is not None
        self.ends = now
        offset = one.played
        self._end("outranked", is_gone=False)
        one.is_cut, one.winner = True, winner.item["id"]
        if one.on_loss == "resume" and not one.is_text:
            one.played = offset + now - self.begun
        if not one.is_text and self._is_over(one, now):
            self._drop(one)

    def _end(self, ending: str, *, is_gone: bool = True) -> None:
        one = self.current
        assert one is not None
        if not one.is_text:
            self.heard.add(self.begun, self.ends, is_emergency=one.is_emergency)
        clocks = f"{self._clock(self.begun, one.day)}-{self._clock(self.ends, one.day)}"
        offset = f" @{one.played * 60}s" if one.played and not one.is_text else ""
        self._say(one, f"{clocks} {self.volume}% {ending}{offset}")
        one.is_gone, self.current = is_gone, None

    def _drop(self, one: _Wish) -> None:
        one.is_gone = True
        if one.is_text and one.has_shown:
            return
        fate = f"outranked by {one.winner}" if one.has_lost else "too_late"
        self._say(one, f"{self._clock(one.planned, one.day)} {fate}")

    def _say(self, one: _Wish, words: str) -> None:
        self.found.append(f"{one.item['id']} {one.day} {words}")

    def _clock(self, minute: int, day: date) -> str:
        at = datetime.fromtimestamp(minute * 60, self.zone)
        text = f"{at:%H:%M}"
        if at.utcoffset() != at.replace(fold=1 - at.fold).utcoffset():
            text += f"{at:%z}"
        days = (at.date() - day).days
        return f"{text}{days:+}" if days else text

    # --- guard rails ---

    def _limit(self, name: str, otherwise: int) -> int:
        return int(self.guardrail.get(name) or otherwise)

    def _emergency_minutes(self, now: int) -> int:
        """Return how many minutes emergencies that began today have sounded, the one on air included."""
        heard = [
            self.heard.began[minute] for minute, is_emergency in self.heard.kinds.items() if is_emergency
        ]
        if self.current is not None and self.current.is_emergency and not self.current.is_text:
            heard += [self.begun] * (now - self.begun)
        today = _wall(now, self.zone).date()
        return sum(_wall(begun, self.zone).date() == today for begun in heard)

    def _breaches(self, one: _Wish, now: int) -> list[str]:
        if one.is_text:
            return []
        if one.is_emergency:
            if not (one.item.get("authorised_by") and one.item.get("cause")):
                return ["emergency_unnamed"]
            is_used_up = self._emergency_minutes(now) >= self._limit("emergency_day_minutes", 480)
            return ["emergency_day_minutes"] if is_used_up else []
        ends, _ = self._end_of(one, now)
        return [*self._hours(one, now, ends), *self._counts(now, ends)]

    def _hours(self, one: _Wish, now: int, ends: int) -> Iterator[str]:
        walls = [_wall(minute, self.zone) for minute in range(now, ends)]
        clocks = [wall.hour * 60 + wall.minute for wall in walls]
        quiet = [(_text(start), _text(end)) for start, end in self.guardrail.get("quiet_hours", [])]
        if any(_lies_in(clock, *slot) for clock in clocks for slot in quiet):
            yield "quiet_hours"
        if self.guardrail.get("slots") is not None:
            slots = [(_text(start), _text(end)) for start, end in self.guardrail["slots"]]
            if not all(any(_lies_in(clock, *slot) for slot in slots) for clock in clocks):
                yield "outside_slots"
        days = self.guardrail.get("days")
        if days is None:
            return
        planned_on, begun_on = _wall(one.planned, self.zone).date(), walls[0].date()
        goes_on = _wall(self._sounding(now, ends).sessions()[-1][0], self.zone).date() < begun_on
        if planned_on.isoweekday() not in days or (begun_on.isoweekday() not in days and not goes_on):
            yield "day_not_allowed"

    def _sounding(self, now: int, ends: int) -> _Heard:
        """Return what will have been heard if something sounds in [now, ends), with what is on air until now."""
        before = _Heard(dict(self.heard.kinds), dict(self.heard.began))
        if self.current is not None and not self.current.is_text:
            before.add(self.begun, now, is_emergency=self.current.is_emergency)
        return before.with_more(now, ends)

    def _counts(self, now: int, ends: int) -> Iterator[str]:
        heard = self._sounding(now, ends)
        sessions = heard.sessions()
        begun_on = Counter(_wall(session[0], self.zone).date() for session in sessions)
        minutes_on = Counter(
            _wall(heard.began[minute], self.zone).date()
            for minute, is_emergency in heard.kinds.items()
            if not is_emergency
        )
        today = _wall(now, self.zone).date()
        for code, name, used in (
            ("sessions_per_day", "sessions_per_day", begun_on[today]),
            ("session_minutes", "session_minutes", len(sessions[-1])),
            ("day_minutes", "day_minutes", minutes_on[today]),
        ):
            limit = self.guardrail.get(name)
            if limit is not None and used > limit:
                yield code

    def _volume(self, one: _Wish, now: int, ends: int) -> int:
        volume = int(one.item.get("volume", 100))
        if one.is_text:
            return volume
        if one.is_emergency:
            return min(volume, int(self.guardrail.get("emergency_volume", 100)))
        if self.rails.get("neighbour"):
            volume = min(volume, int(self.guardrail.get("neighbour_volume", 100)))
        for minute in range(now, ends):
            wall = _wall(minute, self.zone)
            clock = wall.hour * 60 + wall.minute
            if _lies_in(clock, 21 * 60, 6 * 60):
                volume = min(volume, int(self.guardrail.get("night_volume", 100)))
            volume = min(volume, self._on_curve(clock))
        return volume

    def _on_curve(self, clock: int) -> int:
        steps = {_text(at): int(volume) for at, volume in self.guardrail.get("volume_curve", [])}
        return next(
            (steps[(clock - back) % 1440] for back in range(1440) if (clock - back) % 1440 in steps), 100
        )
