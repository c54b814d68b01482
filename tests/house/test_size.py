"""Files and functions stay small enough to be read at one sitting."""

import ast

from tests.house.source import definitions, python_files, text_of

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50
MAX_TEST_FUNCTION_LINES = 80  # a test that tells a whole story may take more room
MAX_TEST_FILE_LINES = 500
MAX_MIGRATION_LINES = 400  # a migration is a list of tables, read top to bottom, and never changed again

ALLOWED_FILES: dict[str, str] = {}
"""path -> reason"""

ALLOWED_FUNCTIONS = {
    "controller/bootstrap.py:build": "the wiring: one statement for each part, read from top to bottom",
}
"""path:function -> reason"""


def test_no_file_is_longer_than_a_sitting() -> None:
    long = []
    for path in python_files():
        limit = MAX_TEST_FILE_LINES if path.startswith("tests/") else MAX_FILE_LINES
        lines = text_of(path).count("\n")
        if lines > limit and path not in ALLOWED_FILES:
            long.append(f"{path}: {lines} lines, at most {limit}")
    assert not long, (
        "split by reason to change, or add the file with a reason to ALLOWED_FILES:\n" + "\n".join(long)
    )


def test_no_function_is_longer_than_a_screen() -> None:
    long = []
    for path in python_files():
        limit = MAX_TEST_FUNCTION_LINES if path.startswith("tests/") else MAX_FUNCTION_LINES
        limit = MAX_MIGRATION_LINES if "/migrations/" in path else limit
        for node in definitions(path):
            if isinstance(node, ast.ClassDef) or node.end_lineno is None:
                continue
            lines = node.end_lineno - node.lineno + 1
            if lines > limit and f"{path}:{node.name}" not in ALLOWED_FUNCTIONS:
                long.append(f"{path}:{node.lineno} {node.name}: {lines} lines, at most {limit}")
    assert not long, "take a step out, or add it with a reason to ALLOWED_FUNCTIONS:\n" + "\n".join(long)
