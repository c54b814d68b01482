"""What every test gets: the scenario list, the socket guard and the fixtures of tests/fixtures."""

import os

import hypothesis

# A busy machine is no failure; a run that CI cannot repeat is.
hypothesis.settings.register_profile("house", deadline=None, derandomize="CI" in os.environ, print_blob=True)
hypothesis.settings.load_profile("house")

pytest_plugins = [
    "tests.fixtures.brokers",
    "tests.fixtures.whole_system",
    "tests.plugins.scenarios",
    "tests.plugins.sockets",
]
