"""What every `protocol.link.Link` promises, proved with the real one against a real broker."""

import queue
import random
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from protocol import LastWill, Link, LinkSettings
from protocol.adapters.paho_link import PahoLink
from protocol.backoff import Backoff
from tests.fixtures.brokers import Mosquitto, free_port

ROOT = Path(__file__).parents[2]
_SOON_S = 15.0
_SEED = 8  # its first waits rise well above what a fresh back-off would draw


class Ear:
    """One link with what it heard."""

    def __init__(
        self, port: int, name: str, *, password: str = "", subscribe_to: str = "t/#", will: bool = False
    ) -> None:
        self.messages: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.connections: queue.Queue[bool] = queue.Queue()
        self.link: Link = PahoLink(
            LinkSettings(
                host="127.0.0.1",
                port=port,
                username=name,
                password=password or f"{name}-secret",
                client_id=name,
                keepalive_s=5,
            ),
            subscribe_to=subscribe_to,
            on_message=lambda topic, payload: self.messages.put((topic, payload)),
            on_connection=self.connections.put,
            will=(lambda: LastWill(topic=f"t/will/{name}", payload=b"gone")) if will else None,
            random_source=random.Random(_SEED),
        )

    def start_and_wait(self) -> "Ear":
        self.link.start()
        assert self.connections.get(timeout=_SOON_S) is True
        return self


@pytest.fixture
def ears(mosquitto: Mosquitto) -> Iterator[Callable[..., Ear]]:
    """Make ears on the broker; all are stopped in the end."""
    made: list[Ear] = []

    def make(name: str = "controller", **choices: object) -> Ear:
        made.append(Ear(mosquitto.port, name, **choices))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for ear in made:
        ear.link.stop()


def test_what_one_publishes_the_other_receives(ears: Callable[..., Ear]) -> None:
    controller, device = ears().start_and_wait(), ears("loa-1").start_and_wait()
    payload = bytes(range(256)) * 300
    assert controller.link.publish("t/1", payload)
    assert device.messages.get(timeout=_SOON_S) == ("t/1", payload)


def test_only_the_subscription_is_heard(ears: Callable[..., Ear]) -> None:
    controller, device = ears().start_and_wait(), ears("loa-1", subscribe_to="t/own/+").start_and_wait()
    assert controller.link.publish("t/foreign", b"1")
    assert controller.link.publish("t/own/x", b"2")
    assert device.messages.get(timeout=_SOON_S) == ("t/own/x", b"2")
    assert device.messages.empty()


def test_nothing_is_retained(ears: Callable[..., Ear]) -> None:
    ears().start_and_wait().link.publish("t/1", b"x")
    late = ears("loa-1").start_and_wait()
    with pytest.raises(queue.Empty):
        late.messages.get(timeout=0.5)


def test_messages_arrive_in_order(ears: Callable[..., Ear]) -> None:
    controller, device = ears().start_and_wait(), ears("loa-1").start_and_wait()
    for number in range(200):
        assert controller.link.publish("t/1", str(number).encode())
    assert [int(device.messages.get(timeout=_SOON_S)[1]) for _ in range(200)] == list(range(200))


def test_with_a_wrong_password_it_stays_out_and_keeps_trying(
    ears: Callable[..., Ear], caplog: pytest.LogCaptureFixture
) -> None:
    stranger = ears("loa-1", password="wrong")
    stranger.link.start()
    _wait_until(lambda: sum("refuses loa-1" in line for line in caplog.messages) >= 2)
    assert stranger.connections.empty()
    assert not stranger.link.publish("t/1", b"x")
    assert "wrong" not in caplog.text


