"""Names say what a thing is, in the words of docs/glossary.md."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath

from tests.house.source import definitions, python_files

EMPTY_WORDS = {
    "manager": "say what it does: ...Keeper, ...Loop, a verb",
    "managers": "say what they do",
    "helper": "name the module or function by its job",
    "helpers": "name the module or function by its job",
    "util": "put it where it is used, under its own name",
    "utils": "put it where it is used, under its own name",
    "data": "say which: entries, bytes, settings, rows",
    "info": "say which: health, state, title",
    "handle": "say what is done: store, refuse, answer",
    "common": "name the idea that is shared",
    "misc": "name each idea",
}

SYNONYMS = {
    "tenant": "Station",
    "region": "Area",
    "audience": "Target",
    "playlist": "Rundown",
    "jingle": "Chime",
    "tts": "Voice",
    "upstream": "SourceSystem",
    "superuser": "Administrator",
    "ticket": "Feedback",
}
"""word not used anywhere in a name -> the word of the glossary"""

SYNONYM_CLASSES = {
    "Site": "Station",
    "Zone": "Area or DeviceGroup",
    "Client": "Device",
    "Node": "Device",
    "Player": "Speaker",
    "Screen": "Board",
    "Display": "Board",
    "Post": "Announcement or Bulletin",
    "Playlist": "Rundown",
    "Schedule": "Rule, or Timetable",
    "Period": "Slot",
    "Play": "Airing",
    "Task": "Airing",
    "History": "PlayLog",
    "Ping": "TestTone",
    "PolicyError": "Breach",
}
"""class name not used -> the word of the glossary"""

ALLOWED = {
    "schedules/segments.py:History": "what one device has aired so far, to go on from; nobody's log",
    "tests/contracts/test_link_contract.py:handle": "the name that socketserver calls",
}
"""path:name -> reason"""


def _words(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def _names() -> Iterator[tuple[str, int, str]]:
    """Yield place and name of each module, class and function; tests' own names are sentences and left out."""
    for path in python_files():
        if not PurePath(path).name.startswith("test_"):
            yield path, 1, PurePath(path).stem
        for node in definitions(path):
            if not node.name.startswith("test_"):
                yield path, node.lineno, node.name


def _report(found: list[str]) -> str:
    return "rename, or add `path:name` with a reason to ALLOWED:\n" + "\n".join(found)


def test_no_name_is_an_empty_word() -> None:
    found = [
        f"{path}:{line} {name}: '{word}': {EMPTY_WORDS[word]}"
        for path, line, name in _names()
        for word in _words(name)
        if word in EMPTY_WORDS and f"{path}:{name}" not in ALLOWED
    ]
    assert not found, _report(found)


def test_one_word_for_each_idea() -> None:
    found = [
        f"{path}:{line} {name}: not '{word}' but {SYNONYMS[word]}"
        for path, line, name in _names()
        for word in _words(name)
        if word in SYNONYMS and f"{path}:{name}" not in ALLOWED
    ]
    assert not found, _report(found)


def test_no_class_has_a_second_name_for_a_glossary_word() -> None:
    found = [
        f"{path}:{node.lineno} class {node.name}: say {SYNONYM_CLASSES[node.name]}"
        for path in python_files()
        for node in definitions(path)
        if isinstance(node, ast.ClassDef)
        and node.name in SYNONYM_CLASSES
        and f"{path}:{node.name}" not in ALLOWED
    ]
    assert not found, _report(found)
