"""Samples in order, cut without a click."""

import threading
from array import array

from device_agent.speaker.feed import FADE_SAMPLES, Feed
from tests.fakes.sound import MemorySamples


def all_of(feed: Feed, *, frame: int = 480) -> "array[int]":
    found = array("h")
    while taken := feed.take(frame):
        found.frombytes(taken)
    return found


def test_the_whole_sound_comes_through_unchanged() -> None:
    feed = Feed(MemorySamples(1_000), limit=5_000, ceased=threading.Event())
    assert list(all_of(feed)) == [1_000] * 1_000
    assert (feed.given, feed.length_ms, feed.is_cut) == (1_000, 20, False)


def test_a_sound_as_long_as_the_limit_is_not_cut() -> None:
    feed = Feed(MemorySamples(960), limit=960, ceased=threading.Event())
    assert list(all_of(feed)) == [1_000] * 960
    assert not feed.is_cut


def test_a_sound_over_the_limit_is_faded_out_at_it() -> None:
    feed = Feed(MemorySamples(5_000), limit=2_000, ceased=threading.Event())
    found = all_of(feed)
    assert len(found) == 2_000
    assert feed.is_cut
    assert found[-1] == 0
    assert list(found[:1_920]) == [1_000] * 1_920


def test_a_cease_fades_the_next_frame_and_ends() -> None:
    ceased = threading.Event()
    feed = Feed(MemorySamples(48_000), limit=48_000, ceased=ceased)
    feed.take(480)
    ceased.set()
    last = array("h", feed.take(480))
    assert feed.take(480) == b""
    assert feed.is_cut
    assert len(last) == FADE_SAMPLES
    assert list(last) == sorted(last, reverse=True)
    assert last[-1] == 0


def test_silence_stands_in_for_what_is_not_decoded_yet() -> None:
    samples = MemorySamples(960)
    samples.there = 200
    feed = Feed(samples, limit=10_000, ceased=threading.Event())
    first = array("h", feed.take(480))
    assert list(first) == [1_000] * 100 + [0] * 380
    samples.there = 1_920
    assert list(array("h", feed.take(480))) == [1_000] * 480


def test_no_room_at_all_gives_nothing() -> None:
    feed = Feed(MemorySamples(960), limit=-5, ceased=threading.Event())
    assert feed.take(480) == b""
    assert feed.is_cut
