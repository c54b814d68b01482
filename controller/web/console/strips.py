"""A timeline as a picture: strips of time with bars, shades and marks on them. Pure geometry, no words.

A strip is UNITS long and UNITS thick, whatever its length in hours; the page stretches it, lying on a desk and
standing on a phone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from controller.web.console.foreseen import Line, between
from schedules import Band, RailsInForce, Slot, Span, at_local, local_day, without

UNITS = 1440
DENSE = 40
"""With more bars than this a strip is one drawing: its bars cannot be told apart, nor reached one by one."""

_DAY = timedelta(days=1)
_LEAST_HOLLOW = 6
_LANES = {Band.EMERGENCY: (0, 1440), Band.PRIORITY: (240, 1200), Band.ROUTINE: (480, 960)}
_LABEL_ROWS = 5
_LABEL_WIDTH = 21.0
_LEFT_FROM = 100 - _LABEL_WIDTH
_LABEL_HEIGHT = 3.4


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch on the strip: from `x` on for `width` units, in the lane of its class."""

    line: Line
    x: int
    width: int

    @property
    def y(self) -> int:
        return _LANES[self.line.band][0]

    @property
    def height(self) -> int:
        return _LANES[self.line.band][1]

    @property
    def look(self) -> str:
        """The classes of its style: its band, hollow when it will not be on air, marked when it is wished.

        Every second one is a little paler, so that those that touch can be told apart.
        """
        marks = {
            "hollow": not self.line.is_aired,
            "wish": self.line.is_wish,
            "even": self.line.number % 2 == 0,
        }
        return " ".join([self.line.band, *(name for name, is_on in marks.items() if is_on)])


@dataclass(frozen=True, slots=True)
class Shade:
    """A stretch in which nothing may sound, `quiet` hours or `closed` by slots or the weekday; or one `beyond` it."""

    kind: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Tick:
    """An hour on the axis, in percent of the strip."""

    at: float
    label: str

    @property
    def edge(self) -> str:
        """Where its words go when it is at the begin or the end of the strip."""
        return "from" if self.at < 1 else "to" if self.at > 99 else ""


