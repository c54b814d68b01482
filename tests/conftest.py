"""What every test gets: the scenario list, the socket guard and the fixtures of tests/fixtures."""

import os
from pathlib import Path

import hypothesis
import pytest

# A busy machine is no failure; a run that CI cannot repeat is.
hypothesis.settings.register_profile("house", deadline=None, derandomize="CI" in os.environ, print_blob=True)
hypothesis.settings.load_profile("house")

REAL = {"browser", "system"}
"""folders of tests that start real programs and keep real time: never two of them side by side"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say what stays together when tests run side by side: all that is real, and each other file."""
    for item in items:
        folder = Path(item.nodeid).parts[1]
        group = "real" if folder in REAL else item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))


pytest_plugins = [
    "tests.fixtures.brokers",
    "tests.fixtures.whole_system",
    "tests.plugins.scenarios",
    "tests.plugins.sockets",
]
