"""The scenario ledger proves no more than what passed."""

import json
from pathlib import Path

import pytest

from tests.plugins.scenarios import scenarios_in

pytest_plugins = ["pytester"]

_TESTS = """
import pytest

@pytest.mark.scenario("S-001", "S-002")
@pytest.mark.parametrize("hour", ["05 30", "17 00"])
def test_fires(hour): pass

@pytest.mark.scenario("S-002")
def test_breaks(): assert False

@pytest.mark.scenario("S-003")
def test_not_here(): pytest.skip("no")

@pytest.mark.scenario("S-004")
@pytest.mark.xfail(strict=False)
def test_hoped(): pass

@pytest.fixture
def leaking():
    yield
    raise RuntimeError("teardown")

@pytest.mark.scenario("S-005")
def test_with_bad_teardown(leaking): pass

@pytest.mark.scenario("S-006")
@pytest.mark.parametrize("n", [1, 2])
def test_half(n): assert n == 1
"""


def _proved(pytester: pytest.Pytester, tests: str, *arguments: str) -> dict[str, list[str]]:
    pytester.makeini("[pytest]\nmarkers = scenario: x\n")
    pytester.makepyfile(test_it=tests)
    pytester.runpytest_inprocess("-p", "tests.plugins.scenarios", "-p", "no:cacheprovider", *arguments)
    proved: dict[str, list[str]] = json.loads((pytester.path / "var" / "scenarios.json").read_text())
    return proved


def test_only_a_scenario_all_of_whose_tests_passed_is_proved(pytester: pytest.Pytester) -> None:
    assert _proved(pytester, _TESTS) == {"S-001": ["test_it.py::test_fires"]}


def test_a_scenario_one_of_whose_tests_did_not_run_is_not_proved(pytester: pytest.Pytester) -> None:
    assert _proved(pytester, _TESTS, "-k", "fires") == {"S-001": ["test_it.py::test_fires"]}


def test_a_marker_with_a_wrong_id_stops_the_run(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nmarkers = scenario: x\n")
    pytester.makepyfile('import pytest\n@pytest.mark.scenario("S-17")\ndef test_it(): pass\n')
    result = pytester.runpytest_inprocess("-p", "tests.plugins.scenarios")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_the_document_is_read_in_its_order(tmp_path: Path) -> None:
    document = tmp_path / "scenarios.md"
    document.write_text("# x\n- mark `S-999` so\n- `S-020` b\n- `S-003` a, see `S-020`\n", encoding="utf-8")
    assert scenarios_in(document) == ["S-020", "S-003"]
