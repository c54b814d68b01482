"""What is to be done with the orders of somebody whose account is not theirs alone any more."""

from collections.abc import Sequence
from datetime import datetime

from controller.domain.airings import Broadcast
from controller.domain.second_approval import Need
from controller.usecases.ports import Work
from controller.usecases.taking_effect import hold, may_still_air


def hold_orders_of(work: Work, user_id: str, now: datetime) -> Sequence[Broadcast]:
    """Take everything off the air that a person ordered or approved and that is not over; return what it was.

    Each waits for a second approver, who decides whether it was meant. What others ordered and approved goes on.
    """
    found = [
        broadcast
        for broadcast in work.review.ordered_or_approved_by(user_id)
        if may_still_air(work, broadcast, now)
    ]
    for broadcast in found:
        hold(work, broadcast, Need.LOCKED_OUT, now)
    return found


def end_delegations_of(work: Work, user_id: str, now: datetime) -> None:
    """End what a person lent to others, and what others lent to them."""
    for delegation in work.review.delegations(from_day=now.date().min):
        if user_id in (delegation.from_user_id, delegation.to_user_id):
            delegation.ended_at = now
