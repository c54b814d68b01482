"""When what is said again."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from device_agent.core.courier import WINDOW_BLOCKS
from protocol import BLOCK_BYTES, State, Want, block_count, from_bitmap
from tests.factories.messages import NOW
from tests.fixtures.agent_rig import AgentRig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[AgentRig]:
    made = AgentRig(tmp_path)
    yield made
    made.agent.stop()


def wanted(want: Want, count: int) -> list[int]:
    return list(from_bitmap(want.missing, count))


@pytest.mark.timeout(60)
def test_a_large_content_is_asked_for_in_windows_one_after_the_other(rig: AgentRig) -> None:
    whole = bytes(range(256)) * 256 * (WINDOW_BLOCKS * 2 + 3)
    item = rig.item(content=whole, is_stored=False, seconds=600)
    assert item.content is not None
    count = block_count(item.content.size)
    rig.start()
    rig.push(item)
    for first in range(0, count, WINDOW_BLOCKS):
        window = wanted(rig.wait_for(Want), count)
        assert window == list(range(first, min(first + WINDOW_BLOCKS, count)))
        rig.send_blocks(whole, of=item.content, only=window)
    rig.wait_for(State, lambda state: state.revision == 1 and state.missing_contents == 0)
    assert rig.cache.path(item.content.id).stat().st_size == len(whole)


@pytest.mark.parametrize("tenth", range(1, 10))
def test_a_link_that_is_cut_at_each_tenth_goes_on_from_there(rig: AgentRig, tenth: int) -> None:
    whole = b"\x07" * BLOCK_BYTES * 20
    item = rig.item(content=whole, is_stored=False, seconds=600)
    assert item.content is not None
    rig.start()
    rig.push(item)
    window = wanted(rig.wait_for(Want), 20)
    rig.wait_for(State, lambda state: state.revision == 1)
    cut = 2 * tenth
    rig.send_blocks(whole, of=item.content, only=window[:cut])
    rig.link.go_down()
    assert not rig.cache.path(item.content.id).exists()
    rig.link.go_up()
    rig.wait_for(State)
    rig.advance(1)
    rest = wanted(rig.wait_for(Want), 20)
    assert rest == list(range(cut, 20))
    rig.send_blocks(whole, of=item.content, only=rest)
    rig.wait_for(State, lambda state: state.revision == 1 and state.missing_contents == 0)


def test_a_content_that_came_damaged_is_asked_for_again_soon_and_then_ever_later(rig: AgentRig) -> None:
    whole = b"\x07" * BLOCK_BYTES * 2
    item = rig.item(content=whole, is_stored=False, seconds=600)
    assert item.content is not None
    rig.uplink.link = rig.link
    rig.link.is_down = False
    rig.courier.link_changed(True)
    rig.courier.want((item.content,))
    waits = []
    for _ in range(30):
        rig.courier.run(a_state)
        rig.courier.block_came(item.content.id, 1)
        rig.courier.came_damaged(item.content.id)
        before = rig.clock.monotonic_s()
        while not any(topic.endswith("/up/want") for topic, _payload in rig.link.sent):
            rig.clock.advance(rig.courier.next_due_s() - rig.clock.monotonic_s())
            rig.courier.run(a_state)
        rig.link.sent.clear()
        waits.append(rig.clock.monotonic_s() - before)
    assert waits[1] < 5
    assert max(waits[-10:]) > 10
    assert max(waits) <= 60


def test_silence_is_met_with_pauses_that_grow_to_a_minute(rig: AgentRig) -> None:
    item = rig.item(is_stored=False)
    assert item.content is not None
    rig.uplink.link = rig.link
    rig.link.is_down = False
    rig.cache.start()
    rig.courier.link_changed(True)
    rig.courier.want((item.content,))
    pauses = []
    for _ in range(40):
        before = rig.clock.monotonic_s()
        rig.clock.advance(rig.courier.next_due_s() - before)
        rig.courier.run(a_state)
        if rig.link.sent and rig.link.sent.pop()[0].endswith("/up/want"):
            pauses.append(rig.clock.monotonic_s())
    waits = [later - earlier for earlier, later in pairwise(pauses)]
    assert all(3 <= wait <= 60 for wait in waits)
    assert max(waits) > 10


def test_nothing_is_due_while_there_is_no_broker(rig: AgentRig) -> None:
    item = rig.item(is_stored=False)
    assert item.content is not None
    rig.courier.want((item.content,))
    rig.courier.journal_changed()
    assert rig.courier.next_due_s() == float("inf")
    rig.courier.run(a_state)
    assert rig.link.sent == []


def a_state() -> State:
    return State(boot="b", seq=1, at=NOW, revision=0, agent_version="0.1.0")
