"""Airings in bulk, the orders to plan, the inboxes: what planning asks of the database."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Select,
    String,
    exists,
    func,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session as SqlSession

from controller.domain.airings import (
    OPEN_STATES,
    Airing,
    AiringState,
    Broadcast,
    BroadcastState,
    InboxItem,
    InboxState,
)
from controller.storage import tables
from controller.usecases.planning_ports import Planned, Row, Target

_BATCH = 500
_UNBEGUN = (AiringState.HELD, AiringState.PLANNED, AiringState.PUSHED)
_KEPT_FROM_DEVICES = (AiringState.HELD, AiringState.WITHDRAWN)


def batches(things: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield the same in parts: a statement takes only so many parameters."""
    left = iter(things)
    while part := list(islice(left, _BATCH)):
        yield part


def _insert(session: SqlSession, table: Any) -> Any:
    """Return an INSERT of the database at hand that leaves alone what is there already."""
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return make(table).on_conflict_do_nothing()


class SqlAiringPlan:
    """`usecases.planning_ports.AiringPlan`."""

    def __init__(self, session: SqlSession) -> None:
        self._session = session

    def targets(self, path: str) -> Sequence[Target]:
        devices, areas = tables.devices.c, tables.areas.c
        statement = (
            select(devices.id, devices.kind, devices.area_id, devices.name, devices.neighbour)
            .join(tables.areas, areas.id == devices.area_id)
            .where(areas.path.startswith(path, autoescape=True), devices.revoked_at.is_(None))
            .order_by(devices.id)
        )
        return [Target(*row) for row in self._session.execute(statement)]

    def add(self, rows: Sequence[Row]) -> None:
        if rows:
            self._session.execute(_insert(self._session, tables.airings), [dict(row) for row in rows])

    def change(self, rows: Sequence[Row]) -> None:
        columns = tables.airings.c
        # The airings of one occurrence are alike on all devices: a few statements do for ten thousand of them.
        alike: dict[tuple[tuple[str, object], ...], list[object]] = {}
        for row in rows:
            values = tuple((name, value) for name, value in row.items() if name != "id")
            alike.setdefault(values, []).append(row["id"])
        for values, ids in alike.items():
            for part in batches(ids):
                self._session.connection().execute(
                    update(tables.airings)
                    .where(columns.id.in_(part), columns.state.in_(_UNBEGUN))
                    .values(dict(values))
                )
        self._read_anew()

    def of(self, broadcast_id: str, device_ids: Sequence[str] | None = None) -> Sequence[Planned]:
        columns = tables.airings.c
        statement = _planned().where(columns.broadcast_id == broadcast_id)
        if device_ids is None:
            return self._rows(statement)
        parts = batches(device_ids)
        return [one for part in parts for one in self._rows(statement.where(columns.device_id.in_(part)))]

    def reaches(self, broadcast_id: str, at: datetime) -> bool:
        columns = tables.airings.c
        statement = select(columns.id).where(
            columns.broadcast_id == broadcast_id, columns.planned_at >= at, columns.state.in_(_UNBEGUN)
        )
        return self._session.execute(statement.limit(1)).first() is not None

    def counts(self, broadcast_id: str) -> Mapping[AiringState, int]:
        columns = tables.airings.c
        statement = select(columns.state, func.count()).where(columns.broadcast_id == broadcast_id)
        return {row[0]: row[1] for row in self._session.execute(statement.group_by(columns.state))}

    def open_of(self, broadcast_id: str) -> Sequence[Planned]:
        columns = tables.airings.c
        is_open = columns.state.in_((*OPEN_STATES, AiringState.HELD))
        return self._rows(_planned().where(columns.broadcast_id == broadcast_id, is_open))

    def ahead(self, device_ids: Sequence[str], now: datetime) -> Sequence[tuple[str, Planned]]:
        columns = tables.airings.c
        found: list[tuple[str, Planned]] = []
        for part in batches(device_ids):
            statement = _planned(columns.broadcast_id).where(
                columns.device_id.in_(part), columns.planned_at > now, columns.state.in_(_UNBEGUN)
            )
            found += [(row[0], Planned(*row[1:])) for row in self._session.execute(statement)]
        return found

    def marks(
        self, device_ids: Sequence[str], *, ending_after: datetime, until: datetime
    ) -> Iterator[tuple[str, tuple[str, str, AiringState]]]:
        columns = tables.airings.c
        statement = select(columns.device_id, columns.broadcast_id, columns.key, columns.state).where(
            *_was_or_will_be(ending_after, until)
        )
        ordered = statement.order_by(columns.device_id, columns.planned_at, columns.broadcast_id, columns.key)
        for part in batches(device_ids):
            for row in self._session.execute(ordered.where(columns.device_id.in_(part))):
                yield row[0], (row[1], row[2], row[3])

    def airings(self, device_id: str, *, ending_after: datetime, until: datetime) -> Sequence[Airing]:
        columns = tables.airings.c
        statement = select(Airing).where(
            columns.device_id == device_id, *_was_or_will_be(ending_after, until)
        )
        return self._session.scalars(statement.order_by(columns.planned_at, columns.id)).all()

    def call_off(self, ids: Sequence[str], *, reason: str) -> None:
        columns = tables.airings.c
        for part in batches(ids):
            self._session.connection().execute(
                update(tables.airings)
                .where(columns.id.in_(part), columns.state.in_(_UNBEGUN))
                .values(state=AiringState.WITHDRAWN, reason=reason)
            )
        self._read_anew()

    def call_off_all(self, broadcast_id: str, *, reason: str = "") -> Sequence[str]:
        columns = tables.airings.c
        ours = columns.broadcast_id == broadcast_id
        self._session.connection().execute(
            update(tables.airings)
            .where(ours, columns.state.in_(_UNBEGUN))
            .values(state=AiringState.WITHDRAWN, reason=reason)
        )
        self._read_anew()
        return self._session.scalars(select(columns.device_id).where(ours).distinct()).all()

    def lapse_held(self, now: datetime, *, reason: str) -> int:
        columns = tables.airings.c
        is_over = func.coalesce(columns.latest_at, columns.ends_at) <= now
        lapsed = self._session.connection().execute(
            update(tables.airings)
            .where(columns.state == AiringState.HELD, is_over)
            .values(state=AiringState.MISSED, reason=reason)
        )
        self._read_anew()
        return lapsed.rowcount

    def rows_to_send(
        self, device_ids: Sequence[str], *, ending_after: datetime, until: datetime
    ) -> Iterator[tuple[str, tuple[object, ...]]]:
        columns = tables.airings.c
        statement = (
            select(columns.device_id, *_TOLD)
            .where(*to_be_sent(ending_after, until))
            .order_by(columns.device_id, columns.planned_at, columns.id)
        )
        for part in batches(device_ids):
            for row in self._session.execute(statement.where(columns.device_id.in_(part))):
                yield row[0], tuple(row[1:])

    def _rows(self, statement: Select[Any]) -> list[Planned]:
        return [Planned(*row) for row in self._session.execute(statement)]

    def _read_anew(self) -> None:
        for thing in list(self._session.identity_map.values()):
            if isinstance(thing, Airing):
                self._session.expire(thing)


