"""What will not be on air, or not whole, is told in words: every code, every ending, in both languages."""

import ast
import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

import schedules
from controller.web.console.foreseen import Foreseen, Line, Named, lines_of
from controller.web.console.timeline_words import breach_sentence
from controller.web.console.words import words
from controller.web.wording import Language
from schedules import (
    HANOI_URBAN,
    NOTHING_YET,
    Breach,
    Guardrail,
    Occurrence,
    OnLoss,
    Rails,
    RailsInForce,
    Slot,
    foresee,
)

ZONE = "Asia/Ho_Chi_Minh"
LANGUAGES: tuple[Language, ...] = ("vi", "en")
MONDAY = datetime(2026, 11, 22, 17, tzinfo=UTC)
"""Monday 23/11/2026 00:00 in Viet Nam."""
SAMPLES: dict[str, dict[str, str | int]] = {
    "quiet_hours": {"at": "05:00", "until": "05:02", "quiet_from": "22:00", "quiet_to": "05:30"},
    "outside_slots": {"at": "12:00", "until": "12:05"},
    "day_not_allowed": {"weekday": 7},
    "sessions_per_day": {"limit": 2, "used": 3},
    "session_minutes": {"limit": 15, "used": 17, "used_s": 1010},
    "day_minutes": {"limit": 30, "used": 31, "used_s": 1850},
    "emergency_unnamed": {},
    "emergency_day_minutes": {"limit": 480, "used": 480},
}


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return MONDAY + timedelta(hours=hour, minutes=minute, seconds=second)


def item(name: str, start: datetime, minutes: float, priority: int = 50, **more: object) -> Occurrence:
    fields: dict[str, Any] = {
        "latest_at": start + timedelta(hours=2),
        "authorised_by": "Chủ tịch",
        "cause": "bão",
    } | more
    return Occurrence(
        id=name, start_at=start, end_at=start + timedelta(minutes=minutes), priority=priority, **fields
    )


def told(
    *items: Occurrence, guardrail: Guardrail | None = None, language: Language = "vi"
) -> dict[str, list[Line]]:
    rails = RailsInForce([Rails(guardrail=guardrail or Guardrail(), zone=ZONE)])
    outcome = tuple(foresee(items, rails, NOTHING_YET, MONDAY, until=at(24)))
    names = {one.id: Named(title=one.id) for one in items}
    lines: dict[str, list[Line]] = {}
    for line in lines_of(
        Foreseen(
            places=("Loa",),
            zone=ZONE,
            start_at=MONDAY,
            end_at=at(24),
            outcome=outcome,
            names=names,
            rails=rails,
        ),
        language,
    ):
        lines.setdefault(line.title, []).append(line)
    return lines


def codes_of_schedules() -> set[str]:
    """Return every code with which a breach is made anywhere in `schedules`, by itself or by a function for it."""
    trees = [ast.parse(path.read_text("utf-8")) for path in Path(schedules.__file__).parent.glob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    makers = {"Breach"} | {
        node.name
        for node in nodes
        if isinstance(node, ast.FunctionDef) and node.returns and ast.unparse(node.returns) == "Breach"
    }
    calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) in makers]
    return {str(call.args[0].value) for call in calls if call.args and isinstance(call.args[0], ast.Constant)}


def test_every_code_of_a_breach_has_a_sentence_with_its_parameters() -> None:
    assert codes_of_schedules() == set(SAMPLES), "a new code needs words in texts/console.toml and a sample"
    for code, params in SAMPLES.items():
        for language in LANGUAGES:
            sentence = breach_sentence(Breach(code, tuple(params.items())), language)
            assert sentence
            assert not re.search(r"[{}]", sentence), sentence
            if "limit" in params:
                assert str(params["limit"]) in sentence


def test_no_sentence_is_left_for_a_code_that_nobody_raises() -> None:
    known = codes_of_schedules() | {"quiet_hours_reached"}
    assert {key.partition(".")[2] for key in words() if key.startswith("breach.")} == known


def test_quiet_hours_are_told_by_the_time_that_lies_in_them() -> None:
    night = Guardrail(quiet_hours=(Slot(time(22), time(5, 30)),))
    lines = told(item("sớm", at(5), 2), item("muộn", at(21, 58), 4), guardrail=night)
    assert lines["sớm"][0].reasons == ("05:00 nằm trong giờ yên tĩnh 22:00–05:30",)
    assert lines["muộn"][0].reasons == ("phát đến 22:02 là lấn vào giờ yên tĩnh 22:00–05:30",)
    assert not lines["sớm"][0].is_aired


