"""Reminding approvers, sparingly, of what waits for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from controller.domain.areas import Area
from controller.domain.ids import new_id
from controller.domain.people import Permission
from controller.domain.review import Reminder, is_reminding_time, next_reminder_at
from controller.usecases.ports import Clock, News, Unit, Work
from controller.usecases.review_desk import may_decide
from controller.usecases.rights import Actor, visible_areas
from controller.usecases.stand_ins import today_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something that waits for a decision since an instant. Who is `barred` may not decide it: it is their own."""

    subject: str
    title: str
    area: Area
    since: datetime
    barred: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderView:
    """A reminder that its person has not seen, about something that still waits."""

    reminder: Reminder
    waiting: Waiting


@dataclass(frozen=True, slots=True)
class _Decider:
    """Somebody who decides in `path` and below; in whose place, if it is not their own right."""

    path: str
    user_id: str
    lender_id: str | None = None

    def may_decide(self, one: Waiting) -> bool:
        return one.area.path.startswith(self.path) and not {self.user_id, self.lender_id} & one.barred


class ReminderDesk:
    """Use cases about reminders."""

    def __init__(self, *, unit: Unit, clock: Clock, news: News) -> None:
        self._unit = unit
        self._clock = clock
        self._news = news

    def remind_due(self) -> int:
        """Remind everybody whose turn it is; return how many were. For the tick; safe to run twice at once."""
        now = self._clock.now()
        with self._unit() as work:
            waiting = [one for one in _waiting(work) if is_reminding_time(now, ZoneInfo(one.area.zone))]
            deciders = list(_deciders(work, now)) if waiting else []
            had = _by_subject(work.review.reminders([one.subject for one in waiting]))
            due = [
                reminder
                for one in waiting
                for reminder in _due(one, _nearest(deciders, one), had.get(one.subject, []), now)
            ]
            count = sum(work.review.remind(one) for one in due)
        if count:
            self._news.publish("notices")
        return count

    def unseen(self, actor: Actor) -> Sequence[ReminderView]:
        """Return what this person was reminded of, has not opened since, and still waits; one for each thing."""
        with self._unit() as work:
            latest = {one.subject: one for one in work.review.reminders_of(actor.user_id)}
            if not latest:
                return []
            visible = {area.id for area in visible_areas(work, actor, Permission.APPROVE)}
            waiting = {one.subject: one for one in _waiting(work) if one.area.id in visible}
            return [
                ReminderView(reminder=reminder, waiting=waiting[subject])
                for subject, reminder in latest.items()
                if subject in waiting
            ]

    def see(self, actor: Actor, subject: str) -> None:
        """Note that this person has opened what they were reminded of."""
        now = self._clock.now()
        with self._unit() as work:
            work.review.see_reminders(actor.user_id, subject, now)


def _waiting(work: Work) -> Iterator[Waiting]:
    areas = {area.id: area for area in work.areas.all()}
    for notice in work.review.submitted():
        if notice.area_id in areas and notice.submitted_at is not None:
            yield Waiting(
                subject=f"notice:{notice.id}",
                title=notice.title,
                area=areas[notice.area_id],
                since=notice.submitted_at,
                barred=frozenset({notice.author_id, *notice.writers.split(",")}),
            )
    for broadcast in work.review.held():
        held = work.notices.get(broadcast.notice_id)
        if broadcast.area_id in areas and held is not None and held.is_in_force:
            people = {held.author_id, *held.approved_writers.split(",")}
            people |= {one for one in (broadcast.created_by, broadcast.updated_by, held.approved_by) if one}
            people |= set(broadcast.changed_by.split(","))
            yield Waiting(
                subject=f"broadcast:{broadcast.id}",
                title=held.approved_title,
                area=areas[broadcast.area_id],
                since=broadcast.updated_at or broadcast.created_at,
                barred=frozenset(one for one in people if not may_decide(broadcast, held, one)),
            )


def _deciders(work: Work, now: datetime) -> Iterator[_Decider]:
    """Yield who decides where now: approvers, and those who stand in for one today."""
    areas = {area.id: area for area in work.areas.all()}
    own: dict[str, list[str]] = {}
    for grant in work.review.approver_grants():
        if grant.area_id in areas:
            own.setdefault(grant.user_id, []).append(areas[grant.area_id].path)
    for user_id, paths in own.items():
        yield from (_Decider(path, user_id) for path in paths)
    for delegation in work.review.delegations(from_day=now.date().min):
        area, user = areas.get(delegation.area_id), work.people.get(delegation.to_user_id)
        if area is None or user is None or user.disabled_at is not None:
            continue
        lends = any(area.path.startswith(path) for path in own.get(delegation.from_user_id, ()))
        if lends and delegation.holds_on(today_in(area, now)):
            yield _Decider(area.path, user.id, delegation.from_user_id)


def _nearest(deciders: Sequence[_Decider], one: Waiting) -> list[str]:
    """Return who is to be reminded: of those who may decide it, the ones of the nearest area, by id."""
    fit = [decider for decider in deciders if decider.may_decide(one)]
    nearest = max((len(decider.path) for decider in fit), default=0)
    return sorted({decider.user_id for decider in fit if len(decider.path) == nearest})


def _due(one: Waiting, people: Sequence[str], had: Sequence[Reminder], now: datetime) -> Iterator[Reminder]:
    for user_id in people:
        theirs = [reminder for reminder in had if reminder.user_id == user_id]
        sent = [reminder.at for reminder in theirs if reminder.at >= one.since]
        due_at = next_reminder_at(one.since, sent, ZoneInfo(one.area.zone))
        if due_at is not None and due_at <= now:
            number = len(theirs) + 1
            yield Reminder(id=new_id(now), user_id=user_id, subject=one.subject, number=number, at=now)


def _by_subject(reminders: Sequence[Reminder]) -> dict[str, list[Reminder]]:
    found: dict[str, list[Reminder]] = {}
    for reminder in reminders:
        found.setdefault(reminder.subject, []).append(reminder)
    return found
