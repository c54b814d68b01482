"""A device comes up by a clock that cannot be right, without a network: before, when and after it is set right."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from device_agent.core.errors import DeviceError
from device_agent.core.events import Event
from device_agent.core.inbox import Inbox, Received
from device_agent.core.state import EPOCH
from protocol import Item, Journal, State
from tests.factories.messages import NOW as HALF_PAST_FIVE
from tests.fakes.device import FakeClock
from tests.fixtures.agent_rig import AgentRig

NOW = HALF_PAST_FIVE + timedelta(hours=2)
"""The true time at which the clock is set right; no hour of quiet is near."""
WRONG_CLOCKS = {
    "1970": datetime(1970, 1, 1, 0, 0, 9, tzinfo=UTC),
    "2013": datetime(2013, 8, 4, 5, 0, tzinfo=UTC),
    "two weeks back": NOW - timedelta(days=14),
}
CAME_UP_AT = NOW - timedelta(minutes=30)
"""The true time at which the power came back."""
KINDS = ["sound", "text"]


class Asleep:
    """Sees when an agent's loop has done all that there was, and for how long it then means to sleep."""

    def __init__(self, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
        self._inbox = inbox
        self._take = inbox.take
        self._means_to: float | None = None
        self._news = threading.Condition()
        monkeypatch.setattr(inbox, "take", self._watched)

    def wait_s(self) -> float:
        """Wait until the loop sleeps, and return for how long it will do so by itself."""
        with self._news:
            assert self._news.wait_for(self._is_asleep, 5), "the loop finds no rest"
            assert self._means_to is not None
            return self._means_to

    def _is_asleep(self) -> bool:
        return self._means_to is not None and self._inbox._queue.empty()

    def _watched(self, timeout_s: float) -> Event | Received | None:
        """Take what is there, at once or after a look every 5 ms; taking it and waking up are one."""
        until_s = time.monotonic() + timeout_s
        with self._news:
            while (came := self._take(0)) is None and time.monotonic() < until_s:
                self._means_to = timeout_s
                self._news.notify_all()
                self._news.wait(0.005)
            self._means_to = None
            return came


def programme(rig: AgentRig, kind: str) -> tuple[Item, ...]:
    """Return what is on air when the power goes, every five minutes one that is missed, the right one, one to come."""
    starts = {
        "cut-off": -3_599,
        **{f"missed-{at}": -60 * at for at in range(5, 31, 5)},
        "right": -20,
        "next": 600,
    }
    return tuple(item_of(rig, kind, name, at) for name, at in starts.items())


def item_of(rig: AgentRig, kind: str, name: str, at: float) -> Item:
    """Return an item of two minutes. Sounds that are missed are so long that only their late limit forbids them."""
    start_at = NOW + timedelta(seconds=at)
    is_long = name.startswith("missed") and kind == "sound"
    end_at = start_at + timedelta(minutes=40 if is_long else 2)
    item = replace(rig.item(), occurrence=name, start_at=start_at, end_at=end_at, late_limit_s=30)
    return replace(item, content=None, text="Mất điện toàn phường") if kind == "text" else item


def a_device_that_lost_its_power(folder: Path, kind: str) -> None:
    """Leave a folder with a signed timetable, and with something that was on air, as a kill -9 does."""
    rig = AgentRig(folder, clock=FakeClock(NOW - timedelta(hours=1)), boot="boot-0").start()
    rig.push(*programme(rig, kind))
    rig.wait_for(State, lambda state: state.playing == ("cut-off",))
    rig.journal.stop()
    rig.agent.stop()


@pytest.fixture(params=list(WRONG_CLOCKS))
def wrong(request: pytest.FixtureRequest) -> datetime:
    return WRONG_CLOCKS[request.param]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def rig(tmp_path: Path, wrong: datetime, kind: str) -> Iterator[AgentRig]:
    a_device_that_lost_its_power(tmp_path, kind)
    made = AgentRig(tmp_path, clock=FakeClock(wrong))
    yield made
    made.agent.stop()


def come_up(rig: AgentRig) -> None:
    rig.agent.start()
    assert rig.performer.next_call() == ("start", "")


def set_right(rig: AgentRig, asleep: Asleep) -> float:
    """Set the clock as a time server does, telling nobody; return the seconds until the loop looked."""
    wait_s = asleep.wait_s()
    rig.clock.set_wall(NOW)
    rig.advance(wait_s)
    asleep.wait_s()
    return wait_s


def go_up(rig: AgentRig) -> None:
    """Let the network come, and the pause after a connect pass."""
    rig.link.go_up()
    rig.wait_for(State)
    rig.advance(1)


def calls(rig: AgentRig) -> list[tuple[str, str]]:
    found = []
    while not rig.performer.calls.empty():
        found.append(rig.performer.calls.get())
    return found


@pytest.mark.scenario("S-016")
def test_nothing_airs_until_the_time_is_believed_and_then_only_the_right_item_within_five_seconds(
    rig: AgentRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    asleep = Asleep(rig.inbox, monkeypatch)
    come_up(rig)
    for _ in range(30):
        rig.advance(60)
        assert asleep.wait_s() < 5
    assert calls(rig) == []
    assert rig.journal.unsent(99) == (), "no date has been written that would have to be taken back"

    waited_s = set_right(rig, asleep)

    assert waited_s < 5
    assert {name for _verb, name in calls(rig)} == {"right"}
    assert rig.performer.on_air == ["right"]
    begun_at = max(rig.performer.cues["right"].start_at, rig.clock.now())
    assert begun_at - NOW < timedelta(seconds=5)
    rig.advance(60)
    rig.performer.end("right")
    asleep.wait_s()
    rig.advance(300)
    asleep.wait_s()
    assert calls(rig) == [], "what passed meanwhile does not come after it"


@pytest.mark.scenario("S-016")
def test_the_journal_tells_when_by_both_clocks_once_the_time_is_believed(
    rig: AgentRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    asleep = Asleep(rig.inbox, monkeypatch)
    come_up(rig)
    asleep.wait_s()
    rig.advance(30 * 60)
    waited_s = set_right(rig, asleep)
    go_up(rig)

    entries = {one.occurrence: one for one in rig.wait_for(Journal).entries}

    came_up_at = CAME_UP_AT
    cut_off = entries.pop("cut-off")
    assert (cut_off.reason, cut_off.dated_by, cut_off.boot) == ("interrupted", "uptime", "boot-1")
    assert cut_off.up_ms is not None
    assert cut_off.noted_at - timedelta(milliseconds=cut_off.up_ms) == came_up_at
    assert sorted(entries) == sorted(f"missed-{at}" for at in range(5, 31, 5)), "each once, none aired"
    for one in entries.values():
        assert (one.result, one.reason, one.dated_by, one.boot) == (
            "missed",
            "agent_was_off",
            "clock",
            "boot-1",
        )
        assert one.noted_at == NOW + timedelta(seconds=waited_s)
        assert one.up_ms == round((one.noted_at - came_up_at).total_seconds() * 1000)


@pytest.mark.scenario("S-016")
def test_what_no_clock_can_date_any_more_says_so_and_bears_no_wrong_date(
    rig: AgentRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    asleep = Asleep(rig.inbox, monkeypatch)
    come_up(rig)
    rig.link.go_up()
    state = rig.wait_for(State, lambda one: one.unsent_entries == 1)
    assert "clock_untrusted" in state.faults
    rig.advance(60)
    asleep.wait_s()
    assert rig.journal.unsent(9) == (), "it awaits its date"
    rig.agent.stop()

    again = AgentRig(rig.folder, clock=FakeClock(NOW), boot="boot-2").start()
    entries = again.wait_for(Journal).entries
    again.agent.stop()

    (cut_off,) = [one for one in entries if one.occurrence == "cut-off"]
    assert (cut_off.dated_by, cut_off.noted_at) == ("nothing", EPOCH)
    assert (cut_off.started_at, cut_off.ended_at) == (None, None)
    assert (cut_off.boot, cut_off.up_ms) == ("boot-1", 0)
    assert {one.dated_by for one in entries if one is not cut_off} == {"clock"}


def test_a_disk_that_refuses_the_dates_gets_them_later_and_they_are_as_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_device_that_lost_its_power(tmp_path, "sound")
    rig = AgentRig(tmp_path, clock=FakeClock(WRONG_CLOCKS["1970"]))
    asleep = Asleep(rig.inbox, monkeypatch)
    come_up(rig)
    asleep.wait_s()
    rig.advance(30 * 60)
    date = rig.journal.date
    refused: list[datetime] = []

    def refuse(now: datetime, up_ms: int) -> None:
        refused.append(now)
        raise DeviceError("disk_full", "no room")

    monkeypatch.setattr(rig.journal, "date", refuse)
    set_right(rig, asleep)
    assert refused
    taken: list[datetime] = []

    def take(now: datetime, up_ms: int) -> None:
        taken.append(now)
        date(now, up_ms)

    monkeypatch.setattr(rig.journal, "date", take)
    rig.clock.advance(100)
    asleep.wait_s()
    go_up(rig)

    cut_off = rig.wait_for(Journal).entries[0]
    rig.loop.stop()
    rig.stage.retry_writes()
    rig.agent.stop()

    assert (cut_off.occurrence, cut_off.dated_by) == ("cut-off", "uptime")
    assert cut_off.noted_at == CAME_UP_AT
    assert taken == refused[:1], "what the clock said first is what counts, and it is said once"


def test_a_sound_that_ends_by_a_clock_that_fell_back_bears_the_end_that_its_length_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = AgentRig(tmp_path).start()
    asleep = Asleep(rig.inbox, monkeypatch)
    rig.push(rig.item(seconds=1))
    begun = rig.wait_for(State, lambda state: state.playing == ("occ-1",))
    asleep.wait_s()
    rig.clock.set_wall(WRONG_CLOCKS["2013"])
    rig.advance(0)
    rig.performer.end("occ-1", length_ms=60_000)
    asleep.wait_s()
    (seen,) = rig.journal._read("SELECT noted_at, started_at, ended_at FROM entries")
    assert all("2013" not in one for one in seen)
    rig.clock.set_wall(begun.at + timedelta(seconds=70))
    rig.advance(0)

    (entry,) = rig.wait_for(Journal).entries

    assert (entry.result, entry.dated_by) == ("done", "uptime")
    assert entry.started_at is not None
    assert entry.ended_at == entry.started_at + timedelta(minutes=1)
    assert entry.noted_at == begun.at + timedelta(seconds=70)
    rig.agent.stop()
