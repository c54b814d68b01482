"""Topics: built and taken apart in one place, and no identity spills into another level."""

import pytest

from protocol import Direction, ProtocolError, Topic
from protocol.errors import TopicError
from protocol.topics import (
    check_device_id,
    device_may_publish,
    device_may_subscribe,
    down_filter,
    parse,
    up_filter,
)

_BAD_IDS = [
    "", "ab", "a" * 41, "Loa-1", "loa_1", "-loa", "loa-", "+", "#", "/", "loa/1", "loa+1", "loa#1", "lòa-1",
    "loa-1\n", "loa 1", "loa.1", "$SYS", "controller",
]  # fmt: skip


@pytest.mark.parametrize("device", ["abc", "a-1", "0x0", "loa-phuong-lang-so-1", "a" * 40])
def test_a_device_id_is_a_topic_level(device: str) -> None:
    assert check_device_id(device) == device
    topic = Topic(device=device, direction=Direction.DOWN, name="timetable")
    assert str(topic) == f"loa/v1/device/{device}/down/timetable"
    assert parse(str(topic)) == topic


@pytest.mark.parametrize("device", _BAD_IDS)
def test_an_identity_that_could_spill_is_refused_everywhere(device: str) -> None:
    with pytest.raises(TopicError):
        check_device_id(device)
    with pytest.raises(TopicError):
        Topic(device=device, direction=Direction.UP, name="state")
    with pytest.raises(TopicError):
        down_filter(device)
    with pytest.raises(TopicError):
        parse(f"loa/v1/device/{device}/up/state")
    assert not device_may_publish(device, f"loa/v1/device/{device}/up/state")
    assert not device_may_subscribe(device, f"loa/v1/device/{device}/down/+")


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "#",
        "loa/v1/device/abc/down",
        "loa/v1/device/abc/down/timetable/x",
        "loa/v2/device/abc/down/timetable",
        "loa/v1/area/abc/down/timetable",
        "loa/v1/device/abc/sideways/timetable",
        "loa/v1/device/abc/down/Timetable",
        "loa/v1/device/abc/down/+",
        "loa/v1/device/abc/down/timetable\n",
        "$SYS/broker/uptime",
    ],
)
def test_a_topic_that_is_not_ours_is_refused(topic: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse(topic)
    assert caught.value.code == "bad_topic"


def test_a_device_publishes_only_what_it_says_itself() -> None:
    assert device_may_publish("abc", "loa/v1/device/abc/up/state")
    assert not device_may_publish("abc", "loa/v1/device/abd/up/state")
    assert not device_may_publish("abc", "loa/v1/device/abc/down/timetable")
    assert not device_may_publish("abc", "loa/v1/device/abc/up/+")
    assert not device_may_publish("abc", "loa/v1/device/abc/up/state/x")
    assert not device_may_publish("abc", "$CONTROL/dynamic-security/v1")


def test_a_device_reads_only_what_is_for_it() -> None:
    assert device_may_subscribe("abc", down_filter("abc"))
    assert device_may_subscribe("abc", "loa/v1/device/abc/down/timetable")
    for foreign in (
        "#", "+/#", "loa/#", "loa/v1/device/+/down/+", down_filter("abd"), up_filter(), "loa/v1/device/abc/up/+",
        "loa/v1/device/abc/#", "loa/v1/device/abc/+/timetable", "$SYS/#", "$CONTROL/#", "$share/x/#",
    ):  # fmt: skip
        assert not device_may_subscribe("abc", foreign), foreign


def test_the_controller_hears_every_device_in_one_filter() -> None:
    assert up_filter() == "loa/v1/device/+/up/+"
