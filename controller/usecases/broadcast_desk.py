"""Broadcasts: putting an approved notice on the air of an area by a rule, changing the order, stopping it."""

from dataclasses import replace
from datetime import datetime
from typing import Unpack

from controller.domain.airings import Broadcast, BroadcastState
from controller.domain.areas import Area
from controller.domain.changes import changes
from controller.domain.errors import Code, ConflictError, InvalidError, NotFoundError
from controller.domain.ids import new_id
from controller.domain.notices import Content, Notice
from controller.domain.orders import plain_rule, rule_of, rule_text, terms_of
from controller.domain.people import Permission
from controller.domain.second_approval import Need
from controller.usecases.broadcast_views import AiringView, BroadcastLog, BroadcastView, view_of
from controller.usecases.collisions import check_free
from controller.usecases.from_above import origin_at
from controller.usecases.in_force import approved_content
from controller.usecases.meanwhile import told_who
from controller.usecases.notice_desk import clean_reason, notice_for
from controller.usecases.planning import plan_broadcast, renew_broadcast
from controller.usecases.ports import Work
from controller.usecases.rights import Actor, area_for
from controller.usecases.second_needs import needs_of
from controller.usecases.taking_effect import call_off, call_off_all, may_still_air
from controller.usecases.timetables import refresh_timetables
from controller.usecases.trail import note
from controller.usecases.wish_check import check_rails
from controller.usecases.wishes import CHECKED_AHEAD, Draft, OrderWish, read_wish
from schedules import Band, Origin, band_of

_TERMS = ("priority", "on_loss", "order", "window_s", "board_for_s", "volume", "cause")
_SECOND = ("state", "needs", "second_by", "second_at", "second_reason")
_WRITTEN = ("rule", "start_at", "until", *_TERMS, *_SECOND)


class BroadcastDesk(BroadcastLog):
    """Use cases about broadcasts."""

    def schedule(
        self, actor: Actor, notice_id: str, *, area_id: str, **wish: Unpack[OrderWish]
    ) -> BroadcastView:
        """Order a notice for an area: one airing for each start and device, loudspeakers and boards alike.

        Raises NOT_APPROVED, SOUND_NOT_READY, NO_DEVICES, what is wrong with the rule or the terms, TIME_OVERLAPS
        with the first free time when an equal order takes a loudspeaker, and the guard rail that would be broken.
        An order that needs a second approver is kept, held, without airings.
        """
        now = self._clock.now()
        with self._unit() as work:
            notice = notice_for(work, actor, notice_id, Permission.SCHEDULE)
            area = area_for(work, actor, area_id, Permission.SCHEDULE)
            view = order(work, actor, notice, area, wish, now=now)
        self._news.publish("airings")
        return view

    def reschedule(
        self, actor: Actor, broadcast_id: str, *, seen_version: int, **wish: Unpack[OrderWish]
    ) -> BroadcastView:
        """Change an order: what it does not say stays. What is on air, or should be by now, is left alone.

        Raises EDITED_MEANWHILE, with who, when and what, when somebody saved after `seen_version`; else as
        `schedule`. A change that needs a second approver takes the airings to come back until then.
        """
        now = self._clock.now()
        with self._unit() as work:
            before = work.airings.broadcast(broadcast_id)
            if before is None:
                raise NotFoundError
            area = area_for(work, actor, before.area_id, Permission.SCHEDULE)
            if before.version != seen_version:
                error = ConflictError(Code.EDITED_MEANWHILE, field="version")
                versions = before.version - seen_version
                raise told_who(work, error, f"broadcast:{before.id}", versions=versions)
            if not may_still_air(work, before, now):
                raise ConflictError(Code.NOTHING_TO_STOP)
            view = _change(work, actor, before, area, wish, now=now)
        self._news.publish("airings")
        return view

    def stop(self, actor: Actor, broadcast_id: str, *, reason: str = "") -> BroadcastView:
        """Silence a broadcast now, wherever it is, and keep it from starting anywhere else.

        Raises NOTHING_TO_STOP when every device is already done with it.
        """
        now = self._clock.now()
        with self._unit() as work:
            broadcast = _stoppable(work, actor, broadcast_id)
            if not may_still_air(work, broadcast, now):
                raise ConflictError(Code.NOTHING_TO_STOP)
            kept = clean_reason(reason)
            call_off(work, broadcast, by=actor.user_id, reason=kept, now=now)
            for subject in (f"notice:{broadcast.notice_id}", f"broadcast:{broadcast.id}"):
                note(work, actor, "stop", subject, now=now, detail=kept)
            view = view_of(work, broadcast, work.areas.get(broadcast.area_id), now)
        self._news.publish("airings")
        return view

    def withdraw(self, actor: Actor, notice_id: str, *, reason: str) -> Notice:
        """Take a notice back, with a reason, and stop every broadcast of it. The author or an approver may do it."""
        now = self._clock.now()
        with self._unit() as work:
            notice = _withdrawable(work, actor, notice_id)
            notice.withdraw(by=actor.user_id, reason=clean_reason(reason), now=now)
            note(work, actor, "withdraw", f"notice:{notice.id}", now=now, detail=notice.reason)
            for ended in call_off_all(work, notice, by=actor.user_id, reason=notice.reason, now=now):
                for subject in (f"notice:{notice.id}", f"broadcast:{ended.id}"):
                    note(work, actor, "stop", subject, now=now, detail=notice.reason)
        self._news.publish("notices")
        self._news.publish("airings")
        return notice