@dataclass(frozen=True, slots=True)
class Label:
    """A bar's words: where the bar is in percent, and where the words go, lying (`row`) and standing (`down`)."""

    line: Line
    at: float
    row: int
    is_left: bool
    down: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """[start_at, end_at) as a picture. `now` is in units; None when the present instant is not on it."""

    day: date
    start_at: datetime
    end_at: datetime
    lines: tuple[Line, ...]
    bars: tuple[Bar, ...]
    shades: tuple[Shade, ...]
    ticks: tuple[Tick, ...]
    labels: tuple[Label, ...]
    now: int | None

    @property
    def is_dense(self) -> bool:
        return len(self.bars) > DENSE

    @property
    def label_rows(self) -> int:
        return 1 + max((label.row for label in self.labels), default=-1)

    def drawings(self) -> list[tuple[str, str]]:
        """Return look and path of all bars of one look, for a strip that is too dense for single ones."""
        paths: dict[str, list[str]] = {}
        for bar in self.bars:
            paths.setdefault(bar.look, []).append(f"M{bar.x} {bar.y}h{bar.width}v{bar.height}h-{bar.width}z")
        return [(look, "".join(parts)) for look, parts in paths.items()]

    @property
    def aired(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.is_aired)

    @property
    def unaired(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.is_aired)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a forecast is about: [start_at, end_at), in a zone, with the guard rails that hold there."""

    zone: ZoneInfo
    rails: RailsInForce
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True)
class _Ruler:
    """Measures instants along a strip, by the time that really passes: a day with a clock change fits as well."""

    start_at: datetime
    end_at: datetime

    def share(self, at: datetime) -> float:
        inside = min(max(at, self.start_at), self.end_at)
        return (inside - self.start_at) / (self.end_at - self.start_at)

    def unit(self, at: datetime) -> int:
        return round(self.share(at) * UNITS)

    def bar(self, line: Line) -> Bar:
        least = 1 if line.is_aired else _LEAST_HOLLOW
        x = min(self.unit(line.start_at), UNITS - least)
        return Bar(line, x, max(least, self.unit(line.end_at) - x))


def week_strips(lines: Sequence[Line], known: Known, now: datetime) -> list[Strip]:
    """Return one strip for each local day that a forecast touches: of a week eight, unless it begins at midnight."""
    first, last = (local_day(at, known.zone) for at in (known.start_at, known.end_at - timedelta.resolution))
    return [day_strip(lines, known, now, first + _DAY * number) for number in range((last - first).days + 1)]


def day_strip(lines: Sequence[Line], known: Known, now: datetime, day: date) -> Strip:
    """Return the strip of one local day, from midnight to midnight."""
    begin, end = (at_local(one, time(), known.zone) for one in (day, day + _DAY))
    return _strip(lines, known, now, _Ruler(begin, end))


def next_hours_strip(lines: Sequence[Line], known: Known, now: datetime) -> Strip:
    """Return the strip of the 24 hours that began with the present one."""
    start_at = now - timedelta(minutes=now.minute, seconds=now.second, microseconds=now.microsecond)
    return _strip(lines, known, now, _Ruler(start_at, start_at + _DAY))


def _strip(lines: Sequence[Line], known: Known, now: datetime, ruler: _Ruler) -> Strip:
    start_at, end_at = ruler.start_at, ruler.end_at
    here = tuple(between(lines, start_at, end_at))
    bars = tuple(ruler.bar(line) for line in here)
    return Strip(
        day=local_day(start_at, known.zone),
        start_at=start_at,
        end_at=end_at,
        lines=here,
        bars=bars,
        shades=tuple(_shades(known, ruler)),
        ticks=tuple(_ticks(known.zone, ruler)),
        labels=() if len(bars) > DENSE else tuple(_labels(bars)),
        now=ruler.unit(now) if start_at <= now < end_at else None,
    )


def _ticks(zone: ZoneInfo, ruler: _Ruler) -> Iterable[Tick]:
    """Yield every third hour of the local clock."""
    at = ruler.start_at
    while at <= ruler.end_at:
        local = at.astimezone(zone)
        if local.hour % 3 == 0 and local.minute == 0:
            yield Tick(round(ruler.share(at) * 100, 2), f"{local:%H}")
        at += timedelta(minutes=30)


def _shades(known: Known, ruler: _Ruler) -> Iterable[Shade]:
    """Yield the closed times and the quiet hours as far as the forecast reaches, and what it does not reach.

    Each local day has the guard rails of its own noon.
    """
    zone = known.zone
    first, last = local_day(ruler.start_at, zone), local_day(ruler.end_at, zone)
    closed: list[Span] = []
    quiet: list[Span] = []
    day = first - _DAY
    while day <= last:
        guardrail = known.rails.at(at_local(day, time(12), zone)).guardrail
        whole = Span(at_local(day, time(), zone), at_local(day + _DAY, time(), zone))
        if guardrail.days is not None and day.isoweekday() not in guardrail.days:
            closed.append(whole)
        elif guardrail.slots is not None:
            # A slot of the day before may last into this one.
            closed += without(whole, _spans(guardrail.slots, zone, day - _DAY, day))
        quiet += _spans(guardrail.quiet_hours, zone, day)
        day += _DAY
    reached = Span(known.start_at, known.end_at)
    closed, quiet = _within(closed, reached), _within(quiet, reached)
    beyond = without(Span(ruler.start_at, ruler.end_at), [Span(known.start_at, known.end_at)])
    for kind, spans in (("closed", closed), ("quiet", quiet), ("beyond", beyond)):
        for span in spans:
            x, end = ruler.unit(span.start_at), ruler.unit(span.end_at)
            if end > x:
                yield Shade(kind, x, end - x)


def _within(spans: Iterable[Span], reached: Span) -> list[Span]:
    """Return the parts of spans that lie within `reached`."""
    parts = ((max(one.start_at, reached.start_at), min(one.end_at, reached.end_at)) for one in spans)
    return [Span(start_at, end_at) for start_at, end_at in parts if start_at < end_at]


def _spans(slots: Iterable[Slot], zone: ZoneInfo, *days: date) -> list[Span]:
    """Return what the slots cover that start on these days."""
    return [Span(*slot.span_on(day, zone)) for slot in slots for day in days]


def _labels(bars: Sequence[Bar]) -> list[Label]:
    """Place the words of bars.

    Standing, they push each other down. Lying, those that are close to each other share the rows, the first one
    uppermost, so that no line from words to a bar crosses other words; the highest classes get a row first.
    """
    first = {(bar.x, bar.line.title): bar for bar in reversed(bars)}
    told = sorted(first.values(), key=lambda bar: bar.x)
    rows = _rows(told)
    down = -_LABEL_HEIGHT
    labels = []
    for bar in told:
        at = round(bar.x / UNITS * 100, 2)
        down = max(at, down + _LABEL_HEIGHT)
        labels.append(Label(bar.line, at, rows.get(bar, -1), at > _LEFT_FROM, round(down, 2)))
    return labels


def _rows(bars: Sequence[Bar]) -> dict[Bar, int]:
    """Return the row of each bar's words, 0 next to the strip; bars for which there is no room are left out."""
    bunches: list[list[Bar]] = []
    end = -1.0
    for bar in bars:
        begin = bar.x / UNITS * 100 - (_LABEL_WIDTH if bar.x / UNITS * 100 > _LEFT_FROM else 0)
        if begin >= end:
            bunches.append([])
        bunches[-1].append(bar)
        end = max(end, begin + _LABEL_WIDTH)
    rows: dict[Bar, int] = {}
    for bunch in bunches:
        ranked = sorted(bunch, key=lambda bar: (_LANES[bar.line.band][0], bar.x))[:_LABEL_ROWS]
        shown = sorted(ranked, key=lambda bar: bar.x, reverse=bunch[0].x / UNITS * 100 <= _LEFT_FROM)
        rows |= {bar: row for row, bar in enumerate(shown)}
    return rows
