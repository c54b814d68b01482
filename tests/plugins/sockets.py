"""Unit, property and house tests stay on this machine: a socket to anywhere else fails the test."""

import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

_GUARDED = ("tests/unit", "tests/property", "tests/house")
_WATCHED = {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}


class ForeignSocketError(RuntimeError):
    """A test tried to reach, or to be reached from, another machine. Use a fake or loopback."""


class Guard:
    """Python offers audit hooks that cannot be removed again; so there is one, and it can be asleep."""

    def __init__(self) -> None:
        self.is_awake = False
        self.seen: list[str] = []

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.is_awake:
            return
        if event in _WATCHED:
            address = arguments[1]
            host = address[0] if isinstance(address, tuple) and address else None
        elif event == "socket.getaddrinfo":
            host = arguments[0]
        else:
            return
        if isinstance(host, bytes):
            host = host.decode(errors="replace")
        if isinstance(host, str) and not _is_here(host):
            self.seen.append(f"{event} {host!r}")
            raise ForeignSocketError(self.seen[-1])


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


guard = Guard()
sys.addaudithook(guard)


@pytest.fixture(autouse=True)
def only_loopback_sockets(request: pytest.FixtureRequest) -> Iterator[None]:
    """Guard the tests of the folders that must not leave this machine, even where the code swallows the error."""
    place = Path(request.node.path).relative_to(request.config.rootpath).as_posix()
    if not place.startswith(_GUARDED):
        yield
        return
    guard.seen.clear()
    guard.is_awake = True
    try:
        yield
    finally:
        guard.is_awake = False
    assert not guard.seen, f"sockets beyond loopback: {guard.seen}; use a fake or loopback"
