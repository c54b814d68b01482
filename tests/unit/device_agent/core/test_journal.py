"""The durable memory: what it holds, over a restart, over damage, within its bounds."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from device_agent.core import journal as journals
from device_agent.core.errors import DeviceError
from device_agent.core.journal import Held, Journal
from device_agent.core.state import EPOCH
from protocol import JournalEntry
from tests.factories.messages import NOW, an_entry


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    made = Journal(path)
    made.start()
    yield made
    made.stop()


def reopened(journal: Journal, path: Path) -> Journal:
    journal.stop()
    again = Journal(path)
    again.start()
    return again


def test_it_is_written_through_and_only_for_its_owner(journal: Journal, path: Path) -> None:
    database = journal._db
    assert database is not None
    assert database.execute("PRAGMA synchronous").fetchone() == (2,)
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_held_timetable_is_the_last_one(journal: Journal, path: Path) -> None:
    assert journal.held() is None
    journal.hold(Held(sealed=b"one", revision=1, issued_at=NOW))
    second = Held(sealed=b"two", revision=2, issued_at=NOW)
    journal.hold(second)
    again = reopened(journal, path)
    assert again.held() == second
    again.stop()


def test_entries_come_back_as_they_were_noted(journal: Journal) -> None:
    entry = an_entry(1)
    noted = journal.note(replace(entry, seq=0))
    assert noted == entry
    assert journal.unsent(10) == (entry,)


def test_an_occurrence_that_was_begun_and_not_noted_was_interrupted(journal: Journal, path: Path) -> None:
    journal.mark_begun(an_entry(1))
    journal.mark_begun(an_entry(2))
    journal.note(an_entry(2))
    again = reopened(journal, path)
    (entry,) = again.interrupted()
    assert (entry.occurrence, entry.result, entry.reason) == ("occ-1", "failed", "interrupted")
    assert again.settled() == {"occ-1", "occ-2"}
    again.note(entry)
    assert again.interrupted() == ()
    again.stop()


def test_what_is_acknowledged_is_not_sent_again_and_numbers_never_repeat(
    journal: Journal, path: Path
) -> None:
    for number in range(1, 4):
        journal.note(an_entry(number))
    assert journal.acknowledge(journal.name, 2)
    assert not journal.acknowledge(journal.name, 2)
    assert [entry.seq for entry in journal.unsent(10)] == [3]
    assert journal.acknowledge(journal.name, 99)
    again = reopened(journal, path)
    assert again.unsent_count() == 0
    assert again.note(an_entry(9)).seq == 4
    again.stop()


def test_an_acknowledgement_of_another_file_means_nothing(journal: Journal) -> None:
    journal.note(an_entry(1))
    assert not journal.acknowledge("another", 1)
    assert journal.unsent_count() == 1


def test_the_name_stays_with_the_file_and_is_new_with_a_new_one(
    journal: Journal, path: Path, tmp_path: Path
) -> None:
    name = journal.name
    again = reopened(journal, path)
    assert again.name == name
    again.stop()
    other = Journal(tmp_path / "other.sqlite")
    other.start()
    assert other.name != name
    other.stop()


def test_it_stays_within_its_bounds(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "ACKED_ENTRIES_KEPT", 5)
    monkeypatch.setattr(journals, "MAX_ENTRIES_KEPT", 20)
    monkeypatch.setattr(journals, "MAX_MARKS_KEPT", 30)
    for number in range(1, 51):
        journal.note(an_entry(number))
    assert [entry.seq for entry in journal.unsent(100)] == list(range(31, 51))
    assert len(journal.settled()) == 30
    journal.acknowledge(journal.name, 50)
    journal.note(replace(an_entry(51), noted_at=NOW + timedelta(days=7)))
    database = journal._db
    assert database is not None
    assert database.execute("SELECT min(seq) FROM entries").fetchone() == (46,)


@pytest.mark.parametrize("damage", ["header", "middle", "nonsense"])
def test_a_damaged_file_is_set_aside_and_a_new_one_is_begun(
    journal: Journal, path: Path, damage: str
) -> None:
    for number in range(1, 200):
        journal.note(an_entry(number))
    name = journal.name
    journal.stop()
    whole = bytearray(path.read_bytes())
    if damage == "header":
        whole[:100] = bytes(100)
    elif damage == "middle":
        whole[4096:] = b"\xff" * (len(whole) - 4096)
    else:
        whole = bytearray(b"this is no database at all" * 999)
    path.write_bytes(whole)

    again = Journal(path)
    again.start()

    assert again.is_rebuilt
    assert again.name != name
    assert again.settled() == frozenset()
    assert path.with_name("journal.sqlite.damaged").exists()
    again.stop()


def note_many(journal: Journal) -> None:
    for number in range(1, 500):
        journal.note(an_entry(number))


def test_a_disk_that_refuses_is_named(journal: Journal) -> None:
    database = journal._db
    assert database is not None
    pages = database.execute("PRAGMA page_count").fetchone()[0]
    database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DeviceError) as caught:
        note_many(journal)
    assert caught.value.code == "disk_full"
    database.execute("PRAGMA max_page_count = 100000")
    assert journal.note(an_entry(500)).seq == journal.unsent_count()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeviceError) as caught:
        Journal(tmp_path / "missing" / "journal.sqlite").start()
    assert caught.value.code == "storage_failed"


def test_it_cannot_be_used_when_closed(journal: Journal) -> None:
    journal.stop()
    with pytest.raises(DeviceError):
        journal.note(an_entry(1))


def test_only_its_thread_and_no_other_process_is_needed(journal: Journal, path: Path) -> None:
    journal.note(an_entry(1))
    with sqlite3.connect(path) as reader:
        assert reader.execute("SELECT count(*) FROM entries").fetchone() == (1,)
    reader.close()


# --- segments ---------------------------------------------------------------------------------------------


def a_cut(seq: int, *, length_ms: int = 5_000, offset_ms: int = 0) -> JournalEntry:
    entry = an_entry(seq)
    return replace(
        entry, result="preempted", reason="outranked", length_ms=length_ms, offset_ms=offset_ms,
        ended_at=NOW + timedelta(milliseconds=length_ms), detail="winner=khan",
    )  # fmt: skip


def test_what_was_cut_may_go_on_after_a_power_cut_until_it_was_begun_again(
    journal: Journal, path: Path
) -> None:
    journal.mark_begun(a_cut(1))
    journal.note(a_cut(1))
    again = reopened(journal, path)
    assert not again.settled()
    assert not again.interrupted()
    assert again.played() == {"occ-1": timedelta(seconds=5)}
    again.mark_begun(a_cut(1, offset_ms=5_000))
    third = reopened(again, path)
    assert third.settled() == {"occ-1"}
    assert not third.played()
    (interrupted,) = third.interrupted()
    assert interrupted.offset_ms == 5_000
    third.stop()


def test_several_cuts_count_from_the_last_offset_and_a_final_entry_settles(journal: Journal) -> None:
    journal.note(a_cut(1))
    journal.note(a_cut(1, offset_ms=5_000, length_ms=2_500))
    assert journal.played() == {"occ-1": timedelta(seconds=7.5)}
    journal.note(replace(an_entry(1), offset_ms=7_500))
    assert journal.settled() == {"occ-1"}
    assert not journal.played()


@pytest.mark.parametrize("reason", ["interrupted", "agent_stopped"])
def test_a_text_that_stopped_may_be_shown_again_and_a_sound_may_not(journal: Journal, reason: str) -> None:
    sound = replace(an_entry(1), result="failed", reason=reason)
    journal.note(sound)
    journal.note(replace(sound, occurrence="chu", content=None))
    assert set(journal.played()) == {"chu"}
    assert journal.settled() == {"occ-1"}


def test_what_sounded_is_remembered_for_the_guard_rails_by_its_real_length(journal: Journal) -> None:
    journal.mark_begun(an_entry(1), span=(NOW, NOW + timedelta(minutes=2)), is_emergency=True)
    journal.note(replace(an_entry(1), started_at=NOW, length_ms=60_000))
    journal.note(replace(an_entry(2), content=None))
    journal.note(replace(an_entry(3), started_at=None, length_ms=0, result="refused", reason="quiet_hours"))
    (one,) = journal.sounded(NOW - timedelta(days=1), NOW)
    assert (one.start_at, one.end_at, one.is_emergency) == (NOW, NOW + timedelta(minutes=1), True)
    assert journal.sounded(NOW + timedelta(seconds=1), NOW) == ()


def test_what_was_interrupted_counts_with_all_of_its_time_that_has_passed(journal: Journal) -> None:
    span = (NOW, NOW + timedelta(minutes=10))
    journal.mark_begun(an_entry(1), span=span)
    since = NOW - timedelta(days=1)
    (one,) = journal.sounded(since, NOW + timedelta(minutes=4))
    assert one.end_at - one.start_at == timedelta(minutes=4)
    (entry,) = journal.interrupted()
    journal.note(entry)
    (one,) = journal.sounded(since, NOW + timedelta(days=1))
    assert one.end_at - one.start_at == timedelta(minutes=10)


def test_what_was_taken_back_before_it_was_heard_was_never_begun(journal: Journal) -> None:
    journal.mark_begun(an_entry(1))
    journal.unmark("occ-1")
    assert not journal.settled()
    assert not journal.interrupted()
    journal.note(a_cut(2))
    journal.mark_begun(a_cut(2, offset_ms=5_000))
    journal.unmark("occ-2")
    assert journal.played() == {"occ-2": timedelta(seconds=5)}


def test_what_counts_for_the_guard_rails_is_kept_though_it_is_acknowledged(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "ACKED_ENTRIES_KEPT", 1)
    for number in range(1, 9):
        journal.note(an_entry(number))
    journal.acknowledge(journal.name, 8)
    journal.note(an_entry(9))
    assert len(journal.sounded(NOW - timedelta(days=1), NOW)) == 9


def test_a_file_of_an_earlier_version_is_read_on(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with sqlite3.connect(path) as old:
        old.executescript(
            """
            CREATE TABLE marks (
                position INTEGER PRIMARY KEY AUTOINCREMENT, occurrence TEXT NOT NULL UNIQUE,
                is_noted INTEGER NOT NULL, planned_at TEXT NOT NULL, volume INTEGER, content TEXT,
                revision INTEGER NOT NULL);
            CREATE TABLE entries (
                seq INTEGER PRIMARY KEY AUTOINCREMENT, occurrence TEXT NOT NULL, result TEXT NOT NULL,
                planned_at TEXT NOT NULL, noted_at TEXT NOT NULL, started_at TEXT, ended_at TEXT,
                length_ms INTEGER NOT NULL, deviation_us INTEGER, volume INTEGER, content TEXT,
                revision INTEGER NOT NULL, reason TEXT NOT NULL);
            INSERT INTO marks VALUES (1, 'occ-1', 0, '2026-03-02T22:30:00+00:00', 80, NULL, 7);
            INSERT INTO entries VALUES (1, 'occ-2', 'done', '2026-03-02T22:30:00+00:00',
                '2026-03-02T22:31:00+00:00', NULL, NULL, 0, NULL, 80, NULL, 7, '');
            """
        )
    old.close()
    journal = Journal(path)
    journal.start()
    assert [entry.occurrence for entry in journal.interrupted()] == ["occ-1"]
    (entry,) = journal.unsent(9)
    assert (entry.occurrence, entry.offset_ms, entry.detail) == ("occ-2", 0, "")
    assert (entry.boot, entry.up_ms, entry.dated_by) == (None, None, "clock")
    journal.note(a_cut(3))
    assert journal.played() == {"occ-3": timedelta(seconds=5)}
    journal.stop()


# --- dates ------------------------------------------------------------------------------------------------


def an_undated(seq: int, *, up_ms: int) -> JournalEntry:
    return replace(an_entry(seq), noted_at=EPOCH, dated_by="nothing", up_ms=up_ms)


def test_what_awaits_its_date_keeps_its_place_and_is_dated_by_the_time_that_passed(journal: Journal) -> None:
    journal.note(an_entry(1))
    journal.note(an_undated(2, up_ms=1_000))
    journal.note(an_undated(3, up_ms=2_500))
    journal.note(an_entry(4))
    assert [entry.seq for entry in journal.unsent(9)] == [1]
    assert journal.unsent_count() == 4

    journal.date(NOW, 61_000)

    entries = journal.unsent(9)
    assert [entry.seq for entry in entries] == [1, 2, 3, 4]
    assert [entry.dated_by for entry in entries] == ["clock", "uptime", "uptime", "clock"]
    assert entries[1] == replace(
        an_undated(2, up_ms=1_000), noted_at=NOW - timedelta(seconds=60), dated_by="uptime"
    )
    assert entries[2].noted_at == NOW - timedelta(seconds=58.5)
    journal.date(NOW + timedelta(days=1), 86_461_000)
    assert journal.unsent(9) == entries, "a date is given once"


def test_what_awaits_its_date_when_the_run_ends_never_gets_one(journal: Journal, path: Path) -> None:
    journal.note(an_undated(1, up_ms=1_000))
    again = reopened(journal, path)
    again.date(NOW, 500)
    assert again.unsent(9) == (an_undated(1, up_ms=1_000),)
    again.stop()