def _was_or_will_be(ending_after: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    columns, orders = tables.airings.c, tables.broadcasts.c
    is_off = orders.stopped_at.is_not(None) | (orders.state != BroadcastState.APPROVED)
    is_called_off = columns.state.in_((*OPEN_STATES, AiringState.HELD)) & exists().where(
        orders.id == columns.broadcast_id, is_off
    )
    return (
        func.coalesce(columns.latest_at, columns.ends_at) > ending_after,
        columns.planned_at < until,
        columns.state != AiringState.WITHDRAWN,
        ~is_called_off,
    )


def to_be_sent(ending_after: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what must be true of an airing that belongs in a timetable: not called off or held, not long over."""
    columns = tables.airings.c
    return (
        func.coalesce(columns.latest_at, columns.ends_at) > ending_after,
        columns.planned_at < until,
        columns.state.not_in(_KEPT_FROM_DEVICES),
        ~exists().where(
            tables.broadcasts.c.id == columns.broadcast_id,
            tables.broadcasts.c.stopped_at.is_not(None)
            | (tables.broadcasts.c.state != BroadcastState.APPROVED),
        ),
    )


def _as_kept(column: ColumnElement[Any]) -> ColumnElement[str]:
    """Return an instant or a word as the database has it: to compare it, nobody needs to read it."""
    return type_coerce(column, String)


_TOLD = (
    tables.airings.c.id,
    tables.airings.c.title,
    _as_kept(tables.airings.c.planned_at),
    _as_kept(tables.airings.c.ends_at),
    _as_kept(tables.airings.c.latest_at),
    tables.airings.c.priority,
    tables.airings.c.order,
    _as_kept(tables.airings.c.origin),
    _as_kept(tables.airings.c.on_loss),
    tables.airings.c.volume,
    tables.airings.c.content_id,
    tables.airings.c.text,
    tables.airings.c.authorised_by,
    tables.airings.c.cause,
)


def _planned(*before: ColumnElement[Any]) -> Select[Any]:
    columns = tables.airings.c
    return select(*before, columns.id, columns.device_id, columns.key, columns.state, columns.planned_at)


class SqlOrders:
    """`usecases.planning_ports.Orders`."""

    def __init__(self, session: SqlSession) -> None:
        self._session = session

    def due(self, planned_before: datetime, *, limit: int) -> Sequence[Broadcast]:
        columns = tables.broadcasts.c
        reached = func.coalesce(columns.planned_until, columns.start_at)
        statement = (
            select(Broadcast)
            .where(
                *_alive(),
                reached < planned_before,
                columns.until.is_(None) | (columns.until > reached),
            )
            .order_by(reached, columns.id)
        )
        return self._session.scalars(statement.limit(limit)).all()

    def behind_their_notice(self, *, limit: int) -> Sequence[Broadcast]:
        notices, columns = tables.notices.c, tables.broadcasts.c
        statement = (
            select(Broadcast)
            .join(tables.notices, notices.id == columns.notice_id)
            .where(*_alive(), notices.approved_version != columns.notice_version)
            .order_by(columns.id)
        )
        return self._session.scalars(statement.limit(limit)).all()

    def over(self, area_ids: Iterable[str], *, after: datetime) -> Sequence[Broadcast]:
        columns = tables.broadcasts.c
        found: list[Broadcast] = []
        for part in batches(area_ids):
            statement = select(Broadcast).where(
                columns.area_id.in_(part),
                columns.state != BroadcastState.REJECTED,
                columns.stopped_at.is_(None),
                columns.until.is_(None) | (columns.until > after),
            )
            found += self._session.scalars(statement.order_by(columns.id)).all()
        return found


def _alive() -> tuple[ColumnElement[bool], ...]:
    columns = tables.broadcasts.c
    return columns.state == BroadcastState.APPROVED, columns.stopped_at.is_(None)


class SqlInboxes:
    """`usecases.planning_ports.Inboxes`."""

    def __init__(self, session: SqlSession) -> None:
        self._session = session

    def get(self, item_id: str) -> InboxItem | None:
        return self._session.get(InboxItem, item_id)

    def add_missing(self, items: Sequence[InboxItem]) -> None:
        if items:
            insert: Insert = _insert(self._session, tables.inbox_items)
            self._session.execute(insert, [vars(item) | {} for item in items])

    def of_broadcast(self, broadcast_id: str) -> Sequence[InboxItem]:
        columns = tables.inbox_items.c
        statement = select(InboxItem).where(columns.broadcast_id == broadcast_id)
        return self._session.scalars(statement.order_by(columns.id)).all()

    def in_areas(self, area_ids: Iterable[str], *, is_waiting: bool, limit: int) -> Sequence[InboxItem]:
        columns = tables.inbox_items.c
        found: list[InboxItem] = []
        for part in batches(area_ids):
            statement = select(InboxItem).where(columns.area_id.in_(part))
            if is_waiting:
                statement = statement.where(columns.state == InboxState.WAITING)
            latest = statement.order_by(columns.received_at.desc(), columns.id).limit(limit)
            found += self._session.scalars(latest).all()
        return sorted(found, key=lambda item: (item.received_at, item.id), reverse=True)[:limit]
