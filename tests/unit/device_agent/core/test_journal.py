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
