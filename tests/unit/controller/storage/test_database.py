import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import IntegrityError, StatementError

from controller.domain.airings import AuditEntry
from controller.domain.errors import Code, UnavailableError
from controller.domain.people import Grant, Role, User
from controller.storage import tables
from controller.storage.database import Database
from tests.factories.controller import fresh_database

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the place of the database file."""
    return tmp_path / "loa.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    """Give an empty database that waits a tenth of a second for its turn."""
    database = fresh_database(path, busy_timeout_s=0.1)
    yield database
    database.close()


def a_user(number: int = 1, created_at: datetime = NOW) -> User:
    return User(
        id=f"u{number}", username=f"u{number}", display_name="U", password_hash="", created_at=created_at
    )


def users(database: Database) -> list[str]:
    with database.unit() as work:
        return [user.id for user in work.people.all()]


# --- migrations ----------------------------------------------------------------------------------------


def test_the_migrations_make_exactly_the_tables_that_the_code_knows(path: Path) -> None:
    database = Database(f"sqlite:///{path}")
    assert database.migrate() == ("", "0002")
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
        indices = {
            index["name"]
            for table in tables.metadata.tables
            for index in inspect(connection).get_indexes(table)
        }
    assert indices == {index.name for table in tables.metadata.tables.values() for index in table.indexes}
    engine.dispose()
    database.close()


def test_migrating_again_changes_nothing(database: Database) -> None:
    with database.unit() as work:
        work.people.add(a_user())
    assert database.migrate() == ("0002", "0002")
    assert users(database) == ["u1"]


def test_migrating_waits_its_turn_and_says_when_it_does_not_come(path: Path, database: Database) -> None:
    with locked(path), pytest.raises(UnavailableError) as refused:
        database.migrate()
    assert refused.value.code is Code.STORAGE_BUSY


# --- how SQLite is set up --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 2)]
)
def test_every_connection_is_set_up_for_safety(database: Database, pragma: str, value: object) -> None:
    with database.unit() as work:
        connection = work.areas._session.connection()
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value


def test_what_points_to_nothing_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.unit() as work:
        work.people.add(Grant(id="g", user_id="nobody", area_id="nowhere", role=Role.EDITOR))
    assert users(database) == []


# --- instants ------------------------------------------------------------------------------------------


def test_an_instant_comes_back_as_the_same_instant_in_utc(path: Path, database: Database) -> None:
    vietnam = NOW.astimezone(timezone(timedelta(hours=7))) + timedelta(microseconds=123_456)
    with database.unit() as work:
        work.people.add(a_user(created_at=vietnam))
    with database.unit() as work:
        user = work.people.get("u1")
        assert user is not None
        assert user.created_at == vietnam
        assert user.created_at.tzinfo is UTC
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT created_at FROM users").fetchone() == ("2026-11-21 09:30:00.123456",)
    raw.close()


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive"), database.unit() as work:
        work.people.add(a_user(created_at=NOW.replace(tzinfo=None)))
    assert users(database) == []


# --- units of work ---------------------------------------------------------------------------------------


def test_what_was_done_in_a_unit_that_failed_was_never_done(database: Database) -> None:
    def fail() -> None:
        with database.unit() as work:
            work.people.add(a_user())
            work.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert users(database) == []


def test_what_was_done_in_a_unit_that_ended_well_outlives_the_process(path: Path, database: Database) -> None:
    with database.unit() as work:
        work.people.add(a_user())
    second = Database(f"sqlite:///{path}")
    assert users(second) == ["u1"]
    second.close()


class locked:  # noqa: N801 - reads as a sentence
    """Another program holds the write lock."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    def __enter__(self) -> "locked":
        self._connection.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def test_a_database_that_another_program_holds_is_busy_and_nothing_is_half_saved(
    path: Path, database: Database
) -> None:
    with locked(path), pytest.raises(UnavailableError) as refused, database.unit() as work:
        work.people.add(a_user())
    assert refused.value.code is Code.STORAGE_BUSY
    assert users(database) == []
    with database.unit() as work:
        work.people.add(a_user())
    assert users(database) == ["u1"]


def test_a_writer_waits_for_another_one_that_is_soon_done(path: Path) -> None:
    database = fresh_database(path, busy_timeout_s=10)
    lock = locked(path)
    lock.__enter__()
    begun = threading.Event()

    def write() -> None:
        begun.set()
        with database.unit() as work:
            work.people.add(a_user())

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait()
    lock.__exit__()
    writer.join(10)
    assert users(database) == ["u1"]
    database.close()


def test_two_units_that_read_and_then_write_take_turns(path: Path) -> None:
    database = fresh_database(path, busy_timeout_s=10)

    def count_up() -> None:
        for _ in range(10):
            with database.unit() as work:
                number = len(work.people.all()) + 1
                time.sleep(0)
                work.people.add(a_user(number))

    writers = [threading.Thread(target=count_up) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(users(database)) == 20
    database.close()


def test_a_full_disk_is_said_to_be_full(path: Path) -> None:
    database = fresh_database(path, busy_timeout_s=0.1)
    entry = AuditEntry(id="a", at=NOW, actor="x", action="x", subject="x", address="", detail="x" * 1_000_000)
    with database.unit() as work:
        connection = work.areas._session.connection()
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(
            f"PRAGMA max_page_count = {pages}"
        )  # of this connection, which the pool keeps
    with pytest.raises(UnavailableError) as refused, database.unit() as work:
        work.audit.add(entry)
    assert refused.value.code is Code.DISK_FULL
    database.close()
