"""Review: what waits for me, second approval, standing in, reminders, the trail."""

from fastapi import APIRouter, Response

from controller.web.api.review_bodies import (
    DelegationBody,
    DelegationOut,
    HeldOut,
    LockedOutOut,
    ReminderOut,
    SecondBody,
    TrailOut,
)
from controller.web.api.schemas import NoticeOut, ReasonBody
from controller.web.visits import ApiActor, Uses

router = APIRouter(tags=["review"])


@router.get("/review/notices")
def waiting_notices(actor: ApiActor, uses: Uses) -> list[NoticeOut]:
    """List every notice that you may decide now, the longest waiting first."""
    return [NoticeOut.of(uses.notices.view(actor, one.id)) for one in uses.notices.waiting(actor)]


@router.get("/review/broadcasts")
def waiting_broadcasts(actor: ApiActor, uses: Uses) -> list[HeldOut]:
    """List every order that waits for a second approver, and that you may decide."""
    return [HeldOut.of(view) for view in uses.review.waiting(actor)]


@router.post("/broadcasts/{broadcast_id}/second-approval")
def approve_second(broadcast_id: str, body: SecondBody, actor: ApiActor, uses: Uses) -> HeldOut:
    """Let a held order be carried out; needs a reason, and somebody who had no part in it so far."""
    view = uses.review.approve_second(actor, broadcast_id, reason=body.reason, seen_version=body.version)
    return HeldOut.of(view)


@router.post("/broadcasts/{broadcast_id}/second-rejection")
def reject_second(broadcast_id: str, body: SecondBody, actor: ApiActor, uses: Uses) -> HeldOut:
    """Refuse a held order for good, with a reason."""
    view = uses.review.reject_second(actor, broadcast_id, reason=body.reason, seen_version=body.version)
    return HeldOut.of(view)


@router.get("/delegations")
def list_delegations(actor: ApiActor, uses: Uses) -> list[DelegationOut]:
    """List who stands in for whom, now or later, in the areas that you may see."""
    return [DelegationOut.of(view) for view in uses.stand_ins.listed(actor)]


@router.post("/delegations", status_code=201)
def delegate(body: DelegationBody, actor: ApiActor, uses: Uses) -> DelegationOut:
    """Let somebody else of the area decide in your place for some days, both ends included."""
    delegation = uses.stand_ins.delegate(
        actor,
        area_id=body.area_id,
        username=body.username,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
    )
    views = uses.stand_ins.listed(actor)
    return DelegationOut.of(next(one for one in views if one.delegation.id == delegation.id))


@router.delete("/delegations/{delegation_id}", status_code=204)
def end_delegation(delegation_id: str, actor: ApiActor, uses: Uses) -> Response:
    """End a delegation before its day."""
    uses.stand_ins.end(actor, delegation_id)
    return Response(status_code=204)


@router.get("/reminders")
def list_reminders(actor: ApiActor, uses: Uses) -> list[ReminderOut]:
    """List what you were reminded of and have not opened since."""
    return [ReminderOut.of(view) for view in uses.reminders.unseen(actor)]


@router.get("/trail")
def trail(subject: str, actor: ApiActor, uses: Uses) -> list[TrailOut]:
    """Say who did what to a thing, when and from where: `notice:ID`, `broadcast:ID`, `device:ID`, `user:NAME`."""
    return [TrailOut.of(line) for line in uses.trail.of(actor, subject)]


@router.post("/users/{user_id}/lock-out")
def lock_out(user_id: str, body: ReasonBody, actor: ApiActor, uses: Uses) -> LockedOutOut:
    """Close an account that somebody else may be using, and take its orders off the air; needs a reason."""
    return LockedOutOut(held=uses.accounts.lock_out(actor, user_id, reason=body.reason))
