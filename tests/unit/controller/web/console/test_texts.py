"""Every word of the console is there in both languages, and no word is left over."""

import ast
import re
import string
from enum import StrEnum
from pathlib import Path

import pytest

import controller.web
from controller.domain.airings import AiringState, InboxState
from controller.domain.areas import AreaChange, AreaKind
from controller.domain.devices import DeviceKind, Presence
from controller.domain.notices import NoticeState
from controller.domain.people import Role
from controller.domain.second_approval import Need
from controller.usecases.from_above import PlayOrder
from controller.usecases.plan_ahead import ORDER_NOT_CHOSEN
from controller.usecases.planning import NOT_PLANNED, RESCHEDULED, REVOKED
from controller.web.console.words import say, words
from schedules import Band, Ending, Fate, HolidayRule, OnLoss, Origin

WEB = Path(controller.web.__file__).parent
ENUMS: dict[str, type[StrEnum]] = {
    "airing_state": AiringState,
    "area_change": AreaChange,
    "area_kind": AreaKind,
    "band": Band,
    "device_kind": DeviceKind,
    "ending": Ending,
    "fate": Fate,
    "need": Need,
    "notice_state": NoticeState,
    "on_loss": OnLoss,
    "presence": Presence,
    "role": Role,
    "winner": Band,
    "band_means": Band,
    "holidays": HolidayRule,
    "inbox_state": InboxState,
    "origin": Origin,
    "play_order": PlayOrder,
}
OPEN_GROUPS = {
    "reason",
    "fault",
    "engine",
    "voice_fault",
    "render_fault",
    "done",
    "field",
    "day",
    "breach",
    "action",
    "input",
    "rule_kind",
    "unit",
    "area_form",
    "area_hint",
    "area_button",
    "profile",
    "neighbour",
}
"""groups whose keys come from devices, engines or addresses; unknown ones are shown as they are"""


def used_keys() -> set[str]:
    """Return every constant key in templates and code."""
    found: set[str] = set()
    for path in sorted((WEB / "templates").glob("*.html")):
        found |= set(re.findall(r'\bt\("([a-z_]+\.[a-z_0-9]+)"', path.read_text("utf-8")))
    for path in sorted((WEB / "console").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} & set(words())
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "say":
                found |= {str(one.value) for one in node.args[:1] if isinstance(one, ast.Constant)}
    return found


def test_every_key_that_is_used_has_both_languages() -> None:
    assert len(used_keys()) > 100
    missing = sorted(key for key in used_keys() if set(words().get(key, ())) != {"vi", "en"})
    assert not missing, f"add vi and en to texts/console.toml for: {missing}"


def test_every_text_has_both_languages_with_the_same_parameters() -> None:
    for key, texts in words().items():
        assert set(texts) == {"vi", "en"}, key
        places = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts.values()
        ]
        assert places[0] == places[1], key
        assert all(text.strip() == text and text for text in texts.values()), key


def test_every_state_and_role_has_a_word() -> None:
    missing = [
        f"{group}.{value}"
        for group, kind in ENUMS.items()
        for value in kind
        if f"{group}.{value}" not in words()
    ]
    assert not missing


def test_every_reason_that_the_controller_gives_has_a_word() -> None:
    given = {NOT_PLANNED, ORDER_NOT_CHOSEN, RESCHEDULED, REVOKED}
    assert not [one for one in given if f"reason.{one}" not in words()]


def test_no_text_is_left_over() -> None:
    spare = {key for key in words() if key.partition(".")[0] not in OPEN_GROUPS | set(ENUMS)} - used_keys()
    assert not spare, f"nobody uses these any more: {sorted(spare)}"


@pytest.mark.parametrize("path", sorted((WEB / "templates").glob("*.html")), ids=lambda path: path.stem)
def test_templates_hold_no_words_and_no_scripts_of_their_own(path: Path) -> None:
    plain = re.sub(
        r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<code>.*?</code>|<[^>]*>", " ", path.read_text("utf-8"), flags=re.S
    )
    allowed = {"openapi", "json", "loa", "agent", "enrol", "code", "POST", "GET"}
    if path.stem != "macros":  # attributes, put together from pieces
        assert not set(re.findall(r"[^\W\d_]{3,}", plain)) - allowed
    assert not re.search(r"\son[a-z]+=|\sstyle=|<style|<script(?! src)|javascript:", path.read_text("utf-8"))


def test_days_are_named_by_the_iso_weekday() -> None:
    assert [say(f"day.d{number}", "vi") for number in (1, 7)] == ["Thứ Hai", "Chủ Nhật"]
