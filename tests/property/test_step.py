"""Whatever happens, in whatever order: `step` holds its promises."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from device_agent.core import air
from device_agent.core.airings import entry_for
from device_agent.core.effects import Cease, DateNotes, Effect, Note, Perform, SaveTimetable, Unmark
from device_agent.core.events import (
    ContentLost,
    ContentStored,
    Event,
    FaultCleared,
    FaultRaised,
    JournalAcked,
    LinkDown,
    LinkUp,
    Restored,
    Stopping,
    Tick,
    TimetableArrived,
)
from device_agent.core.ports import Ended, Faulted, Started
from device_agent.core.state import EPOCH, AgentState
from device_agent.core.step import next_wake, step
from protocol import ContentRef, Item, JournalEntry, Timetable

START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
CONTENTS = ["a" * 64, "b" * 64]
OCCURRENCES = ["o1", "o2", "o3", "o4"]

seconds = st.integers(-120, 240)
near = seconds.map(lambda value: START + timedelta(seconds=value))
wild = st.datetimes(datetime(1970, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - drawn with UTC
any_instant = st.datetimes(timezones=st.just(UTC))


@st.composite
def items(draw: st.DrawFn, instants: st.SearchStrategy[datetime] = near) -> Item:
    start_at = draw(instants)
    is_text = draw(st.booleans())
    content = ContentRef(id=draw(st.sampled_from(CONTENTS)), size=10, media_type="audio/ogg")
    return Item(
        occurrence=draw(st.sampled_from(OCCURRENCES)),
        title="",
        start_at=start_at,
        end_at=draw(instants | st.integers(1, 90).map(lambda value: _later(start_at, value))),
        late_limit_s=draw(st.sampled_from([0, 1, 30, 86_400])),
        priority=draw(st.sampled_from([0, 10, 255])),
        content=None if is_text else content,
        text="chữ" if is_text else None,
        latest_at=draw(st.none() | instants),
        on_loss=draw(st.sampled_from(["resume", "restart", "later", "skip"])),
        authorised_by=draw(st.sampled_from(["", "Chủ tịch"])),
        cause="bão",
    )


def _later(instant: datetime, value: int) -> datetime:
    try:
        return instant + timedelta(seconds=value)
    except OverflowError:
        return instant


def timetables(instants: st.SearchStrategy[datetime] = near) -> st.SearchStrategy[TimetableArrived]:
    table = st.builds(
        Timetable,
        revision=st.integers(0, 6),
        station=st.just(""),
        items=st.lists(items(instants), max_size=4).map(tuple),
    )
    return st.builds(
        TimetableArrived, timetable=table, issued_at=st.just(START) if instants is near else any_instant
    )


names = st.sampled_from(OCCURRENCES)
events: st.SearchStrategy[Event] = st.one_of(
    timetables(),
    st.builds(ContentStored, st.sampled_from(CONTENTS)),
    st.builds(ContentLost, st.sampled_from(CONTENTS)),
    st.builds(Started, occurrence=names, at=near),
    st.builds(Ended, occurrence=names, at=near, length_ms=st.integers(-5, 99), is_whole=st.booleans()),
    st.builds(Faulted, occurrence=names, at=near, reason=st.just("output_failed")),
    st.builds(JournalAcked, st.just("j"), st.integers(0, 9)),
    st.builds(FaultRaised, st.just("disk_full")),
    st.builds(FaultCleared, st.just("disk_full")),
    st.sampled_from([LinkUp(), LinkDown(), Tick(), Tick(), Tick()]),
)
moments = st.tuples(events, st.integers(-30, 60))
stage_moments = st.tuples(st.sampled_from(["start", "end", "fault", "kill"]), st.integers(0, 20))
"""What happens to the airing that is on just then; "kill" is a kill -9 and a restart."""
History = list[tuple[Event | str, int]]
histories: st.SearchStrategy[History] = st.lists(moments | stage_moments, max_size=40)


def may_go_on(entry: JournalEntry) -> bool:
    """Tell whether the rest may still be on air: as `Journal.played` does."""
    was_cut = (entry.result, entry.reason) == ("preempted", "outranked")
    return was_cut or (entry.content is None and entry.reason in ("interrupted", "agent_stopped"))


def noted_before(run: "Run", now: datetime) -> list[JournalEntry]:
    return [one.entry for at, one in run.done if isinstance(one, Note) and at <= now]


class Run:
    """Plays a history; keeps what a disk would keep, and all effects with their instant."""

    def __init__(self) -> None:
        self.state = AgentState()
        self.now = START
        self.done: list[tuple[datetime, Effect]] = []
        self.has_waited: set[str] = set()
        self.begun: dict[str, Perform] = {}
        self.latest: dict[str, JournalEntry] = {}
        self.saved = Timetable(revision=0, station="", items=())
        self.restart()

    def take(self, event: Event, pause_s: int = 0) -> None:
        self.now += timedelta(seconds=pause_s)
        self.state, effects = step(self.state, event, self.now)
        self.has_waited |= set(self.state.waiting)
        for effect in effects:
            self.done.append((self.now, effect))
            if isinstance(effect, Perform):
                self.begun[effect.item.occurrence] = effect
            if isinstance(effect, Note):
                self.begun.pop(effect.entry.occurrence, None)
                self.latest[effect.entry.occurrence] = effect.entry
            if isinstance(effect, Unmark):
                self.begun.pop(effect.occurrence, None)
            if isinstance(effect, SaveTimetable) and isinstance(event, TimetableArrived):
                self.saved = event.timetable

    def restart(self) -> None:
        interrupted = tuple(
            entry_for(one.item, revision=one.revision, now=self.now, result="failed", reason="interrupted")
            for one in self.begun.values()
        )
        played = {
            name: timedelta(milliseconds=entry.offset_ms + entry.length_ms)
            for name, entry in self.latest.items()
            if name not in self.begun and may_go_on(entry)
        }
        stored, self.state = self.state.stored, AgentState()
        self.take(
            Restored(
                timetable=self.saved,
                stored=stored,
                settled=(frozenset(self.begun) | frozenset(self.latest)) - frozenset(played),
                interrupted=interrupted,
                played=played,
                trusted_from=START - timedelta(hours=1),
            )
        )

    def play(self, history: History) -> None:
        for event, pause_s in history:
            if not isinstance(event, str):
                self.take(event, pause_s)
            elif event == "kill":
                self.restart()
            elif self.state.airings:
                self.take(self.of_the_airing(event), pause_s)

    def of_the_airing(self, what: str) -> Event:
        occurrence = self.state.airings[0].item.occurrence
        if what == "start":
            return Started(occurrence=occurrence, at=self.now)
        if what == "end":
            return Ended(occurrence=occurrence, at=self.now, length_ms=1, is_whole=True)
        return Faulted(occurrence=occurrence, at=self.now, reason="output_failed")

    def all_of(self, kind: type[Effect]) -> list[Effect]:
        return [effect for _now, effect in self.done if isinstance(effect, kind)]


@given(history=histories)
@settings(max_examples=300)
def test_nothing_is_performed_again_but_what_was_cut_and_nothing_is_noted_twice(history: History) -> None:
    run = Run()
    run.play(history)
    open_orders: Counter[str] = Counter()
    over: set[str] = set()
    for _now, one in run.done:
        if isinstance(one, Perform):
            open_orders[one.item.occurrence] += 1
            assert open_orders[one.item.occurrence] == 1
            assert one.item.occurrence not in over
        if isinstance(one, Unmark):
            open_orders[one.occurrence] = 0
        if isinstance(one, Note):
            assert one.entry.occurrence not in over
            open_orders[one.entry.occurrence] = 0
            if not may_go_on(one.entry):
                over.add(one.entry.occurrence)


@given(history=histories)
@settings(max_examples=300)
def test_nothing_stays_on_air_that_the_newest_revision_does_not_have(
    history: History,
) -> None:
    run = Run()
    for moment in history:
        run.play([moment])
        planned = {item.occurrence for item in run.state.timetable.items}
        staying = {one.item.occurrence for one in run.state.airings if one.ceased_at is None}
        assert staying <= planned
        assert len([one for one in run.state.airings if one.ceased_at is None]) <= 3


@given(history=histories)
@settings(max_examples=300)
def test_nothing_is_ordered_too_early_or_too_late(history: History) -> None:
    run = Run()
    run.play(history)
    for now, effect in run.done:
        if isinstance(effect, Perform):
            occurrence = effect.segment.occurrence
            assert effect.segment.start_at - air.PERFORM_AHEAD <= now <= effect.segment.start_at
            assert effect.segment.end_at <= occurrence.off_by
            has_lost = any(
                entry.occurrence == occurrence.id and entry.reason == "outranked"
                for entry in noted_before(run, now)
            )
            if not has_lost and occurrence.id not in run.has_waited:
                assert now < occurrence.last_start_at or now == occurrence.start_at


@given(
    arriving=st.lists(
        timetables(), min_size=1, max_size=6, unique_by=lambda one: one.timetable.revision
    ).flatmap(
        lambda tables: st.tuples(
            st.permutations(tables), st.lists(st.sampled_from(tables), max_size=6), st.just(tables)
        )
    )
)
@settings(max_examples=200)
def test_timetables_in_any_order_and_number_end_the_same(
    arriving: tuple[list[TimetableArrived], list[TimetableArrived], list[TimetableArrived]],
) -> None:
    shuffled, doubled, tables = arriving
    finals = []
    for order in ([*shuffled, *doubled], sorted(tables, key=lambda one: one.timetable.revision)):
        state = AgentState()
        for one in order:
            state, _effects = step(state, one, START - timedelta(days=1))
        finals.append((state.timetable, state.airings, state.missing()))
    assert finals[0] == finals[1]


@given(
    first=timetables(wild),
    then=st.lists(st.tuples(events | timetables(wild), any_instant), max_size=15),
)
@settings(max_examples=300)
def test_step_never_raises_and_time_to_wake_lies_ahead(
    first: TimetableArrived, then: list[tuple[Event, datetime]]
) -> None:
    state = AgentState()
    for event, now in [(first, START), *then]:
        state, _effects = step(state, event, now)
        wake = next_wake(state, now)
        assert wake is None or wake > now


@given(history=histories, jumps=st.lists(st.tuples(events, wild | near), max_size=10))
@settings(max_examples=300)
def test_an_entry_bears_the_date_of_a_clock_that_is_believed_or_none(
    history: History, jumps: list[tuple[Event, datetime]]
) -> None:
    run = Run()
    run.play(history)
    before = len(run.done)
    for event, now in jumps:
        was_trusted = run.state.trusts(run.now)
        run.now = now
        run.take(event)
        effects = [effect for at, effect in run.done[before:]]
        before = len(run.done)
        is_trusted = run.state.trusts(now)
        for effect in effects:
            if isinstance(effect, Note):
                wanted = ("clock", now) if is_trusted else ("nothing", EPOCH)
                assert (effect.entry.dated_by, effect.entry.noted_at) == wanted
                times = (effect.entry.started_at, effect.entry.ended_at)
                assert is_trusted or all(at is None or run.state.trusts(at) for at in times)
        if is_trusted and "clock_untrusted" not in run.state.faults and not was_trusted:
            assert any(isinstance(effect, DateNotes) for effect in effects)


@given(history=histories)
def test_a_stopped_agent_leaves_the_air_and_begins_nothing(history: History) -> None:
    run = Run()
    run.play(history)
    run.take(Stopping())
    before = len(run.all_of(Perform))
    assert all(one.ceased_at is not None for one in run.state.airings)
    run.take(replace_start(run.now))
    assert len(run.all_of(Perform)) == before


def replace_start(now: datetime) -> TimetableArrived:
    """Return a timetable whose one text is due now."""
    item = Item(
        occurrence="late",
        title="",
        start_at=now,
        end_at=now + timedelta(minutes=1),
        late_limit_s=30,
        priority=255,
        text="chữ",
    )
    table = Timetable(revision=99, station="", items=(item,))
    return TimetableArrived(timetable=replace(table), issued_at=now)


def test_cease_is_said_once() -> None:
    run = Run()
    arrived = replace_start(START)
    run.take(arrived)
    run.take(TimetableArrived(timetable=Timetable(revision=100, station="", items=()), issued_at=START))
    run.take(Tick())
    assert run.all_of(Cease) == [Cease("late")]
