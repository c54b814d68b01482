"""The broker that comes with the controller, as a real process, and what its guards let through."""

import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from controller.broker.access_file import CONTROLLER_LOGIN, AccessFile
from controller.broker.embedded import EmbeddedBroker
from controller.broker.errors import BrokerError
from controller.usecases.ports import BrokerAddress
from protocol.topics import down_filter, up_filter
from tests.fixtures.brokers import free_port

pytestmark = pytest.mark.system
WAIT_S = 10.0
REFUSED = 0x80


@dataclass
class House:
    """A running broker with the logins `controller`, `loa-1` and `loa-2`, password `<name>-secret`."""

    access: AccessFile
    port: int
    log: Path
    open: list["Guest"] = field(default_factory=list)

    def guest(self, login: str = "", **choices: Any) -> "Guest":
        guest = Guest(self.port, login, **choices)
        self.open.append(guest)
        return guest


class Guest:
    """An MQTT client that does what it is told, and remembers what it was told."""

    def __init__(
        self,
        port: int,
        login: str,
        *,
        password: str | None = None,
        client_id: str | None = None,
        will: str = "",
        keeps_session: bool = False,
    ) -> None:
        self._answers: queue.Queue[Any] = queue.Queue()
        self.heard: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.ended = threading.Event()
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=login if client_id is None else client_id,
            clean_session=not keeps_session,
            protocol=paho.MQTTv311,
            reconnect_on_failure=False,
        )
        if login:
            self._client.username_pw_set(login, f"{login}-secret" if password is None else password)
        if will:
            self._client.will_set(will, b"will", qos=1)
        self._client.on_connect = lambda _c, _u, _f, code, _p: self._answers.put(not code.is_failure)
        self._client.on_disconnect = lambda *_: self.ended.set()
        self._client.on_subscribe = lambda _c, _u, _m, codes, _p: self._answers.put(
            [one.value for one in codes]
        )
        self._client.on_publish = lambda *_: self._answers.put("published")
        self._client.on_message = lambda _c, _u, message: self.heard.put(
            (message.topic, bytes(message.payload))
        )
        self._client.connect("127.0.0.1", port, keepalive=20, bind_address="127.0.0.1")
        self._client.loop_start()
        try:
            self.is_in = bool(self._answers.get(timeout=WAIT_S))
        except queue.Empty:
            self.is_in = False

    def subscribe(self, *filters: str) -> list[int]:
        """Return what the broker granted: a quality of service, or REFUSED."""
        self._client.subscribe([(one, 1) for one in filters])
        granted: list[int] = self._answers.get(timeout=WAIT_S)
        return granted

    def publish(self, topic: str, payload: bytes = b"x") -> None:
        self._client.publish(topic, payload, qos=1)
        try:
            self._answers.get(timeout=2)
        except queue.Empty:
            assert self.ended.is_set(), "neither acknowledged nor shut out"

    def hears(self) -> tuple[str, bytes]:
        return self.heard.get(timeout=WAIT_S)

    def leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def vanish(self) -> None:
        """Cut the line, so that the broker speaks the will."""
        sock = self._client.socket()
        assert sock is not None
        sock.close()
        self._client.loop_stop()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AccessFile, int]]:
    folder, port = tmp_path_factory.mktemp("broker"), free_port()
    access = AccessFile(folder / "logins.json", BrokerAddress(host="127.0.0.1", port=port))
    broker = EmbeddedBroker(host="127.0.0.1", port=port, access_file=folder / "logins.json")
    broker.start()
    yield access, port
    broker.stop()


@pytest.fixture
def house(running: tuple[AccessFile, int], tmp_path: Path) -> Iterator[House]:
    """Give the running broker with everybody's login as it should be."""
    access, port = running
    for login in (CONTROLLER_LOGIN, "loa-1", "loa-2"):
        access.grant(login, f"{login}-secret")
    house = House(access, port, tmp_path)
    yield house
    for guest in house.open:
        guest.leave()


def controller(house: House) -> Guest:
    guest = house.guest(CONTROLLER_LOGIN, client_id=f"{CONTROLLER_LOGIN}.1")
    assert guest.subscribe(up_filter()) == [1]
    return guest


