"""Which scenarios of docs/scenarios.md this run proved, written to var/scenarios.json.

A scenario is proved when at least one test marked with its id ran, and every test marked with it passed in each
of its parameter sets. A skipped, failed or expected-to-fail test proves nothing.
"""

import json
import re
from pathlib import Path

import pytest

SCENARIO_ID = re.compile(r"S-\d{3}")


class ScenarioLedger:
    """Collects the outcome of every marked test; one for each run."""

    def __init__(self) -> None:
        self._ids: dict[str, list[str]] = {}
        self._has_passed: dict[str, bool] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            ids = [str(one) for marker in item.iter_markers("scenario") for one in marker.args]
            wrong = [one for one in ids if not SCENARIO_ID.fullmatch(one)]
            if wrong:
                raise pytest.UsageError(f"{item.nodeid}: not a scenario id: {', '.join(wrong)} (say S-017)")
            if ids:
                self._ids[item.nodeid] = ids

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.nodeid not in self._ids:
            return
        passed_so_far = self._has_passed.get(report.nodeid, True)
        self._has_passed[report.nodeid] = passed_so_far and report.passed and not hasattr(report, "wasxfail")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        # Side by side (-n) no process sees every outcome; `make scenarios` runs them in one.
        if session.config.option.collectonly or session.config.getoption("numprocesses", None):
            return
        if hasattr(session.config, "workerinput"):
            return
        path = session.config.rootpath / "var" / "scenarios.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(self.proved(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def proved(self) -> dict[str, list[str]]:
        """Return the tests that prove each scenario, without their parameters; open ones are not in it."""
        tests: dict[str, list[str]] = {}
        refuted: set[str] = set()
        for nodeid, ids in self._ids.items():
            for one in ids:
                if not self._has_passed.get(nodeid, False):
                    refuted.add(one)
                name = nodeid.partition("[")[0]
                if name not in tests.setdefault(one, []):
                    tests[one].append(name)
        return {one: names for one, names in sorted(tests.items()) if one not in refuted}


def scenarios_in(document: Path) -> list[str]:
    """Return the ids of docs/scenarios.md in the order of the document."""
    return re.findall(r"^- `(S-\d{3})` ", document.read_text(encoding="utf-8"), flags=re.MULTILINE)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(ScenarioLedger(), "scenario-ledger")
