"""The database: engine, migrations, and units of work."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import sessionmaker

from controller.domain.errors import Code, UnavailableError
from controller.storage.mapping import map_domain
from controller.storage.repositories import SqlWork
from controller.usecases.calendars import Calendars
from controller.usecases.planning_ports import NoCalendar

_log = logging.getLogger(__name__)
_MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """One database. `unit()` opens a unit of work; every write goes through one."""

    def __init__(self, url: str, *, busy_timeout_s: float = 5.0, calendars: Calendars | None = None) -> None:
        """`busy_timeout_s` is how long a SQLite writer waits for another one before STORAGE_BUSY.

        `calendars` is handed to every unit of work; left out, nothing is known of holidays and lunar days.
        """
        map_domain()
        self._url = url
        self._engine = _engine(url, busy_timeout_s)
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)
        self._calendars = calendars or NoCalendar()

    def migrate(self) -> tuple[str, str]:
        """Bring the tables to the newest revision; return the revisions before and after ("" for none).

        Raises UnavailableError STORAGE_BUSY or DISK_FULL.
        """
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with _translated(), self._engine.begin() as connection:
            before = MigrationContext.configure(connection).get_current_revision() or ""
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        after = ScriptDirectory.from_config(config).get_current_head() or ""
        if before != after:
            _log.info("database migrated from %s to %s", before or "nothing", after)
        return before, after

    @contextmanager
    def unit(self) -> Iterator[SqlWork]:
        """Open a unit of work: commit at the end, roll back on an exception. Raises UnavailableError STORAGE_BUSY."""
        with _translated(), self._sessions() as session, session.begin():
            yield SqlWork(session, self._calendars)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig)
        if "locked" in reason or "busy" in reason:
            raise UnavailableError(Code.STORAGE_BUSY) from error
        if "disk is full" in reason:
            raise UnavailableError(Code.DISK_FULL) from error
        raise


def _engine(url: str, busy_timeout_s: float) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": busy_timeout_s})

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        # We begin transactions ourselves: the driver's own habit starts them too late for a read-then-write.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # A unit that reads first and writes later would otherwise fail with "locked" when another wrote between.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
