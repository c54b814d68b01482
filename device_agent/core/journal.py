"""The device's durable memory: held timetable, begun marks, journal. The only file that imports sqlite3.

Every write is committed with synchronous=FULL before the call returns. One thread at a time.
"""

import logging
import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from device_agent.core.errors import DeviceError
from device_agent.core.events import Sounded
from device_agent.core.state import COUNTED_FOR, EPOCH
from protocol import JournalEntry

MAX_ENTRIES_KEPT = 20_000
ACKED_ENTRIES_KEPT = 500
MAX_MARKS_KEPT = 20_000

_log = logging.getLogger(__name__)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS held (
    only INTEGER PRIMARY KEY CHECK (only = 1), revision INTEGER NOT NULL, issued_at TEXT NOT NULL,
    sealed BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS marks (
    position INTEGER PRIMARY KEY AUTOINCREMENT, occurrence TEXT NOT NULL UNIQUE, is_noted INTEGER NOT NULL,
    planned_at TEXT NOT NULL, volume INTEGER, content TEXT, revision INTEGER NOT NULL,
    is_emergency INTEGER NOT NULL DEFAULT 0, begins_at TEXT, ends_at TEXT, offset_ms INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, occurrence TEXT NOT NULL, result TEXT NOT NULL,
    planned_at TEXT NOT NULL, noted_at TEXT NOT NULL, started_at TEXT, ended_at TEXT,
    length_ms INTEGER NOT NULL, deviation_us INTEGER, volume INTEGER, content TEXT,
    revision INTEGER NOT NULL, reason TEXT NOT NULL, offset_ms INTEGER NOT NULL DEFAULT 0,
    detail TEXT NOT NULL DEFAULT '', boot TEXT, up_ms INTEGER, dated_by TEXT NOT NULL DEFAULT 'clock',
    is_awaiting INTEGER NOT NULL DEFAULT 0);
"""
_ADDED = (
    ("marks", "is_emergency", "INTEGER NOT NULL DEFAULT 0"),
    ("marks", "begins_at", "TEXT"),
    ("marks", "ends_at", "TEXT"),
    ("marks", "offset_ms", "INTEGER NOT NULL DEFAULT 0"),
    ("entries", "offset_ms", "INTEGER NOT NULL DEFAULT 0"),
    ("entries", "detail", "TEXT NOT NULL DEFAULT ''"),
    ("entries", "boot", "TEXT"),
    ("entries", "up_ms", "INTEGER"),
    ("entries", "dated_by", "TEXT NOT NULL DEFAULT 'clock'"),
    ("entries", "is_awaiting", "INTEGER NOT NULL DEFAULT 0"),
)
"""Columns that a file of an earlier version lacks."""
_ENTRY_COLUMNS = (
    "seq, occurrence, result, planned_at, noted_at, started_at, ended_at, length_ms, deviation_us, volume, "
    "content, revision, reason, offset_ms, detail, boot, up_ms, dated_by"
)
# The latest entry of an occurrence tells whether its rest may still be on air: a cut one, or a text that stopped.
_OPEN = """
    SELECT occurrence, offset_ms + length_ms FROM entries
    WHERE seq IN (SELECT max(seq) FROM entries GROUP BY occurrence)
    AND ((result = 'preempted' AND reason = 'outranked')
         OR (content IS NULL AND reason IN ('agent_stopped', 'interrupted')
             AND (SELECT count(*) FROM entries other WHERE other.occurrence = entries.occurrence) < 100))
    AND occurrence NOT IN (SELECT occurrence FROM marks WHERE is_noted = 0)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The timetable as it was received, signature and all."""

    sealed: bytes
    revision: int
    issued_at: datetime


class Journal:
    """One SQLite file. `name` is made with the file; `is_rebuilt` tells that a damaged one was set aside."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db: sqlite3.Connection | None = None
        self.name = ""
        self.is_rebuilt = False

    def start(self) -> None:
        """Open the file, or make it. A damaged one is set aside and a new one is begun."""
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise _storage_failed(error) from error
            _log.error("journal %s is damaged (%s): set aside, a new one is begun", self._path, error)
            self._set_aside()
            self.is_rebuilt = True
            self._open()

    def stop(self) -> None:
        """Close the file; safe after a failed start."""
        if self._db is not None:
            self._db.close()
            self._db = None

    def hold(self, held: Held) -> None:
        """Keep this timetable in place of the one before."""
        row = (held.revision, _text_of(held.issued_at), held.sealed)
        self._write("INSERT OR REPLACE INTO held VALUES (1, ?, ?, ?)", row)

    def held(self) -> Held | None:
        """Return the kept timetable, if any."""
        row = self._read("SELECT revision, issued_at, sealed FROM held").fetchone()
        return None if row is None else Held(revision=row[0], issued_at=_instant(row[1]), sealed=row[2])

    def mark_begun(
        self,
        entry: JournalEntry,
        *,
        span: tuple[datetime, datetime] | None = None,
        is_emergency: bool = False,
    ) -> None:
        """Remember durably that a segment is about to be performed in `span`; `entry` is what is known of it."""
        begins_at, ends_at = span or (entry.planned_at, entry.planned_at)
        row = (*_mark_of(entry, is_noted=0), is_emergency, _text_of(begins_at), _text_of(ends_at))
        self._write(_MARK, (*row, entry.offset_ms))

    def unmark(self, occurrence: str) -> None:
        """Forget that a segment was to begin: it was taken back before any of it was heard."""
        self._write(_UNMARK, (occurrence,))
        self._write("UPDATE marks SET is_noted = 1 WHERE occurrence = ?", (occurrence,))

    def note(self, entry: JournalEntry) -> JournalEntry:
        """Append an entry and settle its occurrence, in one commit; return the entry with its `seq`.

        One that is dated by nothing awaits its date until `date` or the end of this run.
        """
        database = self._open_db()
        try:
            with database:
                cursor = database.execute(_INSERT_ENTRY, _row_of(entry)[1:])
                database.execute(_SETTLE, _mark_of(entry, is_noted=1))
                self._prune(database, entry.noted_at)
        except sqlite3.Error as error:
            raise _storage_failed(error) from error
        return replace(entry, seq=cursor.lastrowid or 0)

    def date(self, now: datetime, up_ms: int) -> None:
        """Date what awaits it: `now` is the true time, `up_ms` after the start of this run."""
        database = self._open_db()
        try:
            with database:
                awaiting = database.execute("SELECT seq, up_ms FROM entries WHERE is_awaiting").fetchall()
                for seq, noted_ms in awaiting:
                    noted_at = now - timedelta(milliseconds=up_ms - noted_ms)
                    database.execute(_DATE, (_text_of(noted_at), seq))
        except sqlite3.Error as error:
            raise _storage_failed(error) from error

    def settled(self) -> frozenset[str]:
        """Return every occurrence that was begun or noted, and of which nothing is left that may go on."""
        begun = frozenset(row[0] for row in self._read("SELECT occurrence FROM marks"))
        return begun - set(self.played())

    def played(self) -> dict[str, timedelta]:
        """Return how far into its sound each occurrence came that was cut and may go on."""
        return {row[0]: timedelta(milliseconds=max(0, row[1])) for row in self._read(_OPEN)}

    def sounded(self, since: datetime, now: datetime) -> tuple[Sounded, ...]:
        """Return what sounded since then; what was interrupted counts with all of its time that has passed."""
        rows = self._read(
            "SELECT e.started_at, e.length_ms, coalesce(m.is_emergency, 0) FROM entries e"
            " LEFT JOIN marks m ON m.occurrence = e.occurrence"
            " WHERE e.started_at >= ? AND e.content IS NOT NULL AND e.length_ms > 0",
            (_text_of(since),),
        )
        whole = [(_instant(row[0]), timedelta(milliseconds=row[1]), bool(row[2])) for row in rows]
        rows = self._read(
            "SELECT m.begins_at, m.ends_at, m.is_emergency FROM marks m WHERE m.begins_at >= ?"
            " AND m.content IS NOT NULL AND (m.is_noted = 0 OR EXISTS (SELECT 1 FROM entries e"
            " WHERE e.occurrence = m.occurrence AND e.reason = 'interrupted'))",
            (_text_of(since),),
        )
        for row in rows:
            begins_at, ends_at = _instant(row[0]), _instant(row[1])
            # A clock that shows less than the start is wrong: then all of it counts.
            over_at = min(ends_at, now) if now > begins_at else ends_at
            whole.append((begins_at, over_at - begins_at, bool(row[2])))
        return tuple(
            Sounded(start_at=at, end_at=at + length, is_emergency=is_emergency)
            for at, length, is_emergency in sorted(whole)
            if length > timedelta(0)
        )

    def interrupted(self) -> tuple[JournalEntry, ...]:
        """Return an entry for each occurrence that was begun and never noted, dated at its planned start."""
        rows = self._read(
            "SELECT occurrence, planned_at, volume, content, revision, offset_ms FROM marks"
            " WHERE is_noted = 0 ORDER BY position"
        )
        return tuple(
            JournalEntry(
                seq=0,
                occurrence=row[0],
                result="failed",
                planned_at=_instant(row[1]),
                noted_at=_instant(row[1]),
                volume=row[2],
                content=row[3],
                revision=row[4],
                reason="interrupted",
                offset_ms=row[5],
            )
            for row in rows
        )

    def unsent(self, limit: int) -> tuple[JournalEntry, ...]:
        """Return the oldest entries that are not acknowledged; what awaits its date, and what follows it, stays."""
        query = (
            f"SELECT {_ENTRY_COLUMNS} FROM entries WHERE seq > ? AND seq <"  # noqa: S608
            " (SELECT coalesce(min(seq), 9e18) FROM entries WHERE is_awaiting) ORDER BY seq LIMIT ?"
        )
        return tuple(_entry_of(row) for row in self._read(query, (self._acked(), limit)))

    def unsent_count(self) -> int:
        """Return how many entries are not acknowledged."""
        row = self._read("SELECT count(*) FROM entries WHERE seq > ?", (self._acked(),)).fetchone()
        return int(row[0])

    def acknowledge(self, journal: str, upto: int) -> bool:
        """Take in that the controller has everything up to `upto`; False when that tells nothing new."""
        last = self._read("SELECT max(seq) FROM entries").fetchone()[0] or 0
        upto = min(upto, last)
        if journal != self.name or upto <= self._acked():
            return False
        self._write("INSERT OR REPLACE INTO facts VALUES ('acked', ?)", (str(upto),))
        return True

    def _acked(self) -> int:
        row = self._read("SELECT value FROM facts WHERE name = 'acked'").fetchone()
        return int(row[0]) if row else 0

    def _prune(self, database: sqlite3.Connection, now: datetime) -> None:
        """Bound the file: old acknowledged entries go first, then the oldest of all."""
        before = max(now, EPOCH + COUNTED_FOR) - COUNTED_FOR
        database.execute(
            "DELETE FROM entries WHERE seq <= ? AND noted_at < ?",
            (self._acked() - ACKED_ENTRIES_KEPT, _text_of(before)),
        )
        database.execute(
            "DELETE FROM entries WHERE seq <= (SELECT max(seq) FROM entries) - ?", (MAX_ENTRIES_KEPT,)
        )
        database.execute(
            "DELETE FROM marks WHERE position <= (SELECT max(position) FROM marks) - ? AND is_noted = 1",
            (MAX_MARKS_KEPT,),
        )

    def _open(self) -> None:
        self._db = sqlite3.connect(self._path, timeout=5.0, check_same_thread=False)
        self._path.chmod(0o600)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA wal_autocheckpoint=100")
        if self._db.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("quick_check found damage")
        self._db.executescript(_SCHEMA)
        for table, column, kind in _ADDED:
            if column not in {row[1] for row in self._db.execute(f"PRAGMA table_info({table})")}:
                self._db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
        with self._db:
            self._db.execute("INSERT OR IGNORE INTO facts VALUES ('name', ?)", (uuid4().hex,))
            # The clock that never steps began anew: what the last run could not date will never be dated.
            self._db.execute("UPDATE entries SET is_awaiting = 0 WHERE is_awaiting")
        self.name = self._db.execute("SELECT value FROM facts WHERE name = 'name'").fetchone()[0]

    def _set_aside(self) -> None:
        self.stop()
        self._path.replace(self._path.with_name(self._path.name + ".damaged"))
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _open_db(self) -> sqlite3.Connection:
        if self._db is None:
            raise DeviceError("journal_closed", "the journal is not open")
        return self._db

    def _read(self, query: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        try:
            return self._open_db().execute(query, values)
        except sqlite3.Error as error:
            raise _storage_failed(error) from error

    def _write(self, query: str, values: tuple[object, ...]) -> None:
        database = self._open_db()
        try:
            with database:
                database.execute(query, values)
        except sqlite3.Error as error:
            raise _storage_failed(error) from error


_MARK = (
    "INSERT OR REPLACE INTO marks (occurrence, is_noted, planned_at, volume, content, revision, is_emergency,"
    " begins_at, ends_at, offset_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_SETTLE = (
    "INSERT INTO marks (occurrence, is_noted, planned_at, volume, content, revision) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (occurrence) DO UPDATE SET is_noted = 1"
)
_UNMARK = (
    "DELETE FROM marks WHERE occurrence = ? AND is_noted = 0"
    " AND NOT EXISTS (SELECT 1 FROM entries WHERE entries.occurrence = marks.occurrence)"
)
_INSERT_ENTRY = (
    "INSERT INTO entries (occurrence, result, planned_at, noted_at, started_at, ended_at, length_ms,"
    " deviation_us, volume, content, revision, reason, offset_ms, detail, boot, up_ms, dated_by, is_awaiting)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_DATE = "UPDATE entries SET noted_at = ?, dated_by = 'uptime', is_awaiting = 0 WHERE seq = ?"


def _storage_failed(error: sqlite3.Error) -> DeviceError:
    is_full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return DeviceError(
        "disk_full" if is_full else "storage_failed",
        f"the journal cannot be used: {error}",
        hint="check the state folder's disk: free space, file permissions, health of the SD card",
    )


def _row_of(entry: JournalEntry) -> tuple[object, ...]:
    return (
        entry.seq,
        entry.occurrence,
        entry.result,
        _text_of(entry.planned_at),
        _text_of(entry.noted_at),
        None if entry.started_at is None else _text_of(entry.started_at),
        None if entry.ended_at is None else _text_of(entry.ended_at),
        entry.length_ms,
        entry.deviation_us,
        entry.volume,
        entry.content,
        entry.revision,
        entry.reason,
        entry.offset_ms,
        entry.detail,
        entry.boot,
        entry.up_ms,
        entry.dated_by,
        entry.dated_by == "nothing" and entry.up_ms is not None,
    )


def _mark_of(entry: JournalEntry, *, is_noted: int) -> tuple[object, ...]:
    return (
        entry.occurrence,
        is_noted,
        _text_of(entry.planned_at),
        entry.volume,
        entry.content,
        entry.revision,
    )


def _entry_of(row: tuple[object, ...]) -> JournalEntry:
    names = [name.strip() for name in _ENTRY_COLUMNS.split(",")]
    values = dict(zip(names, row, strict=True))
    for name in ("planned_at", "noted_at", "started_at", "ended_at"):
        values[name] = None if values[name] is None else _instant(str(values[name]))
    return JournalEntry(**values)  # type: ignore[arg-type]  # columns of our own schema, written by _row_of


def _text_of(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
