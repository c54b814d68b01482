"""Nothing unsigned, foreign or misplaced passes; what goes up is signed and addressed."""

from datetime import timedelta

import pytest

from device_agent.core.uplink import WILL_LIFETIME, Keys, Uplink
from protocol import (
    CONTROLLER,
    Block,
    Direction,
    Envelope,
    Gone,
    JournalAck,
    Message,
    Topic,
    address,
    encode_block,
    name_of,
    seal,
    unseal,
)
from protocol.errors import (
    ExpiredMessageError,
    ProtocolError,
    SignatureRefusedError,
    TopicError,
    UnknownMessageError,
    WrongRecipientError,
)
from tests.factories.messages import CONTENT, NOW, a_timetable, signing_key, trusted_key
from tests.fakes.device import FakeClock, MemoryLink

DEVICE = "loa-thu"
ACK = JournalAck(journal="j", upto=1)


@pytest.fixture
def uplink() -> Uplink:
    keys = Keys(own=signing_key(DEVICE), controller=trusted_key())
    return Uplink(DEVICE, boot="boot-1", keys=keys, clock=FakeClock())


def sealed(
    message: Message, *, sender: str = CONTROLLER, recipient: str = DEVICE, by: str = "controller"
) -> bytes:
    return seal(address(message, sender=sender, recipient=recipient, now=NOW), signing_key(by))


def topic(name: str, *, device: str = DEVICE, direction: Direction = Direction.DOWN) -> str:
    return str(Topic(device, direction, name))


def test_an_order_of_the_controller_passes(uplink: Uplink) -> None:
    opened = uplink.open(topic("timetable"), sealed(a_timetable()), now=NOW)
    assert isinstance(opened, Envelope)
    assert opened.message == a_timetable()


def test_a_block_passes(uplink: Uplink) -> None:
    block = Block(content=CONTENT, index=0, payload=b"x")
    assert uplink.open(topic("block"), encode_block(block), now=NOW) == block


@pytest.mark.parametrize(
    ("where", "payload", "refusal"),
    [
        (topic("timetable", device="loa-khac"), sealed(a_timetable()), TopicError),
        (topic("timetable", direction=Direction.UP), sealed(a_timetable()), TopicError),
        (topic("timetable"), sealed(a_timetable(), by="forger"), SignatureRefusedError),
        (topic("timetable"), sealed(a_timetable(), recipient="loa-khac"), WrongRecipientError),
        (topic("timetable"), sealed(a_timetable(), sender="loa-khac"), WrongRecipientError),
        (topic("timetable"), sealed(ACK), WrongRecipientError),
        (topic("gone"), sealed(Gone(boot="b", is_on_purpose=True)), UnknownMessageError),
    ],
)
def test_everything_else_is_refused(
    uplink: Uplink, where: str, payload: bytes, refusal: type[ProtocolError]
) -> None:
    with pytest.raises(refusal):
        uplink.open(where, payload, now=NOW)


def test_an_old_order_is_refused_by_a_clock_that_is_trusted(uplink: Uplink) -> None:
    order = sealed(ACK)
    with pytest.raises(ExpiredMessageError):
        uplink.open(topic("journal_ack"), order, now=NOW + timedelta(hours=2))
    opened = uplink.open(topic("journal_ack"), order, now=None)
    assert isinstance(opened, Envelope)


def test_what_goes_up_is_signed_by_us_for_the_controller(uplink: Uplink) -> None:
    link = MemoryLink(lambda _topic, _payload: None, lambda _is_up: None)
    assert not uplink.send(Gone(boot="boot-1", is_on_purpose=True))
    uplink.link = link
    assert not uplink.send(Gone(boot="boot-1", is_on_purpose=True))
    link.is_down = False
    assert uplink.send(Gone(boot="boot-1", is_on_purpose=True))
    ((where, payload),) = link.sent
    assert where == f"loa/v1/device/{DEVICE}/up/gone"
    envelope = unseal(payload, trusted_key(DEVICE), recipient=CONTROLLER, now=NOW)
    assert (envelope.sender, name_of(envelope.message)) == (DEVICE, "gone")


def test_the_will_is_still_good_when_the_broker_says_it_weeks_later(uplink: Uplink) -> None:
    will = uplink.will()
    later = NOW + WILL_LIFETIME - timedelta(hours=1)
    envelope = unseal(will.payload, trusted_key(DEVICE), recipient=CONTROLLER, now=later)
    assert envelope.message == Gone(boot="boot-1", is_on_purpose=False)
    assert will.topic == f"loa/v1/device/{DEVICE}/up/gone"
