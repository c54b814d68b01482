"""The queries of review: what waits, who stands in, who was reminded."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, TypeVar, cast

from sqlalchemy import CursorResult, Select, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session as SqlSession

from controller.domain.airings import AuditEntry, Broadcast, BroadcastState
from controller.domain.notices import Notice, NoticeState
from controller.domain.people import Grant, Role
from controller.domain.review import Delegation, Reminder
from controller.storage import tables

T = TypeVar("T")


class SqlReview:
    """`usecases.review_ports.Review`."""

    def __init__(self, session: SqlSession) -> None:
        self._session = session

    def add(self, delegation: Delegation) -> None:
        self._session.add(delegation)

    def remind(self, reminder: Reminder) -> bool:
        insert = sqlite.insert if self._session.get_bind().dialect.name == "sqlite" else postgresql.insert
        row = insert(tables.reminders).values(asdict(reminder)).on_conflict_do_nothing()
        return cast("CursorResult[Any]", self._session.execute(row)).rowcount == 1

    def submitted(self, area_ids: Iterable[str] | None = None) -> Sequence[Notice]:
        columns = tables.notices.c
        statement = select(Notice).where(columns.state == NoticeState.SUBMITTED)
        if area_ids is not None:
            statement = statement.where(columns.area_id.in_(list(area_ids)))
        return self._list(statement.order_by(columns.submitted_at, columns.id))

    def held(self, area_ids: Iterable[str] | None = None) -> Sequence[Broadcast]:
        columns = tables.broadcasts.c
        is_held = (columns.state == BroadcastState.HELD) & columns.stopped_at.is_(None)
        statement = select(Broadcast).where(is_held)
        if area_ids is not None:
            statement = statement.where(columns.area_id.in_(list(area_ids)))
        return self._list(statement.order_by(columns.created_at, columns.id))

    def sent_back_to(self, user_id: str) -> Sequence[Notice]:
        columns = tables.notices.c
        statement = select(Notice).where(columns.author_id == user_id, columns.state == NoticeState.REJECTED)
        return self._list(statement.order_by(columns.decided_at.desc(), columns.id))

    def lapsing(self, now: datetime, *, undecided_since: datetime) -> Sequence[Notice]:
        columns = tables.notices.c
        waits = columns.state == NoticeState.SUBMITTED
        is_over = columns.approved_version.is_not(None) & (columns.approved_expires_at <= now)
        is_stale = waits & or_(columns.submitted_at <= undecided_since, columns.expires_at <= now)
        statement = select(Notice).where(is_stale | (is_over & (columns.state != NoticeState.WITHDRAWN)))
        return self._list(statement.order_by(columns.id))

    def ordered_or_approved_by(self, user_id: str) -> Sequence[Broadcast]:
        columns, notices = tables.broadcasts.c, tables.notices.c
        theirs = or_(
            columns.created_by == user_id,
            columns.updated_by == user_id,
            columns.changed_by.contains(user_id, autoescape=True),
            columns.second_by == user_id,
            notices.approved_by == user_id,
        )
        is_open = columns.stopped_at.is_(None) & (columns.state != BroadcastState.REJECTED)
        statement = select(Broadcast).join(Notice, notices.id == columns.notice_id).where(theirs & is_open)
        return self._list(statement.order_by(columns.id))

    def delegation(self, delegation_id: str) -> Delegation | None:
        return self._session.get(Delegation, delegation_id)

    def delegations_to(self, user_id: str, *, from_day: date) -> Sequence[Delegation]:
        return self._list(_open_delegations(from_day).where(tables.delegations.c.to_user_id == user_id))

    def delegations(self, *, from_day: date) -> Sequence[Delegation]:
        return self._list(_open_delegations(from_day))

    def approver_grants(self) -> Sequence[Grant]:
        grants, users = tables.grants.c, tables.users
        statement = select(Grant).join(users, users.c.id == grants.user_id)
        statement = statement.where(grants.role == Role.APPROVER, users.c.disabled_at.is_(None))
        return self._list(statement.order_by(grants.id))

    def reminders(self, subjects: Iterable[str]) -> Sequence[Reminder]:
        columns = tables.reminders.c
        statement = select(Reminder).where(columns.subject.in_(list(subjects)))
        return self._list(statement.order_by(columns.at, columns.id))

    def reminders_of(self, user_id: str) -> Sequence[Reminder]:
        columns = tables.reminders.c
        statement = select(Reminder).where(columns.user_id == user_id, columns.seen_at.is_(None))
        return self._list(statement.order_by(columns.at, columns.id))

    def see_reminders(self, user_id: str, subject: str, now: datetime) -> None:
        columns = tables.reminders.c
        unseen = (columns.user_id == user_id) & (columns.subject == subject) & columns.seen_at.is_(None)
        self._session.execute(update(tables.reminders).where(unseen).values(seen_at=now))

    def trail(self, subject: str, *, limit: int) -> Sequence[AuditEntry]:
        columns = tables.audit_entries.c
        statement = select(AuditEntry).where(columns.subject == subject)
        return self._list(statement.order_by(columns.id.desc()).limit(limit))

    def _list(self, statement: Select[T]) -> Sequence[T]:
        return self._session.scalars(statement).all()


def _open_delegations(from_day: date) -> Select[Delegation]:
    columns = tables.delegations.c
    is_open = columns.ended_at.is_(None) & (columns.ends_on >= from_day)
    return select(Delegation).where(is_open).order_by(columns.starts_on, columns.id)
