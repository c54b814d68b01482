import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from controller.demo import stage as stage_module
from controller.demo.stage import Place, Stage, StageError

# A module of the standard library that stays up, or ends at once, as told.
_MODULE = "timeit"
_STAYS = ("-n1", "-r1", "import time; time.sleep(60)")
_ENDS = ("-n1", "-r1", "raise SystemExit('the port is taken')")
_STARTER = """
import sys, time
from pathlib import Path
from controller.demo.stage import Place, Stage
stage = Stage(Place(folder=Path(sys.argv[1]), http_port=1, broker_port=2))
print(stage.start("one", "timeit", "-n1", "-r1", "import time; time.sleep(60)").pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(stage_module, "_REST_S", 0.0)
    made = Stage(Place(folder=tmp_path, http_port=1, broker_port=2))
    yield made
    made.stop()


def test_what_ended_is_started_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage_module, "_STEADY_AFTER_S", 0.0)
    first = stage.start("one", _MODULE, *_STAYS)
    assert stage.revive() == []
    first.kill()
    first.wait()
    assert stage.revive() == ["one"]
    assert stage.process("one").pid != first.pid
    assert stage.process("one").poll() is None


def test_what_ends_soon_after_its_start_is_told_with_its_last_words(stage: Stage) -> None:
    stage.start("one", _MODULE, *_ENDS).wait()
    with pytest.raises(StageError, match=r"one ended by itself with exit code 1(?s:.*)the port is taken"):
        stage.revive()


def test_nothing_outlives_a_starter_that_is_killed(tmp_path: Path) -> None:
    starter = subprocess.Popen([sys.executable, "-c", _STARTER, str(tmp_path)], stdout=subprocess.PIPE)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    assert psutil.pid_exists(pid)
    starter.kill()
    starter.wait()
    starter.stdout.close()
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    is_left = psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    if is_left:
        os.kill(pid, signal.SIGKILL)
    assert not is_left