def test_words_go_up_and_orders_go_down(house: House) -> None:
    chief, device = controller(house), house.guest("loa-1")
    assert device.subscribe(down_filter("loa-1")) == [1]
    device.publish("loa/v1/device/loa-1/up/state", b"hello")
    assert chief.hears() == ("loa/v1/device/loa-1/up/state", b"hello")
    chief.publish("loa/v1/device/loa-1/down/timetable", b"order")
    assert device.hears() == ("loa/v1/device/loa-1/down/timetable", b"order")


@pytest.mark.parametrize(
    ("login", "password"),
    [("", None), ("loa-1", "wrong"), ("loa-1", ""), ("nobody", None), ("LOA-1", "loa-1-secret")],
)
def test_nobody_gets_in_without_a_name_and_its_secret(house: House, login: str, password: str | None) -> None:
    assert not house.guest(login, password=password, client_id=login or "loa-1").is_in


@pytest.mark.parametrize("client_id", ["loa-2", "controller.1", "loa-12", ""])
def test_nobody_connects_under_the_client_id_of_another(house: House, client_id: str) -> None:
    victim = house.guest("loa-2")
    assert not house.guest("loa-1", client_id=client_id).is_in
    assert not victim.ended.is_set()


@pytest.mark.scenario("S-111")
def test_a_filter_that_is_not_ones_own_is_refused_beside_one_that_is(house: House) -> None:
    device = house.guest("loa-1")
    foreign = ["#", "$SYS/#", "$CONTROL/#", "loa/v1/device/+/down/+", down_filter("loa-2"), up_filter()]
    assert device.subscribe(down_filter("loa-1"), *foreign) == [1, *[REFUSED] * len(foreign)]
    chief, other = controller(house), house.guest("loa-2")
    chief.publish("loa/v1/device/loa-2/down/timetable", b"not yours")
    other.publish("loa/v1/device/loa-2/up/state", b"not yours")
    chief.publish("loa/v1/device/loa-1/down/timetable", b"yours")
    assert device.hears() == ("loa/v1/device/loa-1/down/timetable", b"yours")
    assert device.heard.empty()


@pytest.mark.scenario("S-103")
def test_a_foreign_filter_is_refused_brings_nothing_and_is_logged(tmp_path: Path) -> None:
    port = free_port()
    access = AccessFile(tmp_path / "logins.json", BrokerAddress(host="127.0.0.1", port=port))
    for login in (CONTROLLER_LOGIN, "loa-1", "loa-2"):
        access.grant(login, f"{login}-secret")
    command = [
        sys.executable,
        "-m",
        "controller.broker",
        "127.0.0.1",
        str(port),
        str(tmp_path / "logins.json"),
    ]
    log = tmp_path / "broker.log"
    pipe = subprocess.PIPE
    with (
        log.open("wb") as log_file,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log_file) as broker,
    ):
        assert broker.stdin is not None
        assert broker.stdout is not None
        assert broker.stdout.readline() == b"ready\n"
        house = House(access, port, tmp_path)
        device, other, chief = house.guest("loa-1"), house.guest("loa-2"), controller(house)
        for foreign in (down_filter("loa-2"), "#", "$SYS/#", "$CONTROL/#"):
            assert device.subscribe(down_filter("loa-1"), foreign) == [1, REFUSED]
        other.subscribe(down_filter("loa-2"))
        chief.publish("loa/v1/device/loa-2/down/timetable", b"not yours")
        assert other.hears()[1] == b"not yours"
        other.publish("loa/v1/device/loa-2/up/state", b"not yours")
        chief.publish("loa/v1/device/loa-1/down/timetable", b"yours")
        assert device.hears()[1] == b"yours"
        assert device.heard.empty()
        for guest in house.open:
            guest.leave()
        broker.stdin.close()
        assert broker.wait(WAIT_S) == 0
    lines = [line for line in log.read_text().splitlines() if "loa-1 may not" in line]
    assert [line.split()[-1] for line in lines] == [down_filter("loa-2"), "#", "$SYS/#", "$CONTROL/#"]


@pytest.mark.scenario("S-111")
def test_a_device_does_not_speak_on_the_topics_of_another(house: House) -> None:
    chief = controller(house)
    for topic in ("loa/v1/device/loa-2/up/state", "loa/v1/device/loa-2/down/timetable", "$SYS/broker", "x"):
        house.guest("loa-1").publish(topic, b"forged")
    house.guest("loa-1").publish("loa/v1/device/loa-1/up/state", b"own")
    assert chief.hears() == ("loa/v1/device/loa-1/up/state", b"own")
    assert chief.heard.empty()