def order(
    work: Work,
    actor: Actor,
    notice: Notice,
    area: Area,
    wish: OrderWish,
    *,
    now: datetime,
    origin: Origin | None = None,
) -> BroadcastView:
    """Save an order and plan it; see `BroadcastDesk.schedule`. `origin` when another than the area's speaks."""
    broadcast, draft = draft_order(work, actor, notice, area, wish, now=now, origin=origin)
    check(work, broadcast, area, draft, wish, now=now)
    work.airings.add(broadcast)
    refresh_timetables(work, plan_broadcast(work, broadcast, now), now)
    told = f"{broadcast.start_at.isoformat()} {area.name}"
    for subject in (f"notice:{notice.id}", f"broadcast:{broadcast.id}"):
        note(work, actor, "schedule", subject, now=now, detail=told)
    return view_of(work, broadcast, area, now)


def draft_order(
    work: Work,
    actor: Actor,
    notice: Notice,
    area: Area,
    wish: OrderWish,
    *,
    now: datetime,
    before: Broadcast | None = None,
    origin: Origin | None = None,
) -> tuple[Broadcast, Draft]:
    """Return an order, or another form of `before`, that is not saved; raises what is wrong with the wish in itself."""
    content = approved_content(work, notice)
    draft = read_wish(work, wish, area=area, content=content, now=now, before=before)
    broadcast = (
        replace(before)
        if before is not None
        else Broadcast(
            id=new_id(now),
            notice_id=notice.id,
            notice_version=notice.approved_version or notice.version,
            area_id=area.id,
            content_id=content.id,
            start_at=draft.start_at,
            created_by=actor.user_id,
            created_at=now,
            origin=origin or origin_at(work, area),
        )
    )
    if notice.approved_expires_at is not None and notice.approved_expires_at <= draft.start_at:
        raise InvalidError(Code.EXPIRES_FIRST, field="rule" if wish.get("rule") is not None else "start_at")
    _check_lent_voice(work, broadcast, draft, area)
    _write(work, broadcast, draft, area, notice, content, now=now)
    return broadcast, draft


def _check_lent_voice(work: Work, broadcast: Broadcast, draft: Draft, area: Area) -> None:
    """Raise INBOX_ANSWER_UNFIT when what a commune took from above is to be more than the routine item it was."""
    is_taken = broadcast.origin is not Origin.COMMUNE and origin_at(work, area) is Origin.COMMUNE
    if is_taken and band_of(draft.terms.priority) is not Band.ROUTINE:
        raise ConflictError(Code.INBOX_ANSWER_UNFIT, field="priority")


