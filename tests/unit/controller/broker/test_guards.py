import json
from pathlib import Path

import pytest

from controller.broker.access_file import CONTROLLER_LOGIN, AccessFile, read_logins
from controller.broker.guards import Logins, may_publish, may_receive, may_subscribe
from controller.domain.errors import Code, UnavailableError
from controller.usecases.ports import BrokerAddress

OWN_UP = "loa/v1/device/loa-1/up/state"
OWN_DOWN = "loa/v1/device/loa-1/down/timetable"
FOREIGN_UP = "loa/v1/device/loa-2/up/state"
FOREIGN_DOWN = "loa/v1/device/loa-2/down/timetable"


def access(folder: Path) -> AccessFile:
    return AccessFile(folder / "logins.json", BrokerAddress(host="127.0.0.1", port=1883))


@pytest.mark.parametrize(
    ("login", "topic", "publish", "receive"),
    [
        ("loa-1", OWN_UP, True, False),
        ("loa-1", OWN_DOWN, False, True),
        ("loa-1", FOREIGN_UP, False, False),
        ("loa-1", FOREIGN_DOWN, False, False),
        ("loa-1", "$SYS/broker/uptime", False, False),
        ("loa-1", "anything", False, False),
        (CONTROLLER_LOGIN, OWN_DOWN, True, False),
        (CONTROLLER_LOGIN, OWN_UP, False, True),
        (CONTROLLER_LOGIN, "$SYS/broker/uptime", False, False),
        ("", OWN_UP, False, False),
        ("+", OWN_UP, False, False),
    ],
)
def test_who_may_say_and_hear_what(login: str, topic: str, publish: bool, receive: bool) -> None:
    assert may_publish(login, topic) is publish
    assert may_receive(login, topic) is receive


@pytest.mark.parametrize(
    "topic_filter",
    [
        "#",
        "+/#",
        "$SYS/#",
        "$CONTROL/#",
        "$share/x/#",
        "loa/#",
        "loa/v1/device/+/down/+",
        "loa/v1/device/loa-2/down/+",
    ],
)
def test_a_device_subscribes_to_nothing_but_its_own(topic_filter: str) -> None:
    assert may_subscribe("loa-1", "loa/v1/device/loa-1/down/+")
    assert not may_subscribe("loa-1", topic_filter)


def test_the_controller_hears_devices_and_nothing_else() -> None:
    assert may_subscribe(CONTROLLER_LOGIN, "loa/v1/device/+/up/+")
    assert not may_subscribe(CONTROLLER_LOGIN, "#")


def test_the_file_holds_no_secret_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    access(tmp_path).grant("loa-1", "very secret")
    path = tmp_path / "logins.json"
    assert "secret" not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_reader_sees_each_change_at_its_next_look(tmp_path: Path) -> None:
    file, logins = access(tmp_path), Logins(tmp_path / "logins.json")
    assert logins.hash_of("loa-1") is None
    file.grant("loa-1", "one")
    first = logins.hash_of("loa-1")
    file.grant("loa-1", "two")
    assert logins.hash_of("loa-1") not in (None, first)
    file.revoke("loa-1")
    assert logins.hash_of("loa-1") is None
    file.revoke("loa-1")  # and once more does no harm


def test_a_disk_that_is_full_leaves_the_old_list_whole(tmp_path: Path) -> None:
    file = access(tmp_path)
    file.grant("loa-1", "one")
    (tmp_path / "logins.new").symlink_to("/dev/full")
    with pytest.raises(UnavailableError) as refused:
        file.grant("loa-2", "two")
    assert refused.value.code is Code.DISK_FULL
    assert set(read_logins(tmp_path / "logins.json")) == {"loa-1"}
    file.grant("loa-2", "two")
    assert set(json.loads((tmp_path / "logins.json").read_text())) == {"loa-1", "loa-2"}
