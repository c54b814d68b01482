"""Keys: Ed25519 alone, and no private key where a public one belongs."""

import json

import pytest

from protocol.adapters.jose_keys import SigningKey, TrustedKey
from protocol.errors import SignatureRefusedError
from tests.factories.messages import signing_key

# RFC 8037, appendix A.1 to A.3
_RFC_PRIVATE = {
    "kty": "OKP",
    "crv": "Ed25519",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
_RFC_THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
_X25519_PUBLIC = {"kty": "OKP", "crv": "X25519", "x": "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"}


def test_the_key_id_is_the_thumbprint_of_the_standard() -> None:
    key = SigningKey(json.dumps(_RFC_PRIVATE))
    assert key.key_id == _RFC_THUMBPRINT
    assert TrustedKey(key.public_text()).key_id == _RFC_THUMBPRINT


def test_a_key_survives_as_text() -> None:
    key = signing_key()
    again = SigningKey(key.private_text())
    assert TrustedKey(key.public_text()).verify(again.sign(b"x")) == b"x"
    assert "d" not in json.loads(key.public_text())


def test_two_keys_differ() -> None:
    assert SigningKey.generate().key_id != SigningKey.generate().key_id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "[" * 100_000,
        "{}",
        '{"kty": "oct", "k": "AAAA"}',
        '{"kty": "OKP", "crv": "Ed25519", "x": 5}',
        '{"kty": "OKP", "crv": "Ed25519", "x": "AA"}',
        json.dumps(_X25519_PUBLIC),
        json.dumps(_RFC_PRIVATE),
    ],
)
def test_only_an_ed25519_public_key_is_trusted(text: str) -> None:
    with pytest.raises(SignatureRefusedError):
        TrustedKey(text)


def test_a_public_key_cannot_sign() -> None:
    with pytest.raises(ValueError, match="private"):
        SigningKey(signing_key().public_text())
