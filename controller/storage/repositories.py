"""Every query of the controller. One class per repository port of `usecases.ports`."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import CursorResult, Select, delete, select, update
from sqlalchemy.orm import Session as SqlSession

from controller.domain.airings import (
    OPEN_STATES,
    Airing,
    AiringState,
    AuditEntry,
    Broadcast,
)
from controller.domain.areas import Area
from controller.domain.devices import ClaimCode, Device, Presence
from controller.domain.notices import Content, Notice, Rendering, RenderingState
from controller.domain.people import Grant, Invitation, Session, User
from controller.storage import tables
from controller.storage.airing_plan import SqlAiringPlan, SqlInboxes, SqlOrders, batches, to_be_sent
from controller.storage.area_queries import SqlGuardrails, SqlStandings
from controller.storage.review_rows import SqlReview
from controller.usecases.calendars import Calendars

T = TypeVar("T")


class _Repository:
    def __init__(self, session: SqlSession) -> None:
        self._session = session

    def add(self, thing: Any) -> None:
        self._session.add(thing)

    def _changed_one(self, statement: Any) -> bool:
        """Run a conditional update; tell whether it was ours."""
        result = cast("CursorResult[Any]", self._session.execute(statement))
        return result.rowcount == 1

    def _list(self, statement: Select[T]) -> Sequence[T]:
        return self._session.scalars(statement).all()


class SqlAreas(_Repository):
    """`usecases.ports.Areas`."""

    def get(self, area_id: str) -> Area | None:
        return self._session.get(Area, area_id)

    def all(self, *, with_absent: bool = False) -> Sequence[Area]:
        columns = tables.areas.c
        statement = select(Area).order_by(columns.path)
        return self._list(statement if with_absent else statement.where(columns.is_in_force))

    def below(self, path: str) -> Sequence[Area]:
        columns = tables.areas.c
        below = columns.path.startswith(path, autoescape=True) & columns.is_in_force
        return self._list(select(Area).where(below).order_by(columns.path))


class SqlPeople(_Repository):
    """`usecases.ports.People`."""

    def get(self, user_id: str) -> User | None:
        return self._session.get(User, user_id)

    def by_username(self, username: str) -> User | None:
        return self._session.scalars(select(User).where(tables.users.c.username == username)).first()

    def all(self) -> Sequence[User]:
        return self._list(select(User).order_by(tables.users.c.username))

    def grants(self, user_id: str) -> Sequence[Grant]:
        return self._list(select(Grant).where(tables.grants.c.user_id == user_id))

    def session(self, token_hash: str) -> Session | None:
        return self._session.get(Session, token_hash)

    def end_sessions(self, user_id: str, now: datetime) -> None:
        columns = tables.sessions.c
        ours = (columns.user_id == user_id) & columns.ended_at.is_(None)
        self._session.execute(update(tables.sessions).where(ours).values(ended_at=now))

    def invitation(self, token_hash: str) -> Invitation | None:
        return self._session.get(Invitation, token_hash)

    def drop_invitations(self, user_id: str) -> None:
        self._session.execute(delete(tables.invitations).where(tables.invitations.c.user_id == user_id))

    def failed_tries(self, key: str, since: datetime) -> Sequence[datetime]:
        columns = tables.failed_tries.c
        statement = select(columns.at).where(columns.key == key, columns.at >= since).order_by(columns.at)
        return self._session.scalars(statement).all()

    def forget_tries(self, ids: Iterable[str]) -> None:
        self._session.execute(delete(tables.failed_tries).where(tables.failed_tries.c.id.in_(list(ids))))

    def forget(self, before: datetime) -> None:
        for table, column in (
            (tables.sessions, tables.sessions.c.expires_at),
            (tables.invitations, tables.invitations.c.expires_at),
            (tables.failed_tries, tables.failed_tries.c.at),
        ):
            self._session.execute(delete(table).where(column < before))


class SqlNotices(_Repository):
    """`usecases.ports.Notices`."""

    def get(self, notice_id: str) -> Notice | None:
        return self._session.get(Notice, notice_id)

    def in_areas(self, area_ids: Iterable[str], *, limit: int) -> Sequence[Notice]:
        columns = tables.notices.c
        statement = select(Notice).where(columns.area_id.in_(list(area_ids)))
        return self._list(statement.order_by(columns.updated_at.desc(), columns.id.desc()).limit(limit))

    def rendering(self, notice_id: str, version: int) -> Rendering | None:
        columns = tables.renderings.c
        statement = select(Rendering).where(columns.notice_id == notice_id, columns.version == version)
        return self._session.scalars(statement.order_by(columns.id.desc()).limit(1)).first()

    def claim_rendering(self, now: datetime, *, give_up_after: datetime) -> Rendering | None:
        columns = tables.renderings.c
        waiting = (columns.state == RenderingState.QUEUED) & (columns.due_at <= now)
        abandoned = (columns.state == RenderingState.WORKING) & (columns.due_at <= give_up_after)
        candidates = select(Rendering).where(waiting | abandoned).order_by(columns.due_at).limit(5)
        for rendering in self._list(candidates):
            mine = (
                (columns.id == rendering.id)
                & (columns.state == rendering.state)
                & (columns.due_at == rendering.due_at)
            )
            claim = update(tables.renderings).where(mine)
            values = {"state": RenderingState.WORKING, "due_at": now, "attempts": rendering.attempts + 1}
            if self._changed_one(claim.values(**values)):
                self._session.refresh(rendering)
                return rendering
        return None

    def unmade_uploads(self) -> Sequence[str]:
        columns = tables.renderings.c
        unmade = (columns.upload_path != "") & (columns.state != RenderingState.READY)
        return self._session.scalars(select(columns.upload_path).where(unmade)).all()

    def rendering_by_id(self, rendering_id: str) -> Rendering | None:
        return self._session.get(Rendering, rendering_id)

    def content(self, content_id: str) -> Content | None:
        return self._session.get(Content, content_id)


class SqlDevices(_Repository):
    """`usecases.ports.Devices`."""

    def get(self, device_id: str) -> Device | None:
        return self._session.get(Device, device_id)

    def many(self, device_ids: Sequence[str]) -> Sequence[Device]:
        columns = tables.devices.c
        parts = batches(device_ids)
        return [one for part in parts for one in self._list(select(Device).where(columns.id.in_(part)))]

    def in_areas(self, area_ids: Iterable[str], *, with_revoked: bool = False) -> Sequence[Device]:
        columns = tables.devices.c
        statement = select(Device).where(columns.area_id.in_(list(area_ids)))
        if not with_revoked:
            statement = statement.where(columns.revoked_at.is_(None))
        return self._list(statement.order_by(columns.name, columns.id))

    def claim_code(self, code_hash: str) -> ClaimCode | None:
        return self._session.get(ClaimCode, code_hash)

    def take_claim_code(self, code_hash: str, *, device_id: str, now: datetime) -> bool:
        columns = tables.claim_codes.c
        unused = (columns.code_hash == code_hash) & columns.used_at.is_(None) & (columns.expires_at > now)
        return self._changed_one(
            update(tables.claim_codes).where(unused).values(used_at=now, device_id=device_id)
        )

    def due_pushes(self, now: datetime, *, limit: int) -> Sequence[Device]:
        columns = tables.devices.c
        due = (columns.next_push_at <= now) & columns.revoked_at.is_(None)
        return self._list(select(Device).where(due).order_by(columns.next_push_at).limit(limit))

    def claim_push(self, device: Device, *, until: datetime) -> bool:
        columns = tables.devices.c
        mine = (columns.id == device.id) & (columns.next_push_at == device.next_push_at)
        claim = update(tables.devices).where(mine)
        if not self._changed_one(claim.values(next_push_at=until, push_attempts=device.push_attempts + 1)):
            return False
        self._session.refresh(device)
        return True

    def silent_since(self, before: datetime) -> Sequence[Device]:
        columns = tables.devices.c
        silent = (columns.presence == Presence.ONLINE) & (columns.last_seen_at < before)
        return self._list(select(Device).where(silent))


class SqlAirings(_Repository):
    """`usecases.ports.Airings`."""

    def get(self, airing_id: str) -> Airing | None:
        return self._session.get(Airing, airing_id)

    def broadcast(self, broadcast_id: str) -> Broadcast | None:
        return self._session.get(Broadcast, broadcast_id)

    def of_broadcast(self, broadcast_id: str, *, limit: int | None = None) -> Sequence[Airing]:
        columns = tables.airings.c
        statement = select(Airing).where(columns.broadcast_id == broadcast_id)
        return self._list(statement.order_by(columns.planned_at, columns.id).limit(limit))

    def broadcasts_of_notice(self, notice_id: str) -> Sequence[Broadcast]:
        columns = tables.broadcasts.c
        statement = select(Broadcast).where(columns.notice_id == notice_id)
        return self._list(statement.order_by(columns.start_at.desc()))

    def for_timetable(self, device_id: str, *, ending_after: datetime, until: datetime) -> Sequence[Airing]:
        columns = tables.airings.c
        statement = select(Airing).where(columns.device_id == device_id, *to_be_sent(ending_after, until))
        return self._list(statement.order_by(columns.planned_at, columns.id))

    def listed(
        self,
        device_ids: Iterable[str],
        *,
        broadcast_id: str | None = None,
        states: Iterable[AiringState] = (),
        before: datetime | None = None,
        after: str = "",
        limit: int,
    ) -> Sequence[Airing]:
        columns = tables.airings.c
        statement = select(Airing).where(columns.device_id.in_(list(device_ids)))
        if broadcast_id is not None:
            statement = statement.where(columns.broadcast_id == broadcast_id)
        if wanted := list(states):
            statement = statement.where(columns.state.in_(wanted))
        if before is not None:
            earlier = columns.planned_at < before
            same_instant = (columns.planned_at == before) & (columns.id > after)
            statement = statement.where(earlier | same_instant if after else earlier)
        return self._list(statement.order_by(columns.planned_at.desc(), columns.id).limit(limit))

    def open_between(
        self,
        device_ids: Iterable[str],
        *,
        start_at: datetime,
        end_at: datetime,
        limit: int | None = None,
    ) -> Sequence[Airing]:
        columns = tables.airings.c
        statement = (
            select(Airing)
            .join(Broadcast, tables.broadcasts.c.id == columns.broadcast_id)
            .where(
                columns.device_id.in_(list(device_ids)),
                columns.state.in_(OPEN_STATES),
                columns.planned_at < end_at,
                columns.ends_at > start_at,
                tables.broadcasts.c.stopped_at.is_(None),
            )
        )
        return self._list(statement.order_by(columns.planned_at, columns.id).limit(limit))

    def overdue(self, ended_before: datetime, *, limit: int) -> Sequence[Airing]:
        columns = tables.airings.c
        statement = select(Airing).where(columns.state.in_(OPEN_STATES), columns.ends_at < ended_before)
        return self._list(statement.limit(limit))

    def has_record(self, device_id: str, journal: str, seq: int) -> bool:
        columns = tables.journal_records.c
        statement = select(columns.id).where(
            columns.device_id == device_id, columns.journal == journal, columns.seq == seq
        )
        return self._session.execute(statement).first() is not None

    def uses_content(self, device_id: str, content_id: str) -> bool:
        columns = tables.airings.c
        statement = select(columns.id).where(columns.device_id == device_id, columns.content_id == content_id)
        return self._session.execute(statement.limit(1)).first() is not None


class SqlAudit(_Repository):
    """`usecases.ports.Audit`."""

    def of_subject(self, subject: str) -> Sequence[AuditEntry]:
        columns = tables.audit_entries.c
        return self._list(select(AuditEntry).where(columns.subject == subject).order_by(columns.id))


class SqlWork:
    """`usecases.ports.Work` over one SQLAlchemy session."""

    def __init__(self, session: SqlSession, calendars: Calendars) -> None:
        self._session = session
        self.areas = SqlAreas(session)
        self.people = SqlPeople(session)
        self.notices = SqlNotices(session)
        self.devices = SqlDevices(session)
        self.airings = SqlAirings(session)
        self.audit = SqlAudit(session)
        self.standings = SqlStandings(session)
        self.guardrails = SqlGuardrails(session)
        self.review = SqlReview(session)
        self.plan = SqlAiringPlan(session)
        self.orders = SqlOrders(session)
        self.inboxes = SqlInboxes(session)
        self.calendars = calendars

    def flush(self) -> None:
        self._session.flush()


__all__ = ["SqlWork"]
