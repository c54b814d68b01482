"""A room with everything of the controller that needs no network."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.controller import ControlRoom


@pytest.fixture
def room(tmp_path: Path) -> Iterator[ControlRoom]:
    """Give a controller's use cases over an empty database with a small tree of places."""
    room = ControlRoom(tmp_path)
    yield room
    room.database.close()
