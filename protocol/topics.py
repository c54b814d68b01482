"""MQTT topics: the only place where one is built or taken apart.

    loa/v1/device/<device>/down/<message>     controller -> device
    loa/v1/device/<device>/up/<message>       device -> controller

The device id is a topic level of its own, so that a broker's access rules can be written per device.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from protocol.errors import TopicError

ROOT = "loa/v1"
CONTROLLER = "controller"
_DEVICE_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]")


class Direction(StrEnum):
    """Which way a message travels: `DOWN` to the device, `UP` to the controller."""

    DOWN = "down"
    UP = "up"


@dataclass(frozen=True, slots=True)
class Topic:
    """One parsed topic. `name` is the wire name of the message, e.g. "timetable"."""

    device: str
    direction: Direction
    name: str

    def __post_init__(self) -> None:
        """Refuse an identity or name that would spill into other topic levels."""
        check_device_id(self.device)
        if not re.fullmatch(r"[a-z_]{1,32}", self.name):
            raise TopicError(f"not a message name: {self.name!r}")

    def __str__(self) -> str:
        return f"{ROOT}/device/{self.device}/{self.direction}/{self.name}"


def check_device_id(text: str) -> str:
    """Return `text` when it is a device id: 3 to 40 of a-z, 0-9 and inner hyphens. Raise TopicError otherwise.

    `+`, `#`, `/` and capitals can therefore never reach a topic or an access rule. "controller" is the other
    side's name in envelopes and no device's.
    """
    if text == CONTROLLER or not _DEVICE_ID.fullmatch(text):
        raise TopicError(f"not a device id: {text!r}")
    return text


def parse(topic: str) -> Topic:
    """Take a topic apart; raise TopicError for anything that `Topic` would not have built."""
    levels = topic.split("/")
    if len(levels) != 6 or "/".join(levels[:2]) != ROOT or levels[2] != "device":
        raise TopicError(f"not one of our topics: {topic[:120]!r}")
    if levels[4] not in set(Direction):
        raise TopicError(f"no such direction: {levels[4]!r}")
    return Topic(device=levels[3], direction=Direction(levels[4]), name=levels[5])


def down_filter(device: str) -> str:
    """Topic filter of everything that one device may read."""
    return f"{ROOT}/device/{check_device_id(device)}/{Direction.DOWN}/+"


def up_filter() -> str:
    """Topic filter of everything that all devices say; for the controller alone."""
    return f"{ROOT}/device/+/{Direction.UP}/+"


def device_may_publish(device: str, topic: str) -> bool:
    """Tell whether a broker should let `device` publish to `topic`: only its own `up` topics."""
    return _is_own(device, topic, Direction.UP)


def device_may_subscribe(device: str, topic_filter: str) -> bool:
    """Tell whether a broker should let `device` subscribe to `topic_filter`: only its own `down` topics."""
    try:
        return topic_filter == down_filter(device) or _is_own(device, topic_filter, Direction.DOWN)
    except TopicError:  # whoever this is, it is no device
        return False


def _is_own(device: str, topic: str, direction: Direction) -> bool:
    try:
        parsed = parse(topic)
    except TopicError:
        return False
    return parsed.device == device and parsed.direction is direction
