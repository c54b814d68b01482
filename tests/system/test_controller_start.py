"""Starting a controller in this process: everything that it begins, it ends."""

import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from controller.bootstrap import build
from controller.broker.errors import BrokerError
from controller.settings import ControllerSettings
from tests.fixtures.brokers import free_port

pytestmark = pytest.mark.system


def settings(folder: Path) -> ControllerSettings:
    return ControllerSettings(
        state=folder / "state", http_port=free_port(), broker_port=free_port(), voices=("espeak",)
    )


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


def test_a_start_that_fails_half_way_leaves_nothing_running(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    first = build(chosen)
    before = threads()
    with ExitStack() as undo:
        first.start(undo)
        second = build(ControllerSettings(state=tmp_path / "other", broker_port=chosen.broker_port))
        with pytest.raises(BrokerError), ExitStack() as its_own:
            second.start(its_own)
        assert first.broker.pid is not None
    assert threads() == before
