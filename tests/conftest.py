"""What every test gets: the scenario list, the socket guard and the fixtures of tests/fixtures."""

pytest_plugins = [
    "tests.fixtures.brokers",
    "tests.plugins.scenarios",
    "tests.plugins.sockets",
]
