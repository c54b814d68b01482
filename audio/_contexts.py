"""The words around a number or a letter that decide how it is read."""

import tomllib
from pathlib import Path

_LISTS: dict[str, list[str]] = tomllib.loads(
    (Path(__file__).parent / "contexts.toml").read_text(encoding="utf-8")
)


def words(name: str) -> frozenset[str]:
    """Return one list of `contexts.toml`."""
    return frozenset(_LISTS[name])
