"""The signed envelope: who may say what to whom, and for how long."""

import base64
import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from protocol import CONTROLLER, MAX_MESSAGE_BYTES, Envelope, Timetable, address, seal, unseal
from protocol.errors import (
    ExpiredMessageError,
    MalformedMessageError,
    MessageTooLargeError,
    SignatureRefusedError,
    UnknownMessageError,
    WrongRecipientError,
)
from tests.factories.messages import NOW, a_timetable, an_item, one_of_each, signing_key, trusted_key


def _sealed(**changes: Any) -> bytes:
    envelope = address(a_timetable(), sender=CONTROLLER, recipient="loa-1", now=changes.pop("now", NOW))
    assert not changes
    return seal(envelope, signing_key())


def _open(token: bytes, *, recipient: str = "loa-1", now: datetime | None = NOW) -> Envelope:
    return unseal(token, trusted_key(), recipient=recipient, now=now)


def _claims(**changes: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "v": 1,
        "type": "timetable",
        "id": "e-1",
        "sender": "controller",
        "recipient": "loa-1",
        "issued_at": "2026-03-02T22:30:00Z",
        "expires_at": "2026-03-02T23:30:00Z",
        "body": {"revision": 7, "station": "Phường Láng", "items": []},
    }
    return {**plain, **changes}


def _signed(claims: object) -> bytes:
    return signing_key().sign(json.dumps(claims).encode())


@pytest.mark.parametrize("number", range(len(one_of_each())))
def test_each_message_comes_out_as_it_went_in(number: int) -> None:
    message = one_of_each()[number]
    envelope = address(message, sender="loa-1", recipient=CONTROLLER, now=NOW)
    token = seal(envelope, signing_key("loa-1"))
    assert unseal(token, trusted_key("loa-1"), recipient=CONTROLLER, now=NOW) == envelope


def test_two_envelopes_of_one_message_have_two_ids() -> None:
    assert _open(_sealed()).id != _open(_sealed()).id


def test_the_key_of_another_party_is_refused() -> None:
    envelope = address(a_timetable(), sender=CONTROLLER, recipient="loa-1", now=NOW)
    with pytest.raises(SignatureRefusedError):
        _open(seal(envelope, signing_key("stranger")))


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_changed_part_is_refused(part: int) -> None:
    parts = _sealed().split(b".")
    parts[part] = parts[part][:10] + (b"A" if parts[part][10:11] != b"A" else b"B") + parts[part][11:]
    with pytest.raises(SignatureRefusedError):
        _open(b".".join(parts))


def _token(header: dict[str, object], claims: dict[str, object], signature: bytes = b"") -> bytes:
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return b".".join(base64.urlsafe_b64encode(one).rstrip(b"=") for one in parts)


@pytest.mark.parametrize(
    "header",
    [{"alg": "none"}, {"alg": "HS256"}, {"alg": "EdDSA"}, {"alg": "Ed25519", "b64": False}, {}, {"alg": 1}],
)
def test_another_algorithm_is_no_way_in(header: dict[str, object]) -> None:
    public = trusted_key().key_id.encode()
    for signature in (b"", b"\0" * 64, public):
        with pytest.raises(SignatureRefusedError):
            _open(_token(header, _claims(), signature))


@pytest.mark.parametrize("token", [b"", b".", b"..", b"...", b"a.b.c", b"\xff\x00", b"{}", b"x" * 1_000])
def test_what_is_no_token_is_refused(token: bytes) -> None:
    with pytest.raises(SignatureRefusedError):
        _open(token)


def test_another_devices_order_is_refused() -> None:
    with pytest.raises(WrongRecipientError):
        _open(_sealed(), recipient="loa-2")


def test_an_order_past_its_life_is_refused_and_the_clock_may_be_ten_minutes_off() -> None:
    token = _sealed()
    assert _open(token, now=NOW + timedelta(minutes=70)) == _open(token, now=NOW - timedelta(minutes=10))
    with pytest.raises(ExpiredMessageError):
        _open(token, now=NOW + timedelta(minutes=70, seconds=1))
    with pytest.raises(ExpiredMessageError):
        _open(token, now=NOW - timedelta(minutes=10, seconds=1))


