"""Queries about what areas and devices' places were, are and will be."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session as SqlSession

from controller.domain.airings import BroadcastState
from controller.domain.areas import DEFAULT_ZONE, Area, AreaStanding, DevicePlacement
from controller.domain.guardrails import GuardrailSetting
from controller.storage import tables

_PLANNED_FOR_EVER = datetime(8999, 1, 1, tzinfo=UTC)


class SqlStandings:
    """`usecases.area_ports.Standings`."""

    def __init__(self, session: SqlSession) -> None:
        self._session = session

    def add(self, thing: AreaStanding | DevicePlacement) -> None:
        self._session.add(thing)

    def drop(self, things: Iterable[Any]) -> None:
        for thing in things:
            self._session.delete(thing)
        self._session.flush()

    def all(self) -> Sequence[AreaStanding]:
        columns = tables.area_standings.c
        return self._list(select(AreaStanding).order_by(columns.starts_on, columns.id))

    def upward(self, area_ids: Iterable[str]) -> Sequence[AreaStanding]:
        columns = tables.area_standings.c
        found: dict[str, AreaStanding] = {}
        known: set[str] = set()
        wanted = set(area_ids)
        while wanted:
            rows = self._list(select(AreaStanding).where(columns.area_id.in_(sorted(wanted))))
            known |= wanted
            found |= {one.id: one for one in rows}
            wanted = {one.parent_id for one in rows if one.parent_id is not None} - known
        return sorted(found.values(), key=lambda one: (one.starts_on, one.id))

    def placements(self, *, device_ids: Iterable[str] | None = None) -> Sequence[DevicePlacement]:
        columns = tables.device_placements.c
        statement = select(DevicePlacement)
        if device_ids is not None:
            statement = statement.where(columns.device_id.in_(list(device_ids)))
        return self._list(statement.order_by(columns.starts_on, columns.id))

    def granted(self) -> Sequence[str]:
        return self._list(select(tables.grants.c.area_id).distinct())

    def root_zone(self) -> str:
        root = self._session.scalars(select(Area).where(tables.areas.c.parent_id.is_(None))).first()
        return root.zone if root is not None else DEFAULT_ZONE

    def coming_titles(self, area_id: str, after: datetime) -> Sequence[str]:
        columns = tables.broadcasts.c
        is_endless = columns.until.is_(None) & (columns.planned_until < _PLANNED_FOR_EVER)
        statement = (
            select(tables.notices.c.title)
            .join(tables.broadcasts, columns.notice_id == tables.notices.c.id)
            .where(
                columns.area_id == area_id,
                columns.stopped_at.is_(None),
                columns.state != BroadcastState.REJECTED,
                or_(columns.start_at >= after, columns.until > after, is_endless),
            )
        )
        return self._list(statement.order_by(columns.start_at))

    def _list(self, statement: Select[Any]) -> Sequence[Any]:
        return self._session.scalars(statement).all()


class SqlGuardrails:
    """`usecases.guardrail_ports.Guardrails`."""

    def __init__(self, session: SqlSession) -> None:
        self._session = session

    def add(self, setting: GuardrailSetting) -> None:
        self._session.add(setting)

    def of_areas(self, area_ids: Iterable[str] | None) -> Sequence[GuardrailSetting]:
        columns = tables.guardrail_settings.c
        statement = select(GuardrailSetting).where(columns.replaced_at.is_(None))
        if area_ids is not None:
            statement = statement.where(columns.area_id.in_(list(area_ids)))
        return self._session.scalars(statement.order_by(columns.set_at, columns.id)).all()


__all__ = ["SqlGuardrails", "SqlStandings"]