def test_seventeen_minutes_of_fifteen_are_told_as_such() -> None:
    assert told(item("dài", at(8), 17), guardrail=HANOI_URBAN)["dài"][0].reasons == (
        "17 phút trên 15 phút cho phép mỗi buổi",
    )


def test_a_weekday_that_is_not_allowed_is_named() -> None:
    weekend = Guardrail(days=frozenset({6, 7}))
    assert told(item("a", at(8), 1), guardrail=weekend)["a"][0].reasons == (
        "Thứ Hai không phải ngày được phát",
    )
    english = told(item("a", at(8), 1), guardrail=weekend, language="en")
    assert english["a"][0].reasons == ("Monday is not a day on which it may sound",)


@pytest.mark.parametrize(
    ("on_loss", "first", "second"),
    [
        (OnLoss.RESUME, "bị bản tin khẩn cấp “bão” ngắt, phát tiếp lúc 17:08", "phần còn lại"),
        (OnLoss.RESTART, "bị bản tin khẩn cấp “bão” ngắt, phát lại từ đầu lúc 17:08", ""),
        (OnLoss.LATER, "bị bản tin khẩn cấp “bão” ngắt, phát lại từ đầu lúc 17:08", ""),
    ],
)
def test_what_an_emergency_cuts_says_when_it_goes_on(on_loss: OnLoss, first: str, second: str) -> None:
    lines = told(item("thời sự", at(17), 10, on_loss=on_loss), item("bão", at(17, 5), 3, 250))["thời sự"]
    assert [line.reasons for line in lines] == [(first,), (second,) if second else ()]
    assert (lines[0].end_at, lines[1].start_at) == (at(17, 5), at(17, 8))


def test_what_is_cut_and_dropped_says_so_and_leaves_a_hollow_rest() -> None:
    lines = told(item("nhạc", at(17), 10, on_loss=OnLoss.SKIP), item("bão", at(17, 5), 3, 250))["nhạc"]
    assert [line.is_aired for line in lines] == [True, False]
    assert lines[0].reasons == ("bị bản tin khẩn cấp “bão” ngắt",)
    assert lines[1].reasons == ("phần còn lại nhường bản tin khẩn cấp “bão”",)
    assert (lines[1].start_at, lines[1].end_at) == (at(17, 5), at(17, 10))


def test_what_waits_says_from_when_it_was_moved() -> None:
    lines = told(item("tỉnh", at(6), 10, 150), item("xã", at(6, 5), 5, on_loss=OnLoss.LATER))
    assert lines["xã"][0].reasons == ("dời từ 06:05",)
    assert lines["xã"][0].start_at == at(6, 10)


def test_equal_priority_asks_for_an_order_and_stops_asking_when_there_is_one() -> None:
    one = item("tỉnh", at(6), 10, 150)
    tie = told(one, item("xã", at(6), 5, 150, on_loss=OnLoss.SKIP))["xã"][0]
    assert tie.reasons[0].endswith("Cùng mức ưu tiên: hãy chọn thứ tự")
    ordered = told(one, item("xã", at(6), 5, 150, on_loss=OnLoss.SKIP, order=1))["xã"][0]
    assert "hãy chọn thứ tự" not in ordered.reasons[0]


def test_every_way_to_lose_has_its_own_words() -> None:
    said = set()
    for on_loss in OnLoss:
        loser = item("xã", at(6, 1), 5, on_loss=on_loss, latest_at=at(6, 7))
        said.add(told(item("tỉnh", at(6), 10, 150), loser)["xã"][0].reasons)
    assert len(said) == len(OnLoss)


def test_an_emergency_that_nobody_signed_is_refused_in_words() -> None:
    nameless = item("còi", at(2), 1, 250, authorised_by="")
    assert told(nameless)["còi"][0].reasons == ("bản tin khẩn cấp phải có người ra lệnh và lý do",)


def test_an_emergency_ends_at_its_limit_in_words() -> None:
    line = told(item("còi", at(2), 20, 250), guardrail=Guardrail(emergency_item_minutes=15))["còi"][0]
    assert line.reasons == ("dừng lúc 02:15, hết thời lượng cho phép của tin khẩn cấp",)
