"""A database that the first release made goes on airing under the second."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, create_engine

from controller.domain.airings import Airing, AiringState
from controller.domain.orders import is_returned
from controller.storage import database as storage
from controller.storage.database import Database
from controller.usecases.planning import plan_devices, renew_broadcast

NOW = datetime(2028, 2, 27, 9, tzinfo=UTC)
START = datetime(2028, 2, 29, 9, tzinfo=UTC)
BEGUN = NOW - timedelta(hours=1)
BROUGHT_BACK = NOW - timedelta(minutes=20)


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[Database]:
    """A database of the first release, with a broadcast of two days from now, brought to the newest tables."""
    url = f"sqlite:///{tmp_path / 'loa.db'}"
    _fill_the_first_tables(url)
    database = Database(url)
    database.migrate()
    yield database
    database.close()


def test_a_device_that_is_planned_anew_does_not_air_an_old_order_twice(migrated: Database) -> None:
    with migrated.unit() as work:
        plan_devices(work, work.devices.many(["loa", "bang"]), NOW)
    assert _planned(migrated, "loa") == [START]
    assert _planned(migrated, "bang") == [BROUGHT_BACK, START]


def test_an_old_order_is_renewed_in_place(migrated: Database) -> None:
    with migrated.unit() as work:
        broadcast = work.airings.broadcast("o")
        assert broadcast is not None
        broadcast.volume = 60
        renew_broadcast(work, broadcast, NOW)
    with migrated.unit() as work:
        airing = work.airings.get("a-loa")
    assert airing is not None
    assert (airing.state, airing.volume) == (AiringState.PLANNED, 60)


def test_what_came_back_on_a_board_is_known_as_the_rest_of_its_bulletin(migrated: Database) -> None:
    with migrated.unit() as work:
        keys = [one.key for one in _airings(work.airings.listed(["bang"], limit=9))]
    assert [is_returned(key) for key in keys] == [False, True, False]


def _planned(database: Database, device_id: str) -> list[datetime]:
    with database.unit() as work:
        found = _airings(work.airings.listed([device_id], limit=9))
    return [one.planned_at for one in found if one.state is AiringState.PLANNED]


def _airings(found: Sequence[Airing]) -> list[Airing]:
    return sorted(found, key=lambda one: one.planned_at)


def _fill_the_first_tables(url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(storage._MIGRATIONS))
    engine, known = create_engine(url), MetaData()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        known.reflect(connection)
        at = {"created_at": NOW.replace(tzinfo=None)}
        rows: list[tuple[str, dict[str, object]]] = [
            ("users", {"id": "u", "username": "u", "display_name": "U", "password_hash": "", **at}),
            ("areas", {"id": "r", "path": "r/", "kind": "commune", "name": "A", "zone": "UTC", **at}),
            ("contents", {"id": "c", "size": 1, "media_type": "audio/ogg", "duration_ms": 3_000, **at}),
            ("notices", {"id": "n", "area_id": "r", "author_id": "u", **_NOTICE, **at}),
            (
                "renderings",
                {"id": "s", "notice_id": "n", "version": 1, "content_id": "c", **_RENDERING, **at},
            ),
            ("broadcasts", {"id": "o", **_BROADCAST, **at}),
            ("devices", {"id": "loa", "kind": "speaker", "name": "Loa", "area_id": "r", **_DEVICE, **at}),
            ("devices", {"id": "bang", "kind": "board", "name": "Bảng", "area_id": "r", **_DEVICE, **at}),
            ("airings", {"id": "a-loa", "device_id": "loa", "content_id": "c", **_airing(START)}),
            ("airings", {"id": "a-bang", **_ON_THE_BOARD, **_airing(START)}),
            ("broadcasts", {**_BROADCAST, "id": "b", "start_at": BEGUN.replace(tzinfo=None), **at}),
            (
                "airings",
                {**_airing(BEGUN), "id": "b-1", "broadcast_id": "b", "state": "failed", **_ON_THE_BOARD},
            ),
            ("airings", {**_airing(BROUGHT_BACK), "id": "b-2", "broadcast_id": "b", **_ON_THE_BOARD}),
        ]
        for table, row in rows:
            connection.execute(known.tables[table].insert(), row)
    engine.dispose()


_NOTICE = {
    "title": "Tin",
    "text": "Lời",
    "state": "approved",
    "version": 1,
    "updated_at": NOW.replace(tzinfo=None),
    "decided_by": "u",
    "reason": "",
}
_RENDERING = {
    "state": "ready",
    "due_at": NOW.replace(tzinfo=None),
    "attempts": 1,
    "upload_path": "",
    "duration_ms": 3_000,
    "engine": "",
    "fell_back": "",
    "error_code": "",
}
_BROADCAST = {
    "notice_id": "n",
    "area_id": "r",
    "created_by": "u",
    "notice_version": 1,
    "content_id": "c",
    "start_at": START.replace(tzinfo=None),
    "stop_reason": "",
}
_ON_THE_BOARD = {"device_id": "bang", "text": "Lời"}
_DEVICE = {
    "public_key": "key",
    "presence": "unknown",
    "boot": "",
    "state_seq": 0,
    "agent_version": "1",
    "missing_contents": 0,
    "unsent_entries": 0,
    "faults": "",
    "desired_revision": 1,
    "desired_digest": "",
    "reported_revision": 1,
    "push_attempts": 0,
}


def _airing(planned_at: datetime) -> dict[str, object]:
    return {
        "broadcast_id": "o",
        "notice_id": "n",
        "title": "Tin",
        "planned_at": planned_at.replace(tzinfo=None),
        "ends_at": planned_at.replace(tzinfo=None) + timedelta(minutes=30),
        "state": "planned",
        "priority": 50,
        "volume": 100,
        "length_ms": 0,
        "reason": "",
    }
