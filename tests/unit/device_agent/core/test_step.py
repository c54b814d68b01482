"""What the agent decides, one situation at a time."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from device_agent.core.effects import Cease, Effect, Forget, Keep, Note, Perform, Prepare, SaveTimetable, Want
from device_agent.core.events import (
    ContentLost,
    ContentStored,
    Event,
    JournalAcked,
    Restored,
    Stopping,
    Tick,
    TimetableArrived,
)
from device_agent.core.ports import Ended, Faulted, Started
from device_agent.core.state import NO_TIMETABLE, AgentState
from device_agent.core.step import next_wake, step
from protocol import Item, Timetable
from tests.factories.messages import CONTENT, NOW, a_timetable, an_item


class Desk:
    """Feeds events to `step` and shows what came of the last one; NOW is five minutes after switching on."""

    def __init__(self, *, stored: frozenset[str] = frozenset({CONTENT})) -> None:
        self.state = AgentState()
        self.effects: tuple[Effect, ...] = ()
        self.take(restored(stored=stored), at=-300)

    def take(self, event: Event, *, at: float) -> "Desk":
        self.state, self.effects = step(self.state, event, instant(at))
        return self

    def hold(self, *items: Item, revision: int = 1, at: float = -100) -> "Desk":
        table = Timetable(revision=revision, station="", items=items)
        return self.take(TimetableArrived(timetable=table, issued_at=instant(at)), at=at)

    def air(self, item: Item, *, at: float = 0) -> "Desk":
        """Bring one item on air at its start."""
        self.hold(item)
        self.take(Tick(), at=at)
        return self.take(Started(occurrence=item.occurrence, at=instant(at)), at=at)

    def of(self, *kinds: type[Effect]) -> list[Effect]:
        return [effect for effect in self.effects if isinstance(effect, kinds)]

    def orders(self) -> list[str]:
        """Return what was prepared, performed and ceased in the last step."""
        told = []
        for effect in self.effects:
            if isinstance(effect, Prepare | Perform):
                told.append(f"{type(effect).__name__.lower()} {effect.item.occurrence}")
            elif isinstance(effect, Cease):
                told.append(f"cease {effect.occurrence}")
        return told

    def note(self) -> tuple[str, str]:
        """Return result and reason of the one entry that was noted."""
        (note,) = self.of(Note)
        assert isinstance(note, Note)
        return note.entry.result, note.entry.reason


def instant(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def an_emergency(number: int, *, start_at: datetime) -> Item:
    item = an_item(number, start_at=start_at)
    return replace(item, priority=255, authorised_by="Chủ tịch UBND", cause="bão số 9")


def restored(
    *, stored: frozenset[str] = frozenset(), timetable: Timetable = NO_TIMETABLE, is_memory_lost: bool = False
) -> Restored:
    return Restored(
        timetable=timetable,
        stored=stored,
        settled=frozenset(),
        trusted_from=NOW - timedelta(days=1),
        is_memory_lost=is_memory_lost,
    )


def ended(item: Item, *, at: float, is_whole: bool = True) -> Ended:
    return Ended(occurrence=item.occurrence, at=instant(at), length_ms=1_000, is_whole=is_whole)


def test_an_item_is_prepared_twenty_seconds_and_performed_two_seconds_ahead() -> None:
    item = an_item()
    desk = Desk().hold(item)
    assert next_wake(desk.state, instant(-100)) == instant(-20)
    assert desk.take(Tick(), at=-20.001).of(Prepare, Perform) == []
    assert desk.take(Tick(), at=-20).orders() == ["prepare occ-1"]
    assert next_wake(desk.state, instant(-20)) == instant(-2)
    assert desk.take(Tick(), at=-2.001).of(Prepare, Perform) == []
    assert desk.take(Tick(), at=-2).orders() == ["perform occ-1"]
    assert desk.take(Tick(), at=-1).of(Prepare, Perform) == []


def test_an_airing_is_noted_with_what_really_happened() -> None:
    item = an_item()
    desk = Desk().hold(item).take(Tick(), at=-2)
    desk.take(Started(occurrence="occ-1", at=instant(0.0005)), at=0.1).take(ended(item, at=50), at=50)
    (note,) = desk.of(Note)
    assert isinstance(note, Note)
    entry = note.entry
    assert (entry.result, entry.reason, entry.deviation_us, entry.length_ms) == ("done", "", 500, 1_000)
    assert (entry.started_at, entry.ended_at, entry.content) == (instant(0.0005), instant(50), CONTENT)


@pytest.mark.parametrize("revision", [4, 5])
def test_a_revision_that_is_not_newer_changes_nothing(revision: int) -> None:
    desk = Desk().hold(an_item(1), revision=5)
    before = desk.state
    assert desk.hold(an_item(2), revision=revision).state == before
    assert desk.effects == ()


def test_a_newer_revision_is_saved_and_what_it_lacks_is_wanted() -> None:
    item = an_item()
    desk = Desk(stored=frozenset()).hold(item)
    assert item.content is not None
    saved, kept, wanted = desk.of(SaveTimetable, Keep, Want)
    assert isinstance(saved, SaveTimetable)
    assert saved.revision == 1
    assert (kept, wanted) == (Keep(frozenset({CONTENT})), Want((item.content,)))
    assert desk.take(ContentStored(CONTENT), at=-90).of(Want) == [Want(())]


def test_a_withdrawn_item_ceases_at_once_and_is_noted_preempted() -> None:
    item = an_item()
    desk = Desk().air(item)
    assert desk.hold(revision=2, at=10).effects[0] == Cease("occ-1")
    assert desk.take(ended(item, at=10.02, is_whole=False), at=10.02).note() == ("preempted", "withdrawn")


def test_an_edit_of_other_items_leaves_what_is_on_air_untouched() -> None:
    item = an_item()
    desk = Desk().air(item).hold(item, an_item(2, start_at=instant(900)), revision=2, at=10)
    assert desk.of(Cease, Perform, Note) == []
    assert desk.state.airing("occ-1") is not None


def test_an_item_that_changes_before_it_began_is_not_played_in_its_old_form() -> None:
    item = an_item()
    desk = Desk().hold(item).take(Tick(), at=-1)
    desk.hold(replace(item, volume=20), revision=2, at=-0.5)
    assert desk.of(Cease, Perform) == [Cease("occ-1")]
    desk.take(Ended(occurrence="occ-1", at=instant(-0.4), length_ms=0, is_whole=False), at=-0.4)
    (perform,) = desk.of(Perform)
    assert isinstance(perform, Perform)
    assert (perform.item.volume, perform.segment.start_at) == (20, NOW)
    assert desk.of(Note) == []


def test_a_performer_that_never_answers_a_cease_does_not_keep_the_air() -> None:
    desk = Desk().air(an_item()).hold(revision=2, at=10)
    assert next_wake(desk.state, instant(10)) == instant(10.6)
    assert desk.take(Tick(), at=10.6).note() == ("preempted", "withdrawn")
    assert desk.state.airings == ()


@pytest.mark.scenario("S-096")
def test_content_that_comes_late_is_played_within_the_late_limit() -> None:
    desk = Desk(stored=frozenset()).hold(an_item())
    assert desk.take(Tick(), at=29).of(Perform, Note) == []
    assert len(desk.take(ContentStored(CONTENT), at=29.9).of(Perform)) == 1


@pytest.mark.scenario("S-096")
def test_content_that_comes_too_late_is_not_played_and_noted_once() -> None:
    desk = Desk(stored=frozenset()).hold(an_item()).take(Tick(), at=30)
    assert desk.note() == ("missed", "content_missing")
    assert desk.take(ContentStored(CONTENT), at=31).of(Perform, Note) == []


def test_what_was_over_before_the_agent_came_up_is_noted_as_such() -> None:
    desk = Desk().hold(an_item(start_at=instant(-400)))
    assert desk.note() == ("missed", "agent_was_off")


def test_a_timetable_that_comes_after_the_time_is_too_late() -> None:
    assert Desk().hold(an_item(), at=40).note() == ("missed", "too_late")


def test_a_higher_priority_takes_the_place_of_what_is_on_air() -> None:
    routine = an_item(1)
    urgent = an_emergency(2, start_at=instant(10))
    desk = Desk().air(routine).hold(routine, urgent, revision=2, at=10)
    assert desk.orders() == ["prepare occ-2", "perform occ-2"]
    desk.take(Started(occurrence="occ-2", at=instant(10.02)), at=10.02)
    desk.take(ended(routine, at=10.02, is_whole=False), at=10.02)
    assert desk.note() == ("preempted", "outranked")
    assert desk.state.played == {"occ-1": timedelta(seconds=1)}


def test_what_does_not_make_way_by_itself_is_ceased() -> None:
    routine, urgent = an_item(1), an_emergency(2, start_at=instant(10))
    desk = Desk().air(routine).hold(routine, urgent, revision=2, at=10)
    desk.take(Started(occurrence="occ-2", at=instant(10.02)), at=10.02)
    assert next_wake(desk.state, instant(10.02)) == instant(10.62)
    assert desk.take(Tick(), at=10.62).orders() == ["cease occ-1"]


def test_an_equal_priority_waits_and_is_missed_when_the_air_stays_taken() -> None:
    routine, other = an_item(1), replace(an_item(2, start_at=instant(10)), latest_at=instant(100))
    desk = Desk().hold(routine, other).take(Tick(), at=0)
    desk.take(Started(occurrence="occ-1", at=NOW), at=0)
    assert desk.take(Tick(), at=10).of(Perform, Cease, Note) == []
    assert desk.state.waiting == {"occ-2": "occ-1"}
    assert desk.take(Tick(), at=39.9).of(Perform, Note) == []
    # From here on it cannot end within its window any more; the late limit is not asked.
    assert desk.take(Tick(), at=40).note() == ("missed", "outranked")


def test_what_follows_without_a_gap_is_ordered_while_the_first_is_on_air() -> None:
    first, second = an_item(1), an_item(2, start_at=instant(60))
    desk = Desk().air(first).hold(first, second, revision=2, at=30)
    assert desk.take(Tick(), at=58).orders() == ["prepare occ-2", "perform occ-2"]
    desk.take(ended(first, at=60), at=60)
    assert desk.note() == ("done", "")
    assert [one.item.occurrence for one in desk.state.airings] == ["occ-2"]


def test_an_item_that_fails_is_noted_with_its_reason_and_the_fault_stays_until_one_plays() -> None:
    desk = Desk().hold(an_item(1), an_item(2, start_at=instant(120))).take(Tick(), at=0)
    desk.take(Faulted(occurrence="occ-1", at=NOW, reason="output_failed"), at=0.1)
    assert desk.note() == ("failed", "output_failed")
    assert desk.state.faults == {"performer.output_failed"}
    desk.take(Tick(), at=120).take(Started(occurrence="occ-2", at=instant(120)), at=120)
    assert desk.state.faults == frozenset()


def test_a_sound_cut_at_its_end_is_done_but_trimmed() -> None:
    item = an_item()
    desk = Desk().air(item)
    assert desk.take(ended(item, at=60, is_whole=False), at=60).note() == ("done", "trimmed")


def test_a_performer_that_never_starts_is_given_up() -> None:
    desk = Desk().hold(an_item()).take(Tick(), at=0)
    assert desk.take(Tick(), at=30).of(Cease) == [Cease("occ-1")]
    assert desk.take(Tick(), at=31).note() == ("failed", "no_start")


def test_an_item_that_cannot_be_is_noted_and_never_performed() -> None:
    item = replace(an_item(), text="chữ", content=None)
    object.__setattr__(item, "end_at", item.start_at)
    assert Desk().hold(item).note() == ("failed", "impossible_item")


def test_nothing_airs_by_a_clock_that_cannot_be_right_and_no_burst_follows() -> None:
    earlier = an_item(1, start_at=instant(-3600))
    right = replace(an_item(2), late_limit_s=60)
    table = a_timetable(earlier, right, revision=3)
    for wrong in (datetime(1970, 1, 1, tzinfo=NOW.tzinfo), NOW - timedelta(days=14)):
        state = AgentState()
        coming_up = restored(stored=frozenset({CONTENT}), timetable=table)
        state, effects = step(state, coming_up, wrong)
        assert not [one for one in effects if isinstance(one, Perform | Prepare | Note)]
        assert state.faults == {"clock_untrusted"}
        state, effects = step(state, Tick(), instant(4))
        performed = [one.item.occurrence for one in effects if isinstance(one, Perform)]
        notes = [(one.entry.occurrence, one.entry.reason) for one in effects if isinstance(one, Note)]
        assert performed == ["occ-2"]
        assert notes == [("occ-1", "agent_was_off")]
        assert state.faults == frozenset()


@pytest.mark.scenario("S-015")
def test_a_clock_that_steps_forth_and_back_plays_each_item_at_most_once_and_none_late() -> None:
    items = [an_item(number, start_at=instant(number * 600)) for number in range(1, 13)]
    desk = Desk().hold(*items)
    performed: list[str] = []
    hours = 6 * 3600
    for steps, shift in ((range(-90, 900), 0), (range(900, 1000), hours), (range(1000, 8000), 0)):
        for second in steps:
            at = second + shift
            desk.take(Tick(), at=at)
            wake = next_wake(desk.state, instant(at))
            assert wake is None or wake > instant(at)
            for effect in desk.of(Perform):
                assert isinstance(effect, Perform)
                assert instant(at) < effect.item.start_at + timedelta(seconds=30)
                performed.append(effect.item.occurrence)
                desk.take(Started(occurrence=effect.item.occurrence, at=instant(at)), at=at)
                desk.take(ended(effect.item, at=at), at=at)
    assert len(performed) == len(set(performed))
    assert performed[0] == "occ-1"


def test_after_the_memory_was_lost_nothing_already_begun_is_begun_again() -> None:
    desk = Desk()
    desk.state = AgentState()
    desk.take(restored(stored=frozenset({CONTENT}), is_memory_lost=True), at=5)
    desk.hold(an_item(1), an_item(2, start_at=instant(600)), at=6)
    assert desk.note() == ("missed", "memory_lost")
    assert "journal_rebuilt" in desk.state.faults
    assert len(desk.take(Tick(), at=600).of(Perform)) == 1


def test_damaged_content_is_fetched_again_and_prepared_again() -> None:
    item = an_item()
    desk = Desk().hold(item).take(Tick(), at=-20).take(ContentLost(CONTENT), at=-19)
    assert item.content is not None
    assert desk.of(Want, Perform) == [Want((item.content,))]
    assert desk.take(ContentStored(CONTENT), at=-5).orders() == ["prepare occ-1"]


def test_a_stop_leaves_the_air_and_says_why() -> None:
    item = an_item()
    desk = Desk().air(item).take(Stopping(), at=5)
    assert desk.of(Cease) == [Cease("occ-1")]
    assert desk.take(ended(item, at=5, is_whole=False), at=5).note() == ("preempted", "agent_stopped")


def test_a_performance_that_begins_after_it_was_given_up_is_ceased() -> None:
    assert Desk().take(Started(occurrence="unknown", at=NOW), at=0).of(Cease) == [Cease("unknown")]


def test_an_acknowledgement_is_passed_on_to_the_journal() -> None:
    assert Desk().take(JournalAcked("j", 7), at=0).of(Forget) == [Forget("j", 7)]
