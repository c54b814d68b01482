"""The API over a real database, served on loopback."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from controller.usecases.rights import Actor
from tests.factories.controller import ControlRoom
from tests.fixtures.console_house import ConsoleHouse, console_house


class ApiHouse:
    """Ways into the API of a control room."""

    def __init__(self, served: ConsoleHouse) -> None:
        self._served = served
        self._clients: list[httpx.Client] = []
        self.room: ControlRoom = served.room
        self.app = served.app
        self.guest = self._client({})

    def as_(self, actor: Actor) -> httpx.Client:
        """Return somebody's way in."""
        return self._client({"Authorization": f"Bearer {self.room.session_of(actor)}"})

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def _client(self, headers: dict[str, str]) -> httpx.Client:
        base_url = f"{self._served.url}/api/v1"
        self._clients.append(httpx.Client(base_url=base_url, headers=headers, timeout=30, trust_env=False))
        return self._clients[-1]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[ApiHouse]:
    """Give the API of a room of its own."""
    with console_house(tmp_path) as served:
        house = ApiHouse(served)
        yield house
        house.close()