def test_after_a_restart_of_the_broker_it_comes_back_by_itself(
    ears: Callable[..., Ear], mosquitto: Mosquitto
) -> None:
    device = ears("loa-1").start_and_wait()
    mosquitto.stop()
    assert device.connections.get(timeout=_SOON_S) is False
    assert not device.link.publish("t/1", b"lost")
    mosquitto.start()
    assert device.connections.get(timeout=_SOON_S) is True
    assert device.link.publish("t/1", b"found")
    assert device.messages.get(timeout=_SOON_S) == ("t/1", b"found")


def test_it_may_start_before_the_broker(ears: Callable[..., Ear], mosquitto: Mosquitto) -> None:
    mosquitto.stop()
    device = ears("loa-1")
    device.link.start()
    time.sleep(0.5)
    mosquitto.start()
    assert device.connections.get(timeout=_SOON_S) is True


def test_without_a_connection_publish_says_so(ears: Callable[..., Ear]) -> None:
    assert not ears().link.publish("t/1", b"x")


_VICTIM = """
import sys, time
from protocol import LastWill, LinkSettings
from protocol.adapters.paho_link import PahoLink
settings = LinkSettings(host="127.0.0.1", port=int(sys.argv[1]), username="loa-1", password="loa-1-secret",
                        client_id="loa-1")
link = PahoLink(settings, subscribe_to="t/own", on_message=lambda topic, payload: None,
                on_connection=lambda connected: print(connected, flush=True),
                will=lambda: LastWill(topic="t/will", payload=b"gone"))
link.start()
time.sleep(60)
"""


