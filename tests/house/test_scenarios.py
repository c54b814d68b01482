"""A test can only prove a scenario that the document has."""

import re
from pathlib import PurePath

from tests.house.source import ROOT, python_files, text_of
from tests.plugins.scenarios import scenarios_in

ALLOWED = {
    "tests/unit/plugins/test_scenarios.py": "tests the ledger itself, with ids of its own",
}
"""path -> reason"""


def test_every_scenario_named_in_a_test_is_in_the_document() -> None:
    known = set(scenarios_in(ROOT / "docs" / "scenarios.md"))
    unknown = [
        f"{path}: {one}"
        for path in python_files("tests")
        if PurePath(path).name.startswith("test_") and path not in ALLOWED
        for one in re.findall(r"S-\d{3}\b", text_of(path))
        if one not in known
    ]
    assert not unknown, "correct the id, or write the scenario into docs/scenarios.md:\n" + "\n".join(unknown)


def test_no_scenario_is_listed_twice() -> None:
    listed = scenarios_in(ROOT / "docs" / "scenarios.md")
    assert len(listed) == len(set(listed))
