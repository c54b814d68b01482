"""One served console for each module of tests; every test brings its own notices and people."""

from collections.abc import Iterator

import pytest

from tests.fixtures.console_house import ConsoleHouse, console_house


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleHouse]:
    """Serve a console on loopback."""
    with console_house(tmp_path_factory.mktemp("house")) as house:
        yield house
