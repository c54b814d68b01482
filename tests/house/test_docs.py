"""The docs mention everything that an operator or an engineer may meet: messages, topics, settings, error codes.

What there is, is read from the code; there is no list to keep.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields

from controller.settings import ControllerSettings
from device_agent import settings as agent
from protocol import BLOCK_NAME, Direction, Topic
from protocol.messages import NAMES
from tests.house.source import ROOMS, definitions, dotted, files, python_files, text_of, tree_of

PROTOCOL_PAGE = "docs/protocol.md"

NOT_CODES: dict[str, str] = {}
"""text that looks like an error code in the code -> why it is none"""

NOT_SETTINGS = {
    "LOA_AGENT": "the prefix of the agent's settings",
}
"""text that looks like a setting in the code -> why it is none"""

_CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_SETTING = re.compile(r"\bLOA_[A-Z0-9_]*[A-Z0-9]\b")


def _docs() -> str:
    pages = [path for path in files() if path.startswith("docs/") and path.endswith(".md")]
    return "\n".join(text_of(path) for path in pages if "/adr/" not in path)


def _constant_text(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _assigned(statement: ast.stmt) -> tuple[str, str]:
    """Return name and text of `name = "text"`, with or without a type."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        return dotted(statement.targets[0]), _constant_text(statement.value)
    if isinstance(statement, ast.AnnAssign):
        return dotted(statement.target), _constant_text(statement.value)
    return "", ""


def _codes_of_classes(path: str) -> Iterator[str]:
    """Yield `code = "..."` of error classes, and the members of an enumeration called `...Code`."""
    for node in definitions(path):
        if not isinstance(node, ast.ClassDef):
            continue
        for name, text in map(_assigned, node.body):
            if text and (name == "code" if node.name.endswith("Error") else node.name.endswith("Code")):
                yield text


def _errors_that_take_a_code() -> set[str]:
    """Return the names of error classes whose first argument is a code or reason, their subclasses included."""
    bases: dict[str, set[str]] = {}
    takers: set[str] = set()
    others: set[str] = set()
    for path in python_files(*ROOMS):
        for node in definitions(path):
            if not isinstance(node, ast.ClassDef) or not node.name.endswith("Error"):
                continue
            bases[node.name] = {dotted(base).rpartition(".")[2] for base in node.bases}
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                    names = [argument.arg for argument in method.args.args[1:2]]
                    (takers if names in (["code"], ["reason"]) else others).add(node.name)
    grown = -1
    while grown != len(takers):
        grown = len(takers)
        takers |= {name for name, parents in bases.items() if parents & takers and name not in others}
    return takers


def _codes_of_calls(path: str, takers: set[str]) -> Iterator[str]:
    """Yield the constant codes in `SomeError("code")`, `f(reason="code")` and `f(why=("failed", "code"))`."""
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.Call):
            continue
        said = [keyword.value for keyword in node.keywords if keyword.arg in ("code", "reason")]
        whys = [keyword.value for keyword in node.keywords if keyword.arg == "why"]
        said += [why.elts[-1] for why in whys if isinstance(why, ast.Tuple)]
        if dotted(node.func).rpartition(".")[2] in takers:
            said += node.args[:1]
        for text in map(_constant_text, said):
            if _CODE.fullmatch(text):
                yield text


def _error_codes() -> dict[str, str]:
    """Return every error code of ours with a place where it is made."""
    takers = _errors_that_take_a_code()
    found: dict[str, str] = {}
    for path in python_files(*ROOMS):
        for code in (*_codes_of_classes(path), *_codes_of_calls(path, takers)):
            found.setdefault(code, path)
    return found


def test_the_protocol_page_has_every_message() -> None:
    page = text_of(PROTOCOL_PAGE)
    missing = [name for name in (*NAMES.values(), BLOCK_NAME) if f"`{name}`" not in page]
    assert not missing, f"add a row to the table of {PROTOCOL_PAGE} for: {missing}"


def test_the_protocol_page_has_every_topic() -> None:
    page = text_of(PROTOCOL_PAGE)
    for direction in Direction:
        topic = str(Topic(device="abc", direction=direction, name="xyz"))
        shape = topic.replace("abc", "<device>").replace("xyz", "<message>")
        assert shape in page, f"{PROTOCOL_PAGE} does not name the topic {shape}"


def test_the_docs_have_every_error_code() -> None:
    docs = _docs()
    missing = [
        f"{code} ({path})"
        for code, path in sorted(_error_codes().items())
        if f"`{code}`" not in docs and code not in NOT_CODES
    ]
    assert not missing, "say in docs/errors.md what it means and what to do:\n" + "\n".join(missing)


def _settings() -> dict[str, str]:
    """Return every setting with where it is read: fields of settings classes, and names written out in code."""
    found = {f"LOA_{one.name.upper()}": "controller/settings.py" for one in fields(ControllerSettings)}
    for name in ("CONFIG", *agent.NAMES, *(f"{one}_FILE" for one in agent.SECRET_NAMES)):
        found[agent.PREFIX + name] = "device_agent/settings.py"
    for path in (*python_files(*ROOMS), *(one for one in files() if one.startswith("deploy/"))):
        for name in _SETTING.findall(text_of(path)):
            found.setdefault(name, path)
    return {name: path for name, path in found.items() if name not in NOT_SETTINGS}


def test_the_docs_have_every_setting() -> None:
    docs = _docs()
    missing = [f"{name} ({path})" for name, path in sorted(_settings().items()) if f"`{name}`" not in docs]
    assert not missing, "say in docs/settings.md what it does and its default:\n" + "\n".join(missing)


def test_the_search_for_codes_finds_each_kind() -> None:
    codes = _error_codes()
    assert codes["signature_refused"] == "protocol/errors.py"  # an attribute of a class
    assert codes["bad_instant"] == "device_agent/rehearsal.py"  # the first argument of a call
    assert codes["not_editable"] == "controller/domain/errors.py"  # a member of an enumeration
    assert codes["withdrawn"] == "device_agent/core/step.py"  # the reason why something ceases
