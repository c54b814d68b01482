"""What the house rules read: the project's own files and their syntax trees."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("audio", "controller", "device_agent", "protocol", "schedules")

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@cache
def files() -> tuple[str, ...]:
    """Return the paths of all files that are in git or about to be, in order."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split("\0")
    return tuple(sorted(path for path in listed if path and (ROOT / path).is_file()))


def python_files(*folders: str) -> tuple[str, ...]:
    """Return our Python files below the given folders (or single files); all of them when none is given."""
    chosen = [path for path in files() if path.endswith(".py")]
    if not folders:
        return tuple(chosen)
    return tuple(path for path in chosen if any(path == one or path.startswith(f"{one}/") for one in folders))


@cache
def text_of(path: str) -> str:
    """Return the text of one file, or nothing when it is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def tree_of(path: str) -> ast.Module:
    """Return the syntax tree of one Python file."""
    return ast.parse(text_of(path), path)


def definitions(path: str) -> list[Definition]:
    """Return every class and function of one file, nested ones too."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node for node in ast.walk(tree_of(path)) if isinstance(node, kinds)]


def dotted(node: ast.AST) -> str:
    """Return the dotted name that an expression spells, e.g. `dt.datetime.now`; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = dotted(node.value)
        return f"{base}.{node.attr}" if base else ""
    return ""
