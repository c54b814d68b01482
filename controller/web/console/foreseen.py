"""What a forecast says, put into lines that a page can draw and tell: one for each stretch on the air or missed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from controller.web.console.timeline_words import breach_sentence, clock, named
from controller.web.console.words import say
from controller.web.wording import Language
from schedules import Band, Ending, Fate, Occurrence, RailsInForce, Segment, Unaired, band_of

Outcome = Segment | Unaired


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What people call an occurrence. `is_wish`: it is what somebody is about to order, and not in the plan yet."""

    title: str
    notice_id: str = ""
    is_wish: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What will be on air in [start_at, end_at) on devices that will all do the same, `places`.

    `names` by occurrence id. `held`: what waits for somebody to choose the order of play.
    """

    places: tuple[str, ...]
    zone: str
    start_at: datetime
    end_at: datetime
    outcome: tuple[Outcome, ...]
    held: tuple[Occurrence, ...] = ()
    names: Mapping[str, Named] = field(default_factory=dict)
    rails: RailsInForce = field(default_factory=lambda: RailsInForce(()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One stretch that is on air in [start_at, end_at), or would be if nothing kept it off; `reasons` are sentences."""

    number: int
    start_at: datetime
    end_at: datetime
    title: str
    notice_id: str
    band: Band
    is_aired: bool
    is_wish: bool
    volume: int
    reasons: tuple[str, ...]


def lines_of(foreseen: Foreseen, language: Language) -> list[Line]:
    """Return a line for everything that the forecast told, in the order of time."""
    teller = _Teller(foreseen, language)
    found = [teller.line(one) for one in foreseen.outcome]
    found += [teller.waiting(one) for one in foreseen.held]
    found.sort(key=lambda line: (line.start_at, not line.is_aired, line.title))
    return [_numbered(line, number) for number, line in enumerate(found, start=1)]


def between(lines: Iterable[Line], start_at: datetime, end_at: datetime) -> list[Line]:
    """Return the lines that touch [start_at, end_at)."""
    return [line for line in lines if line.start_at < end_at and start_at < line.end_at]


def _numbered(line: Line, number: int) -> Line:
    return replace(line, number=number)


class _Teller:
    """Says of each outcome what became of it and why, in the words of a language and the times of a zone."""

    def __init__(self, foreseen: Foreseen, language: Language) -> None:
        self._names, self._language, self._zone = foreseen.names, language, ZoneInfo(foreseen.zone)
        self._occurrences = {one.occurrence.id: one.occurrence for one in foreseen.outcome}
        self._segments: dict[str, list[Segment]] = {}
        self._begin: dict[datetime, list[Segment]] = {}
        for one in foreseen.outcome:
            if isinstance(one, Segment):
                self._segments.setdefault(one.occurrence.id, []).append(one)
                self._begin.setdefault(one.start_at, []).append(one)

    def line(self, one: Outcome) -> Line:
        if isinstance(one, Segment):
            span = (one.start_at, one.end_at)
            return self._line(one.occurrence, span, self._of_segment(one), volume=one.volume)
        return self._line(one.occurrence, self._missed(one), self._of_unaired(one))

    def waiting(self, occurrence: Occurrence) -> Line:
        """Return the line of what nobody has given its place among equals yet."""
        span = (occurrence.start_at, occurrence.end_at)
        return self._line(occurrence, span, [say("fate.held", self._language)])

    def _line(
        self,
        occurrence: Occurrence,
        span: tuple[datetime, datetime],
        reasons: Sequence[str],
        *,
        volume: int | None = None,
    ) -> Line:
        name = self._names.get(occurrence.id, Named(title=occurrence.id))
        return Line(
            number=0,
            start_at=span[0],
            end_at=span[1],
            title=name.title,
            notice_id=name.notice_id,
            band=band_of(occurrence.priority),
            is_aired=volume is not None,
            is_wish=name.is_wish,
            volume=occurrence.volume if volume is None else volume,
            reasons=tuple(reasons),
        )

    def _missed(self, one: Unaired) -> tuple[datetime, datetime]:
        """Return when it would have been on air: all of it, or what was left when it was cut."""
        occurrence = one.occurrence
        aired = self._segments.get(occurrence.id, [])
        start_at = max([occurrence.start_at, *(part.end_at for part in aired)])
        left = occurrence.length - sum((part.end_at - part.start_at for part in aired), start=timedelta(0))
        return start_at, start_at + max(left, timedelta(0))

    def _of_segment(self, one: Segment) -> Sequence[str]:
        begun = self._begun(one)
        if one.ending is Ending.OUTRANKED:
            return [*begun, self._cut(one)]
        if one.ending in (Ending.TRIMMED, Ending.LIMITED):
            at = clock(one.end_at, self._zone)
            return [*begun, say(f"ending.{one.ending}", self._language, at=at)]
        return begun

    def _begun(self, one: Segment) -> list[str]:
        """Say that it is the rest of something, or that it begins later than planned."""
        if one.offset:
            return [say("ending.rest", self._language)]
        earlier = [part for part in self._segments[one.occurrence.id] if part.start_at < one.start_at]
        if not earlier and one.start_at > one.occurrence.start_at and not one.occurrence.is_text:
            planned = clock(one.occurrence.start_at, self._zone)
            return [say("ending.moved", self._language, planned=planned)]
        return []

    def _cut(self, one: Segment) -> str:
        winner = next(
            (other.occurrence for other in self._begin.get(one.end_at, ()) if other is not one), None
        )
        by = self._by(winner)
        after = [part for part in self._segments[one.occurrence.id] if part.start_at >= one.end_at]
        if one.occurrence.is_text:
            until = clock(one.end_at, self._zone)
            if not after:
                return say("ending.shown_over", self._language, by=by, until=until)
            at = clock(after[0].start_at, self._zone)
            return say("ending.shown_again", self._language, by=by, until=until, at=at)
        if not after:
            sentence = say("ending.cut", self._language, by=by)
        else:
            key = "ending.cut_resumes" if after[0].offset else "ending.cut_restarts"
            sentence = say(key, self._language, by=by, at=clock(after[0].start_at, self._zone))
        return self._with_tie(sentence, one.occurrence, winner)

    def _of_unaired(self, one: Unaired) -> Sequence[str]:
        if one.fate is Fate.REFUSED:
            return [breach_sentence(breach, self._language) for breach in one.breaches]
        if one.fate is Fate.TOO_LATE:
            return [say("fate.too_late", self._language)]
        winner = self._occurrences.get(one.winner)
        by = self._by(winner, one.winner)
        if one.occurrence.is_text:
            return [say("fate.outranked_text", self._language, by=by)]
        is_rest = bool(self._segments.get(one.occurrence.id))
        key = "fate.rest_outranked" if is_rest else f"fate.outranked_{one.occurrence.on_loss}"
        return [self._with_tie(say(key, self._language, by=by), one.occurrence, winner)]

    def _by(self, winner: Occurrence | None, winner_id: str = "") -> str:
        name = self._names.get(winner.id if winner is not None else winner_id)
        band = band_of(winner.priority) if winner is not None else None
        return named(band, name.title if name is not None else "", self._language)

    def _with_tie(self, sentence: str, loser: Occurrence, winner: Occurrence | None) -> str:
        """Add, for two items that people have put in no order, that somebody should."""
        if (
            winner is None
            or (loser.priority, loser.order) != (winner.priority, winner.order)
            or loser.is_text
        ):
            return sentence
        return f"{sentence}. {say('fate.tie', self._language)}"