def _write(
    work: Work,
    broadcast: Broadcast,
    draft: Draft,
    area: Area,
    notice: Notice,
    content: Content,
    *,
    now: datetime,
) -> None:
    """Put rule and terms into an order, and what they need; held while that is a second approver."""
    broadcast.rule, broadcast.start_at, broadcast.until = rule_text(draft.rule), draft.start_at, draft.until
    for name in _TERMS:
        setattr(broadcast, name, getattr(draft.terms, name))
    needs = needs_of(work, broadcast, area, notice, content, now=now)
    if broadcast.state is BroadcastState.HELD and Need.LOCKED_OUT in broadcast.needs.split(","):
        needs = (*needs, Need.LOCKED_OUT)  # no change of the order is somebody's word that it was meant
    broadcast.needs = ",".join(dict.fromkeys(needs))
    broadcast.state = BroadcastState.HELD if needs else BroadcastState.APPROVED
    broadcast.second_by, broadcast.second_at, broadcast.second_reason = None, None, ""


def check(
    work: Work, broadcast: Broadcast, area: Area, draft: Draft, wish: OrderWish, *, now: datetime
) -> None:
    """Raise NO_DEVICES, the guard rail that an order would break, or TIME_OVERLAPS, all by the name of the field."""
    field = "rule" if wish.get("rule") is not None else "start_at"
    if not work.plan.targets(area.path):
        raise ConflictError(Code.NO_DEVICES, field="area_id", area=area.name)
    # A free time that is offered is near the wished one: no use when that is at a forbidden hour.
    check_rails(work, broadcast, area, now=now, field=field)
    if not draft.has_order:
        check_free(work, broadcast, area, first=now, until=draft.start_at + CHECKED_AHEAD, field=field)


def is_same(before: Broadcast, draft: Draft) -> bool:
    """Tell whether an order would stay as it is."""
    return (rule_text(draft.rule), draft.terms) == (rule_text(rule_of(before)), terms_of(before))


def _change(
    work: Work, actor: Actor, broadcast: Broadcast, area: Area, wish: OrderWish, *, now: datetime
) -> BroadcastView:
    notice = work.notices.get(broadcast.notice_id)
    if notice is None:
        raise NotFoundError
    before = replace(broadcast)
    wished, draft = draft_order(work, actor, notice, area, wish, now=now, before=broadcast)
    if is_same(before, draft):
        # Opened and saved as it was: nobody changed anything, and nothing moves.
        return view_of(work, broadcast, area, now)
    check(work, wished, area, draft, wish, now=now)
    for name in _WRITTEN:
        setattr(broadcast, name, getattr(wished, name))
    broadcast.version += 1
    broadcast.updated_by, broadcast.updated_at = actor.user_id, now
    others = [one for one in broadcast.changed_by.split(",") if one not in ("", actor.user_id)]
    broadcast.changed_by = ",".join([*others, actor.user_id])
    if broadcast.state is BroadcastState.HELD:
        broadcast.planned_until = None
    refresh_timetables(work, renew_broadcast(work, broadcast, now), now)
    told = changes(
        version=broadcast.version,
        fields=[*_rule_changes(before, broadcast), *_term_changes(before, broadcast)],
        text=("", ""),
    )
    for subject in (f"notice:{notice.id}", f"broadcast:{broadcast.id}"):
        note(work, actor, "reschedule", subject, now=now, detail=told)
    return view_of(work, broadcast, area, now)


def _rule_changes(before: Broadcast, after: Broadcast) -> list[tuple[str, object, object]]:
    old, new = plain_rule(before), plain_rule(after)
    return [(f"rule.{key}", old.get(key), new.get(key)) for key in sorted({*old, *new})]


def _term_changes(before: Broadcast, after: Broadcast) -> list[tuple[str, object, object]]:
    return [(name, getattr(before, name), getattr(after, name)) for name in (*_TERMS, "needs")]


def _stoppable(work: Work, actor: Actor, broadcast_id: str) -> Broadcast:
    """Return a broadcast that the actor may stop: an operator of its area may, and whoever may schedule there."""
    broadcast = work.airings.broadcast(broadcast_id)
    if broadcast is None:
        raise NotFoundError
    area = area_for(work, actor, broadcast.area_id, Permission.VIEW)
    if not actor.may(Permission.OPERATE, area):
        actor.require(Permission.SCHEDULE, area)
    return broadcast


def _withdrawable(work: Work, actor: Actor, notice_id: str) -> Notice:
    notice = notice_for(work, actor, notice_id, Permission.VIEW)
    if notice.author_id != actor.user_id:
        notice_for(work, actor, notice_id, Permission.APPROVE)
    return notice


__all__ = ["AiringView", "BroadcastDesk", "BroadcastView", "check", "draft_order", "order"]
