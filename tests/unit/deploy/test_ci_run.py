""".ci/run fails when the tests fail, and its last line is pytest's closing line."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / ".ci" / "run"


@pytest.mark.parametrize("status", [0, 2])
def test_the_verdict_is_makes_and_the_last_line_is_pytests(tmp_path: Path, status: int) -> None:
    closing = "======== 3 passed, 1 skipped in 0.10s ========"
    make = tmp_path / "make"
    make.write_text(f"#!/bin/sh\necho '{closing}'\necho 'something after it'\nexit {status}\n")
    make.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    result = subprocess.run(
        ["bash", str(SCRIPT)], env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    assert result.returncode == status
    assert result.stdout.splitlines()[-1] == closing
