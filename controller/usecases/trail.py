"""The audit trail: one line for everything that a person did."""

from datetime import datetime

from controller.domain.airings import AuditEntry
from controller.domain.areas import Area
from controller.domain.ids import next_id
from controller.usecases.ports import Work
from controller.usecases.rights import Actor


def note(work: Work, actor: Actor, action: str, subject: str, *, now: datetime, detail: str = "") -> None:
    """Add what `actor` just did to the trail, in the same unit of work as the deed itself."""
    note_stranger(work, actor.username, action, subject, address=actor.address, now=now, detail=detail)


def on_behalf(actor: Actor, area: Area) -> str:
    """Return, to be put behind the detail of a decision in an area, in whose place it was made; "" in one's own."""
    lender = actor.acts_for(area)
    return f"\non behalf of {lender.display_name}" if lender is not None else ""


def note_stranger(
    work: Work, who: str, action: str, subject: str, *, address: str, now: datetime, detail: str = ""
) -> None:
    """Add what somebody without a session did: a refused sign-in, an enrolment."""
    entry = AuditEntry(
        id=next_id(now),
        at=now,
        actor=who[:80],
        action=action,
        subject=subject[:120],
        address=address[:80],
        detail=detail,
    )
    work.audit.add(entry)
