"""Argon2id password hashes: the only file that imports argon2."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError


class Argon2Passwords:
    """`usecases.ports.PasswordHasher` with the library's defaults (RFC 9106, low-memory profile)."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        # Compared against when there is no such account, so that the answer takes as long as a wrong password's.
        self._decoy = self._hasher.hash("a password that nobody has")

    def hash(self, password: str) -> str:
        return self._hasher.hash(_one_spelling(password))

    def matches(self, password_hash: str, password: str) -> bool:
        try:
            self._hasher.verify(password_hash or self._decoy, _one_spelling(password))
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False
        return bool(password_hash)


def _one_spelling(password: str) -> str:
    # Vietnamese keyboards differ in how they write "ậ": as one letter, or as a letter and its marks (RFC 8265, 4.2).
    return unicodedata.normalize("NFC", password)
