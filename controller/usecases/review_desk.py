"""The second pair of eyes: orders that are out of hours, wide or an emergency wait for another approver."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from controller.domain.airings import Broadcast, BroadcastState
from controller.domain.areas import Area
from controller.domain.errors import Code, ConflictError, InvalidError, NotFoundError, NotPermittedError
from controller.domain.notices import Notice
from controller.domain.people import Permission
from controller.usecases.in_force import approved_content
from controller.usecases.meanwhile import told_who
from controller.usecases.notice_desk import clean_reason
from controller.usecases.planning import plan_broadcast
from controller.usecases.ports import Clock, News, Unit, Work
from controller.usecases.rights import Actor, area_for, visible_areas
from controller.usecases.timetables import refresh_timetables
from controller.usecases.trail import note, on_behalf


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldView:
    """An order that waits, or was decided. `needs` are the codes of why; `missed_start` that its first start passed.

    A start that passed while it waited is not caught up, but for an emergency, which begins at once.
    """

    broadcast: Broadcast
    notice: Notice
    area: Area
    needs: tuple[str, ...]
    missed_start: bool


class ReviewDesk:
    """Use cases about orders that need a second approver."""

    def __init__(self, *, unit: Unit, clock: Clock, news: News) -> None:
        self._unit = unit
        self._clock = clock
        self._news = news

    def waiting(self, actor: Actor) -> Sequence[HeldView]:
        """Return the held orders that this person may decide now, the longest waiting first."""
        now = self._clock.now()
        with self._unit() as work:
            areas = [area.id for area in visible_areas(work, actor, Permission.APPROVE)]
            views = [_view(work, broadcast, now) for broadcast in work.review.held(areas)]
            return [view for view in views if not _is_involved(actor, view)]

    def held(self, actor: Actor) -> Sequence[HeldView]:
        """Return every held order that this person may see: also those that others have to decide."""
        now = self._clock.now()
        with self._unit() as work:
            areas = [area.id for area in visible_areas(work, actor)]
            return [_view(work, broadcast, now) for broadcast in work.review.held(areas)]

    def approve_second(
        self, actor: Actor, broadcast_id: str, *, reason: str, seen_version: int | None = None
    ) -> HeldView:
        """Let a held order be carried out, with a reason. Raises NOT_HELD, REASON_EMPTY or SECOND_SAME_PERSON.

        Raises EDITED_MEANWHILE when the order is no longer what `seen_version` was, NOT_APPROVED or
        SOUND_NOT_READY when its notice may not air.
        """
        now = self._clock.now()
        with self._unit() as work:
            view = self._decided(work, actor, broadcast_id, reason, seen_version=seen_version, now=now)
            broadcast = view.broadcast
            approved_content(work, view.notice)
            broadcast.state = BroadcastState.APPROVED
            refresh_timetables(work, plan_broadcast(work, broadcast, now), now)
            self._note(work, actor, "approve_second", view, now)
        self._tell()
        return view

    def reject_second(
        self, actor: Actor, broadcast_id: str, *, reason: str, seen_version: int | None = None
    ) -> HeldView:
        """Refuse a held order for good, with a reason. Raises as `approve_second`."""
        now = self._clock.now()
        with self._unit() as work:
            view = self._decided(work, actor, broadcast_id, reason, seen_version=seen_version, now=now)
            view.broadcast.state = BroadcastState.REJECTED
            self._note(work, actor, "reject_second", view, now)
        self._tell()
        return view

    def _decided(
        self,
        work: Work,
        actor: Actor,
        broadcast_id: str,
        reason: str,
        *,
        seen_version: int | None,
        now: datetime,
    ) -> HeldView:
        """Return a held order with the decision's who, when and why on it."""
        broadcast = work.airings.broadcast(broadcast_id)
        if broadcast is None:
            raise NotFoundError
        area_for(work, actor, broadcast.area_id, Permission.APPROVE)
        if broadcast.state is not BroadcastState.HELD or broadcast.stopped_at is not None:
            raise ConflictError(Code.NOT_HELD)
        view = _view(work, broadcast, now)
        if _is_involved(actor, view):
            raise NotPermittedError(Code.SECOND_SAME_PERSON)
        if seen_version not in (None, broadcast.version):
            error = ConflictError(Code.EDITED_MEANWHILE, field="version")
            raise told_who(work, error, f"broadcast:{broadcast.id}", versions=1)
        kept = clean_reason(reason)
        if not kept:
            raise InvalidError(Code.REASON_EMPTY, field="reason")
        broadcast.second_by, broadcast.second_at, broadcast.second_reason = actor.user_id, now, kept
        return view

    def _note(self, work: Work, actor: Actor, action: str, view: HeldView, now: datetime) -> None:
        broadcast = view.broadcast
        detail = (
            f"order {broadcast.id} version {broadcast.version}, {broadcast.needs}, {view.area.name}\n"
            f"{broadcast.second_reason}{on_behalf(actor, view.area)}"
        )
        for subject in (f"notice:{broadcast.notice_id}", f"broadcast:{broadcast.id}"):
            note(work, actor, action, subject, now=now, detail=detail)

    def _tell(self) -> None:
        self._news.publish("airings")
        self._news.publish("notices")


def may_decide(broadcast: Broadcast, notice: Notice, person: str) -> bool:
    """Tell whether somebody may be the second: not who ordered or changed it, wrote it, or approved the words first."""
    changed_by = broadcast.changed_by.split(",")
    first = (broadcast.created_by, broadcast.updated_by, *changed_by, notice.approved_by)
    return person not in first and not notice.is_own_in_force(person)


def _is_involved(actor: Actor, view: HeldView) -> bool:
    lender = actor.acts_for(view.area)
    people = [actor.user_id, *([lender.user_id] if lender is not None else [])]
    return not all(may_decide(view.broadcast, view.notice, one) for one in people)


def _view(work: Work, broadcast: Broadcast, now: datetime) -> HeldView:
    notice, area = work.notices.get(broadcast.notice_id), work.areas.get(broadcast.area_id)
    if notice is None or area is None:
        raise NotFoundError
    return HeldView(
        broadcast=broadcast,
        notice=notice,
        area=area,
        needs=tuple(one for one in broadcast.needs.split(",") if one),
        missed_start=broadcast.start_at < now,
    )