def test_the_will_is_delivered_when_the_process_is_killed(
    ears: Callable[..., Ear], mosquitto: Mosquitto
) -> None:
    controller = ears().start_and_wait()
    with subprocess.Popen(
        [sys.executable, "-c", _VICTIM, str(mosquitto.port)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "True\n"
        victim.kill()
    assert controller.messages.get(timeout=_SOON_S) == ("t/will", b"gone")


def test_a_clean_stop_leaves_no_will_and_loses_no_last_word(ears: Callable[..., Ear]) -> None:
    controller = ears().start_and_wait()
    # It hears nothing itself: a socket that is closed with something unread resets the line, and a broker may
    # then take the farewell for a crash.
    device = ears("loa-1", subscribe_to="t/own/+", will=True).start_and_wait()
    assert device.link.publish("t/bye", b"on purpose")
    device.link.stop()
    assert controller.messages.get(timeout=_SOON_S) == ("t/bye", b"on purpose")
    with pytest.raises(queue.Empty):
        controller.messages.get(timeout=0.5)


def test_a_handler_that_raises_does_not_end_the_link(
    mosquitto: Mosquitto, ears: Callable[..., Ear], caplog: pytest.LogCaptureFixture
) -> None:
    heard: queue.Queue[bytes] = queue.Queue()

    def stumble(_topic: str, payload: bytes) -> None:
        heard.put(payload)
        raise ValueError("a bad handler")

    settings = LinkSettings(
        host="127.0.0.1", port=mosquitto.port, username="loa-2", password="loa-2-secret", client_id="loa-2"
    )
    link = PahoLink(settings, subscribe_to="t/#", on_message=stumble, on_connection=lambda _connected: None)
    link.start()
    try:
        controller = ears().start_and_wait()
        _wait_until(lambda: link.publish("t/ready", b""))
        heard.get(timeout=_SOON_S)
        for number in range(3):
            assert controller.link.publish("t/1", str(number).encode())
            assert heard.get(timeout=_SOON_S) == str(number).encode()
    finally:
        link.stop()
    assert "could not be taken" in caplog.text


def test_stop_is_safe_before_start_after_a_failed_one_and_twice(ears: Callable[..., Ear]) -> None:
    never_started = ears()
    never_started.link.stop()
    nobody_there = Ear(free_port(), "loa-1")
    nobody_there.link.start()
    time.sleep(0.1)
    nobody_there.link.stop()
    nobody_there.link.stop()
    assert not nobody_there.link.publish("t/1", b"x")


@pytest.mark.parametrize("pause_s", [0.0, 0.001, 0.01, 0.05])
def test_stop_right_after_start_ends_the_thread(mosquitto: Mosquitto, pause_s: float) -> None:
    before = set(threading.enumerate())
    for _ in range(5):
        ear = Ear(mosquitto.port, "loa-1", will=True)
        ear.link.start()
        time.sleep(pause_s)
        ear.link.stop()
    _wait_until(lambda: not set(threading.enumerate()) - before)


def test_a_will_that_cannot_be_made_is_tried_again(
    mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    tries: Iterator[Exception | LastWill] = iter(
        [ValueError("no key yet"), LastWill(topic="t/will", payload=b"x")]
    )

    def will() -> LastWill:
        result = next(tries)
        if isinstance(result, Exception):
            raise result
        return result

    connected = threading.Event()
    settings = LinkSettings(
        host="127.0.0.1", port=mosquitto.port, username="loa-1", password="loa-1-secret", client_id="loa-1"
    )
    link = PahoLink(
        settings,
        subscribe_to="t/#",
        on_message=lambda *_: None,
        on_connection=lambda _c: connected.set(),
        will=will,
    )
    link.start()
    try:
        assert connected.wait(_SOON_S)
    finally:
        link.stop()
    assert "no key yet" in caplog.text


class _OddBroker(socketserver.ThreadingTCPServer):
    """Lets MQTT clients in and takes their subscription, then says `last_words` and hangs up; notes when each came."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.came_at: list[float] = []
        self.last_words = b""
        super().__init__(("127.0.0.1", 0), _OddConversation)


class _OddConversation(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        server = self.server
        assert isinstance(server, _OddBroker)
        server.came_at.append(time.monotonic())
        request: socket.socket = self.request
        request.settimeout(2)
        request.recv(1_024)
        request.sendall(b"\x20\x02\x00\x00")  # CONNACK: accepted
        subscribe = request.recv(1_024)
        request.sendall(b"\x90\x03" + subscribe[2:4] + b"\x01")  # SUBACK: QoS 1
        request.sendall(server.last_words)


@pytest.fixture
def odd_broker() -> Iterator[_OddBroker]:
    with _OddBroker() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_broker_that_accepts_and_drops_is_asked_ever_more_rarely(
    odd_broker: _OddBroker, caplog: pytest.LogCaptureFixture
) -> None:
    """An accepted connection is no success yet: the waits grow as if it had been refused."""
    ear = Ear(odd_broker.server_address[1], "loa-1")
    ear.link.start()
    try:
        _wait_until(lambda: len(odd_broker.came_at) == 5)
    finally:
        ear.link.stop()
    assert ear.connections.get_nowait() is True  # it was let in
    assert "does another program use the same identity" in caplog.text
    backoff = Backoff(base_s=0.5, cap_s=60.0, random=random.Random(_SEED))
    for earlier, later in pairwise(odd_broker.came_at):
        wait_s = backoff.next_wait_s()
        assert wait_s <= later - earlier <= wait_s + 1.0


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00" * 100,
        b"\xff" * 100,
        b"\x30\xff\xff\xff\xff\x7f",  # a length of five bytes
        b"\x32\x03\x00\x09a",  # a topic that is longer than its packet
        b"\x32\x04\x00\x02\xff\xfe",  # a topic that is no text
        b"\x30\x02\x00\x00" * 50,  # an empty topic
        b"\x40\x00\x90\x00\x20\x00\xd0\x01x",  # acknowledgements of nothing
    ],
)
def test_a_broker_that_talks_nonsense_is_left_and_tried_again(odd_broker: _OddBroker, garbage: bytes) -> None:
    odd_broker.last_words = garbage
    ear = Ear(odd_broker.server_address[1], "loa-1")
    ear.link.start()
    try:
        _wait_until(lambda: len(odd_broker.came_at) == 2)
    finally:
        ear.link.stop()
    assert not ear.link.publish("t/1", b"x")


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SOON_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)
