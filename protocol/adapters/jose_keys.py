"""Ed25519 keys and compact JWS through joserfc: the only file that imports it."""

import json

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from protocol.errors import SignatureRefusedError

_ALGORITHM = "Ed25519"
_MAX_KEY_CHARS = 1_000


class SigningKey:
    """A private key; `protocol.envelope.Signer`. Its text form is a private JWK: keep it in a file of mode 600."""

    def __init__(self, private_jwk: str) -> None:
        self._key = OKPKey.import_key(json.loads(private_jwk))
        if not self._key.is_private or self._key.curve_name != _ALGORITHM:
            raise ValueError("this is not an Ed25519 private key")

    @classmethod
    def generate(cls) -> "SigningKey":
        """Make a new key from the system's random source."""
        return cls(_to_text(OKPKey.generate_key("Ed25519"), private=True))

    @property
    def key_id(self) -> str:
        return self._key.thumbprint()

    def private_text(self) -> str:
        """Return the private JWK as JSON text."""
        return _to_text(self._key, private=True)

    def public_text(self) -> str:
        """Return the public JWK as JSON text."""
        return _to_text(self._key, private=False)

    def sign(self, payload: bytes) -> bytes:
        header = {"alg": _ALGORITHM, "kid": self.key_id}
        return jws.serialize_compact(header, payload, self._key, algorithms=[_ALGORITHM]).encode()


class TrustedKey:
    """A public key that this side trusts for one party; `protocol.envelope.Verifier`."""

    def __init__(self, public_jwk: str) -> None:
        """Raises SignatureRefusedError when the text is not an Ed25519 public key, or holds a private one."""
        if len(public_jwk) > _MAX_KEY_CHARS:
            raise SignatureRefusedError("this is not an Ed25519 public key")
        try:
            self._key = OKPKey.import_key(json.loads(public_jwk))
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise SignatureRefusedError("this is not an Ed25519 public key") from error
        if self._key.is_private or self._key.curve_name != _ALGORITHM:
            raise SignatureRefusedError("this is not an Ed25519 public key")

    @property
    def key_id(self) -> str:
        """Thumbprint (RFC 7638) of the key."""
        return self._key.thumbprint()

    def verify(self, token: bytes) -> bytes:
        try:
            return jws.deserialize_compact(token, self._key, algorithms=[_ALGORITHM]).payload
        # A forger chooses these bytes; whatever the library makes of them, the answer is the same.
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise SignatureRefusedError(f"{type(error).__name__}: {error}") from error


def _to_text(key: OKPKey, *, private: bool) -> str:
    return json.dumps(key.as_dict(private=private), sort_keys=True)
