"""Reading the trail: who did what to a thing, when, from where, and what changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from controller.domain.airings import AuditEntry
from controller.domain.areas import Area
from controller.domain.errors import NotFoundError
from controller.domain.people import Permission
from controller.usecases.ports import Unit, Work
from controller.usecases.rights import Actor, area_for

LONGEST_TRAIL = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEntry:
    """One line of the trail. `name` is the person's display name; `address` is "" for who may not know it."""

    entry: AuditEntry
    name: str
    address: str


class TrailDesk:
    """Use cases about reading the trail."""

    def __init__(self, *, unit: Unit) -> None:
        self._unit = unit

    def of(self, actor: Actor, subject: str) -> Sequence[TrailEntry]:
        """Return the latest LONGEST_TRAIL lines about a subject (`notice:ID`, `user:NAME`, ...), the latest first.

        Whoever may see the thing may see its trail; where people sat is for approvers and administrators of its
        area. Raises NotFoundError.
        """
        with self._unit() as work:
            area = _area_of(work, actor, subject)
            may_locate = area is None or any(
                actor.may(one, area) for one in (Permission.APPROVE, Permission.ADMINISTER)
            )
            names = {user.username: user.display_name for user in work.people.all()}
            return [
                TrailEntry(
                    entry=entry,
                    name=names.get(entry.actor, entry.actor),
                    address=entry.address if may_locate else "",
                )
                for entry in work.review.trail(subject, limit=LONGEST_TRAIL)
            ]


def _area_of(work: Work, actor: Actor, subject: str) -> Area | None:
    """Return the area of a subject that the actor may see; None for their own account."""
    kind, _, name = subject.partition(":")
    if kind == "user":
        return _area_of_person(work, actor, name)
    if kind == "notice" and (notice := work.notices.get(name)) is not None:
        return area_for(work, actor, notice.area_id, Permission.VIEW)
    if kind == "broadcast" and (broadcast := work.airings.broadcast(name)) is not None:
        return area_for(work, actor, broadcast.area_id, Permission.VIEW)
    if kind == "device" and (device := work.devices.get(name)) is not None:
        return area_for(work, actor, device.area_id, Permission.VIEW)
    if kind == "area":
        return area_for(work, actor, name, Permission.VIEW)
    raise NotFoundError


def _area_of_person(work: Work, actor: Actor, username: str) -> Area | None:
    """Return an area in which the actor administers all that this account may do; None for the actor's own."""
    if username == actor.username:
        return None
    user = work.people.by_username(username)
    areas = [work.areas.get(grant.area_id) for grant in work.people.grants(user.id)] if user else []
    theirs = [area for area in areas if area is not None]
    if not theirs or not all(actor.may(Permission.ADMINISTER, area) for area in theirs):
        raise NotFoundError
    return theirs[0]
