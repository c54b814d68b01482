"""Cutting a script into pieces that an engine takes in one request."""

from __future__ import annotations

_STOPS = (".", ",", " ")  # the longer the pause, the better the border
_LEAST_SHARE = 0.4  # a border in the first part of the window would make many tiny requests


def split_script(script: str, *, limit: int = 100) -> list[str]:
    """Cut at sentence ends, else at commas, else between words, so that no piece is longer than `limit`.

    No word is lost, doubled or moved; a piece without a single letter or digit is left out.
    """
    pieces = []
    rest = " ".join(script.split())
    while rest:
        end = len(rest) if len(rest) <= limit else _border(rest, limit)
        piece, rest = rest[:end].strip(), rest[end:].strip()
        if any(letter.isalnum() for letter in piece):
            pieces.append(piece)
    return pieces


def _border(text: str, limit: int) -> int:
    for stop in _STOPS:
        # Only a stop followed by a blank is a border: a full stop inside a word is not.
        found = text.rfind(stop if stop == " " else f"{stop} ", 0, limit + 1)
        if found >= limit * _LEAST_SHARE or (stop == " " and found > 0):
            return found + (stop != " ")
    return limit
