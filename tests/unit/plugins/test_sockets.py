"""The guard refuses other machines and leaves loopback alone."""

import socket
from pathlib import Path

import pytest

from tests.plugins import sockets

_ELSEWHERE = ("192.0.2.1", 9)  # TEST-NET-1: never routed


def test_a_connection_elsewhere_is_refused() -> None:
    with socket.socket() as one, pytest.raises(sockets.ForeignSocketError):
        one.connect(_ELSEWHERE)
    sockets.guard.seen.clear()


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(sockets.ForeignSocketError):
        socket.getaddrinfo("example.invalid", 80)
    sockets.guard.seen.clear()


def test_listening_to_everybody_is_refused() -> None:
    with socket.socket() as one, pytest.raises(sockets.ForeignSocketError):
        one.bind(("", 0))
    sockets.guard.seen.clear()


def test_loopback_is_open(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(("localhost", server.getsockname()[1])),
        socket.socket(socket.AF_UNIX) as one,
    ):
        one.bind(str(tmp_path / "socket"))
