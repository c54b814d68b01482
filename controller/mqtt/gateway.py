"""The controller's end of MQTT: verifies what devices say and hands it to the use cases; carries words down.

The link's thread only enqueues; one consumer thread does the work. A bad message is counted, logged once a code
and device, and dropped.
"""

import logging
import queue
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from controller.domain.devices import Device
from controller.domain.errors import DomainError
from controller.mqtt.wording import journal_line, state_report, timetable_message
from controller.usecases.device_reports import DeviceReports
from controller.usecases.ports import Clock, TimetableItem
from protocol import (
    BLOCK_BYTES,
    BLOCK_NAME,
    CONTROLLER,
    MAX_WANTED,
    Block,
    Direction,
    Gone,
    Journal,
    JournalAck,
    Link,
    Message,
    ProtocolError,
    Signer,
    State,
    Topic,
    Verifier,
    Want,
    address,
    encode_block,
    from_bitmap,
    name_of,
    seal,
    unseal,
)
from protocol.errors import SignatureRefusedError, UnknownMessageError, WrongRecipientError
from protocol.topics import parse
from schedules import Rails

_log = logging.getLogger(__name__)
_MAX_WAITING = 20_000
_MAX_BLOCKS = 2**15
# A timetable stays valid for as long as a device may be out of touch and then receive it from a slow broker.
_ORDER_LIFETIME = timedelta(hours=1)

VerifierFor = Callable[[str], Verifier]
LinkTo = Callable[[Callable[[str, bytes], None], Callable[[bool], None]], Link]


class Downlinker:
    """`usecases.ports.Downlink` over a link that is given once it exists."""

    def __init__(self, *, signer: Signer, clock: Clock) -> None:
        self._signer = signer
        self._clock = clock
        self._link: Link | None = None

    def attach(self, link: Link) -> None:
        """Send through this link from now on."""
        self._link = link

    def send_timetable(
        self, device: Device, *, station: str, items: Sequence[TimetableItem], rails: Sequence[Rails]
    ) -> bool:
        return self._send(device.id, timetable_message(device, station=station, items=items, rails=rails))

    def acknowledge_journal(self, device_id: str, *, journal: str, upto: int) -> bool:
        return self._send(device_id, JournalAck(journal=journal, upto=upto))

    def send_block(self, device_id: str, *, content_id: str, index: int, payload: bytes) -> bool:
        block = encode_block(Block(content=content_id, index=index, payload=payload))
        return self._publish(device_id, BLOCK_NAME, block)

    def _send(self, device_id: str, message: Message) -> bool:
        envelope = address(
            message, sender=CONTROLLER, recipient=device_id, now=self._clock.now(), lifetime=_ORDER_LIFETIME
        )
        try:
            sealed = seal(envelope, self._signer)
        except ProtocolError as error:
            _log.error("device %s: %s cannot be sent: %s", device_id, name_of(message), error)
            return False
        return self._publish(device_id, name_of(message), sealed)

    def _publish(self, device_id: str, name: str, payload: bytes) -> bool:
        topic = Topic(device=device_id, direction=Direction.DOWN, name=name)
        return self._link is not None and self._link.publish(str(topic), payload)


@dataclass(frozen=True, slots=True)
class _Arrival:
    topic: str
    payload: bytes


class Gateway:
    """Listens to all devices."""

    def __init__(
        self,
        *,
        reports: DeviceReports,
        clock: Clock,
        link_to: LinkTo,
        downlinker: Downlinker,
        verifier_for: VerifierFor,
    ) -> None:
        """`verifier_for` makes a verifier from a device's public key text."""
        self._reports = reports
        self._clock = clock
        self._downlinker = downlinker
        self._verifier_for = verifier_for
        self._arrivals: queue.Queue[_Arrival | None] = queue.Queue(_MAX_WAITING)
        self._link = link_to(self._enqueue, self._note_connection)
        self._thread = threading.Thread(target=self._consume, name="mqtt-gateway", daemon=True)
        self.refusals: Counter[str] = Counter()
        self.is_connected = False

    def start(self) -> None:
        """Begin listening; returns at once, whether or not the broker can be reached."""
        self._downlinker.attach(self._link)
        self._thread.start()
        self._link.start()

    def catch_up(self) -> None:
        """Wait until everything that has arrived so far has been worked on."""
        self._arrivals.join()

    def stop(self) -> None:
        """Disconnect, finish what has arrived, and end."""
        self._link.stop()
        if self._thread.is_alive():
            self._arrivals.put(None)
            self._thread.join(timeout=10)

    def _enqueue(self, topic: str, payload: bytes) -> None:
        try:
            self._arrivals.put_nowait(_Arrival(topic, payload))
        except queue.Full:
            # Nothing is lost for good: devices repeat state, wants and journals until they are answered.
            self._refuse("queue_full", "", "too many messages are waiting")

    def _note_connection(self, is_connected: bool) -> None:
        self.is_connected = is_connected

    def _consume(self) -> None:
        while (arrival := self._arrivals.get()) is not None:
            try:
                self._take(arrival)
            except ProtocolError as error:
                self._refuse(error.code, arrival.topic, str(error))
            except DomainError as error:
                _log.warning("a message on %s waits for its repetition: %s", arrival.topic, error)
            # The loop must outlive any single message; whatever this was, it is ours to mend.
            except Exception:
                _log.exception("a message on %s could not be worked on", arrival.topic)
            self._arrivals.task_done()

    def _take(self, arrival: _Arrival) -> None:
        topic = parse(arrival.topic)
        key = self._reports.public_key(topic.device)
        if key is None:
            raise SignatureRefusedError(f"{topic.device} is unknown or revoked")
        envelope = unseal(arrival.payload, self._verifier_for(key), recipient=CONTROLLER, now=None)
        message = envelope.message
        if envelope.sender != topic.device or name_of(message) != topic.name:
            raise WrongRecipientError(f"{envelope.sender}'s {name_of(message)} came by another topic")
        self._dispatch(topic.device, message)

    def _dispatch(self, device: str, message: Message) -> None:
        match message:
            case State():
                self._reports.take_state(device, state_report(message))
            case Gone():
                self._reports.take_farewell(device, boot=message.boot, on_purpose=message.is_on_purpose)
            case Journal():
                lines = [journal_line(entry) for entry in message.entries]
                self._reports.take_journal(device, message.journal, lines)
            case Want():
                # One device must not fill the queue to all the others.
                blocks = islice(from_bitmap(message.missing, _MAX_BLOCKS), MAX_WANTED)
                self._reports.send_content(device, message.content, blocks, block_bytes=BLOCK_BYTES)
            case _:
                raise UnknownMessageError(f"{name_of(message)} does not travel up")

    def _refuse(self, code: str, topic: str, reason: str) -> None:
        self.refusals[code] += 1
        # Not by topic: a device may make up message names, and each would be remembered.
        place = f"{code} {_device_in(topic)}"
        self.refusals[place] += 1
        level = logging.WARNING if self.refusals[place] == 1 else logging.DEBUG
        _log.log(level, "refused %s on %s: %s", code, topic, reason)


def _device_in(topic: str) -> str:
    try:
        return parse(topic).device
    except ProtocolError:
        return ""
