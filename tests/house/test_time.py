"""Time is an argument: rules and decisions never read a clock."""

import ast
import re

from tests.house.source import dotted, python_files, tree_of

PURE = (
    "schedules",
    "controller/domain",
    "controller/usecases",
    "device_agent/core/step.py",
    "audio/script.py",
)

ALLOWED: dict[str, str] = {}
"""path -> reason"""

_CLOCK = re.compile(
    r"(?:\w+\.)?(?:datetime\.(?:now|utcnow|today)|date\.today)"
    r"|time\.(?:time|time_ns|monotonic|monotonic_ns|perf_counter|localtime|gmtime)"
)


def _clock_calls(tree: ast.Module) -> list[int]:
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _CLOCK.fullmatch(dotted(node.func)):
            lines.append(node.lineno)
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            lines.append(node.lineno)
    return sorted(lines)


def test_pure_code_reads_no_clock() -> None:
    found = [
        f"{path}:{line}"
        for path in python_files(*PURE)
        if path not in ALLOWED
        for line in _clock_calls(tree_of(path))
    ]
    assert not found, "take `now: datetime` as an argument, or ask a Clock port, instead:\n" + "\n".join(
        found
    )


def test_the_rule_sees_the_usual_ways_to_read_a_clock() -> None:
    source = "\n".join(
        [
            "datetime.now(UTC)",
            "dt.datetime.utcnow()",
            "date.today()",
            "time.time()",
            "from time import monotonic",
            "clock.now()",
            "datetime(2026, 1, 1)",
        ]
    )
    assert _clock_calls(ast.parse(source)) == [1, 2, 3, 4, 5]
