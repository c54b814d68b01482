from datetime import UTC, datetime, timedelta, timezone

from controller.domain.changes import MOST_CHARACTERS, changes

AT = datetime(2026, 12, 1, 17, tzinfo=timezone(timedelta(hours=7)))


def test_only_what_changed_is_told_before_and_after() -> None:
    told = changes(
        version=3,
        fields=[("title", "Họp", "Họp tổ"), ("area", "A", "A"), ("expires_at", None, AT)],
        text=("Câu một. Câu hai.\nCâu ba.", "Câu một. Câu hai mới.\nCâu ba."),
    )
    assert told.splitlines() == [
        "version 3",
        "title: Họp → Họp tổ",
        f"expires_at: none → {AT.astimezone(UTC).isoformat()}",
        "- Câu hai.",
        "+ Câu hai mới.",
    ]


def test_the_same_words_change_nothing() -> None:
    assert changes(version=2, fields=[("title", "a", "a")], text=("x. y.", "x. y.")) == "version 2"


def test_a_long_text_takes_no_more_room_than_allowed_and_says_that_there_was_more() -> None:
    told = changes(version=2, fields=[("title", "a" * 300, "b" * 300)], text=("a. " * 4_000, "b. " * 4_000))
    assert len(told) == MOST_CHARACTERS
    assert told.endswith("…")
