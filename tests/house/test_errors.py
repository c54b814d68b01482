"""Whoever catches everything and goes on says why."""

import ast

from tests.house.source import ROOMS, dotted, python_files, text_of, tree_of

ALLOWED: dict[str, str] = {}
"""path:line -> reason"""


def _broad_handlers(tree: ast.Module) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or dotted(node.type) in ("Exception", "BaseException"))
        and not _raises_it_again(node)
    ]


def _raises_it_again(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _has_comment_nearby(lines: list[str], number: int) -> bool:
    """Look at the line itself, the one before and the one after; `number` counts from 1."""
    around = (lines[index - 1] for index in (number - 1, number, number + 1) if 0 < index <= len(lines))
    return any("#" in line and "# noqa" not in line for line in around)


def test_who_catches_everything_says_why() -> None:
    found = [
        f"{path}:{number}"
        for path in python_files(*ROOMS)
        for number in _broad_handlers(tree_of(path))
        if not _has_comment_nearby(text_of(path).splitlines(), number) and f"{path}:{number}" not in ALLOWED
    ]
    assert not found, "name the errors, or say in a comment why this is a boundary:\n" + "\n".join(found)
