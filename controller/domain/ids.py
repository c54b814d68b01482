"""Identities and secrets."""

import hashlib
import itertools
import secrets
import unicodedata
from datetime import datetime

_turns = itertools.count()
_CLAIM_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_id(now: datetime) -> str:
    """Return an id that sorts by creation time: 11 hex digits of milliseconds, 9 random ones."""
    return f"{int(now.timestamp() * 1000):011x}{secrets.token_hex(5)[:9]}"


def next_id(now: datetime) -> str:
    """Return an id that also sorts after those that this process made before within the same millisecond."""
    return f"{int(now.timestamp() * 1000):011x}{next(_turns) % 0x100000:05x}{secrets.token_hex(2)}"


def new_token() -> str:
    """Return a bearer secret of 256 bits. Only its `token_hash` may be stored."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Hash a random secret for storage. Plain SHA-256 is right for 256 random bits, and wrong for passwords."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_claim_code() -> str:
    """Return a one-time code that a person can read out: 4-4-4 of 31 letters and digits (59 bits)."""
    letters = [secrets.choice(_CLAIM_ALPHABET) for _ in range(12)]
    return "-".join("".join(letters[start : start + 4]) for start in (0, 4, 8))


def normal_claim_code(typed: str) -> str:
    """Return a claim code as it was issued, whatever case and separators the installer typed."""
    letters = "".join(char for char in typed.upper() if char.isalnum())[:40]
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def device_id(name: str, now: datetime) -> str:
    """Return a device id that carries its name in plain letters: `loa-thon-dong-3f9a1c`."""
    decomposed = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    plain = "".join(
        char if char.isascii() and char.isalnum() else " " for char in decomposed if not _is_mark(char)
    )
    slug = "-".join(plain.split())[:24].strip("-")
    return f"{slug or 'thiet-bi'}-{new_id(now)[-6:]}"


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) == "Mn"