def test_without_a_trusted_clock_life_time_is_not_judged() -> None:
    assert _open(_sealed(), now=None).issued_at == NOW


def test_instants_travel_as_utc() -> None:
    token = _sealed(now=NOW.astimezone(timezone(timedelta(hours=7))))
    assert _open(token).issued_at == NOW
    assert _open(token).issued_at.utcoffset() == timedelta(0)


def test_a_message_that_is_too_large_is_not_sent() -> None:
    items = [an_item(number, text="x" * 20_000) for number in range(6)]
    envelope = address(a_timetable(*items), sender=CONTROLLER, recipient="loa-1", now=NOW)
    with pytest.raises(MessageTooLargeError):
        seal(envelope, signing_key())


def test_a_payload_that_is_too_large_is_not_even_verified() -> None:
    with pytest.raises(MessageTooLargeError):
        _open(b"x" * (MAX_MESSAGE_BYTES + 1))


@pytest.mark.parametrize("changes", [{"v": 2}, {"type": "siren"}])
def test_what_a_later_version_says_is_unknown_not_broken(changes: dict[str, object]) -> None:
    with pytest.raises(UnknownMessageError):
        _open(_signed(_claims(**changes)))


@pytest.mark.parametrize(
    "changes",
    [
        {"v": "1"},
        {"body": None},
        {"body": {"revision": 1}},
        {"id": "a b"},
        {"sender": "controller\n"},
        {"issued_at": "2026-03-02T22:30:00"},
        {"expires_at": "9999-12-31T23:59:59-14:00"},
        {"issued_at": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_signed_nonsense_is_malformed(changes: dict[str, object]) -> None:
    with pytest.raises(MalformedMessageError):
        _open(_signed(_claims(**changes)))


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"null", b"\xff", b"{" * 50_000, b'{"v":' + b"9" * 5_000 + b"}"]
)
def test_signed_bytes_that_are_no_claims_are_malformed(payload: bytes) -> None:
    with pytest.raises(MalformedMessageError):
        _open(signing_key().sign(payload))


_LAYOUTS = [
    json.dumps(_claims()),
    json.dumps(_claims(), ensure_ascii=False),
    json.dumps(dict(reversed(_claims().items()))),
    json.dumps(_claims(), indent=4, separators=(" ,\r\n", "\t: ")),
    json.dumps(_claims()).replace("22:30:00Z", "22:30:00.000+00:00"),
    json.dumps(_claims()).replace('"revision": 7', '"revision": 7.0'),
    json.dumps(_claims()).replace('"revision": 7', '"revision": 70e-1'),
]


@pytest.mark.scenario("S-102")
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("layout", range(len(_LAYOUTS)))
@pytest.mark.parametrize(("signer", "recipient"), [("controller", "loa-1"), ("loa-1", "controller")])
def test_how_a_payload_is_written_never_decides_whether_it_verifies(
    layout: int, form: str, signer: str, recipient: str
) -> None:
    """The signature is over the bytes that travel; nobody writes them anew before verifying."""
    text = _LAYOUTS[layout].replace('"loa-1"', f'"{recipient}"')
    text = unicodedata.normalize(form, text)  # type: ignore[arg-type]
    token = signing_key(signer).sign(text.encode())
    assert trusted_key(signer).verify(token) == text.encode()
    if (
        "7.0" in text or "70e" in text
    ):  # whole numbers are written as such; both sides say so, after verifying
        with pytest.raises(MalformedMessageError):
            unseal(token, trusted_key(signer), recipient=recipient, now=NOW)
        return
    opened = unseal(token, trusted_key(signer), recipient=recipient, now=NOW)
    assert isinstance(opened.message, Timetable)
    assert opened.message.revision == 7
    assert unicodedata.normalize("NFC", opened.message.station) == "Phường Láng"
    assert opened.issued_at == datetime(2026, 3, 2, 22, 30, tzinfo=UTC)

    header, payload, signature = token.split(b".")
    for other in {*_LAYOUTS} - {text}:
        swapped = base64.urlsafe_b64encode(other.encode()).rstrip(b"=")
        if swapped != payload:
            with pytest.raises(SignatureRefusedError):
                unseal(
                    b".".join((header, swapped, signature)), trusted_key(signer), recipient=recipient, now=NOW
                )
