"""`make scenarios`: run the tests that prove scenarios, then print one line per scenario."""

import json
import subprocess
import sys
from pathlib import Path

from tests.plugins.scenarios import scenarios_in

ROOT = Path(__file__).parents[2]
LOG = ROOT / "var" / "scenarios.log"


def main() -> int:
    """Return pytest's verdict: 0 when every marked test passed, or when there is none yet."""
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("w", encoding="utf-8") as log:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-m", "scenario"], cwd=ROOT, stdout=log, stderr=log, check=False
        )
    proved = json.loads((ROOT / "var" / "scenarios.json").read_text(encoding="utf-8"))
    for one in scenarios_in(ROOT / "docs" / "scenarios.md"):
        tests = proved.get(one)
        print(f"{one} proved {' '.join(tests)}" if tests else f"{one} open")
    if run.returncode not in (0, 5):  # 5: no test is marked
        print(f"some marked tests failed: see {LOG.relative_to(ROOT)}", file=sys.stderr)
        return run.returncode
    return 0


sys.exit(main())