@pytest.mark.parametrize("topic", ["loa/v1/device/loa-2/up/gone", "loa/v1/device/loa-1/down/timetable", "x"])
def test_a_device_does_not_leave_a_will_on_the_topics_of_another(house: House, topic: str) -> None:
    assert not house.guest("loa-1", will=topic).is_in


def test_a_device_that_vanishes_leaves_its_own_will(house: House) -> None:
    chief = controller(house)
    device = house.guest("loa-1", will="loa/v1/device/loa-1/up/gone")
    assert device.is_in
    device.vanish()
    assert chief.hears() == ("loa/v1/device/loa-1/up/gone", b"will")


def test_a_revoked_device_neither_hears_nor_speaks_in_its_live_session(house: House) -> None:
    chief, device, other = controller(house), house.guest("loa-1"), house.guest("loa-2")
    device.subscribe(down_filter("loa-1"))
    other.subscribe(down_filter("loa-2"))
    house.access.revoke("loa-1")
    chief.publish("loa/v1/device/loa-1/down/timetable", b"too late")
    chief.publish("loa/v1/device/loa-2/down/timetable", b"still in")
    assert other.hears()[1] == b"still in"
    device.publish("loa/v1/device/loa-1/up/state", b"too late")
    other.publish("loa/v1/device/loa-2/up/state", b"still in")
    assert chief.hears() == ("loa/v1/device/loa-2/up/state", b"still in")
    assert device.heard.empty()
    device.leave()
    assert not house.guest("loa-1").is_in


def keep_session(house: House, login: str) -> None:
    """Let a device subscribe and leave, and give the broker the time to note it: it tells nobody."""
    device = house.guest(login, keeps_session=True)
    assert device.subscribe(down_filter(login)) == [1]
    device.leave()
    threading.Event().wait(0.5)


def test_what_waits_in_the_session_of_a_device_is_delivered(house: House) -> None:
    """Without this, the next test would prove nothing."""
    chief = controller(house)
    for _ in range(5):  # on a busy machine the broker may take longer than we wait
        keep_session(house, "loa-2")
        chief.publish("loa/v1/device/loa-2/down/timetable", b"queued")
        again = house.guest("loa-2", keeps_session=True)
        try:
            assert again.heard.get(timeout=2)[1] == b"queued"
        except queue.Empty:
            again.leave()
            continue
        break
    else:
        pytest.fail("the broker keeps nothing for a session")
    again.leave()


@pytest.mark.scenario("S-105")
def test_what_waits_in_the_session_of_a_revoked_device_is_never_delivered(house: House) -> None:
    chief = controller(house)
    keep_session(house, "loa-1")
    chief.publish("loa/v1/device/loa-1/down/timetable", b"queued before")
    house.access.revoke("loa-1")
    chief.publish("loa/v1/device/loa-1/down/timetable", b"queued after")
    again = house.guest("loa-1", keeps_session=True)
    assert not again.is_in
    assert again.heard.empty()
    house.access.grant(
        "loa-1", "another secret"
    )  # even somebody who takes the id over later hears nothing old
    heir = house.guest("loa-1", password="another secret")
    heir.subscribe(down_filter("loa-1"))
    chief.publish("loa/v1/device/loa-1/down/timetable", b"new")
    assert heir.hears()[1] == b"new"


def test_a_port_that_is_taken_is_said_to_be_taken(house: House, tmp_path: Path) -> None:
    second = EmbeddedBroker(host="127.0.0.1", port=house.port, access_file=tmp_path / "logins.json")
    with pytest.raises(BrokerError, match=f"127.0.0.1:{house.port}: the port is taken"):
        second.start()
    second.stop()


def test_a_broker_that_dies_is_started_again(tmp_path: Path) -> None:
    port = free_port()
    access = AccessFile(tmp_path / "logins.json", BrokerAddress(host="127.0.0.1", port=port))
    access.grant("loa-1", "loa-1-secret")
    broker = EmbeddedBroker(host="127.0.0.1", port=port, access_file=tmp_path / "logins.json")
    broker.start()
    first = broker._process
    assert first is not None
    first.kill()
    while broker.pid == first.pid:
        threading.Event().wait(0.02)
    guest = Guest(port, "loa-1")
    assert guest.is_in
    guest.leave()
    broker.stop()
    broker.stop()  # and once more does no harm
