"""Who is asking, and what they may see and do where.

What a person may not see does not exist for them: the answer is "not found", never "forbidden".
"""

from collections.abc import Sequence
from dataclasses import dataclass

from controller.domain.areas import Area
from controller.domain.errors import Code, ConflictError, NotFoundError, NotPermittedError
from controller.domain.people import ALLOWS, Permission, Role
from controller.usecases.ports import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """Whom somebody decides for while that approver is away, and where."""

    path: str
    user_id: str
    display_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A signed-in person. `roles` pairs an area path with a role; `address` is where the request came from.

    `stands_in` says which of the roles as an approver are somebody else's, lent for some days.
    """

    user_id: str
    username: str
    display_name: str
    roles: tuple[tuple[str, Role], ...]
    address: str
    stands_in: tuple[StandIn, ...] = ()

    def acts_for(self, area: Area) -> StandIn | None:
        """Return on whose behalf this person decides in an area; None when they may decide by themselves."""
        own = list(self.roles)
        for one in self.stands_in:
            own.remove((one.path, Role.APPROVER))
        if any(area.path.startswith(path) and Permission.APPROVE in ALLOWS[role] for path, role in own):
            return None
        return next((one for one in self.stands_in if area.path.startswith(one.path)), None)

    def may(self, permission: Permission, area: Area) -> bool:
        """Tell whether this person has a permission on an area."""
        return any(area.path.startswith(path) and permission in ALLOWS[role] for path, role in self.roles)

    def may_somewhere(self, permission: Permission) -> bool:
        """Tell whether this person has a permission on any area at all."""
        return any(permission in ALLOWS[role] for _, role in self.roles)

    def require(self, permission: Permission, area: Area) -> None:
        """Raise NotFoundError when the area may not be seen, NotPermittedError when this may not be done there."""
        if not self.may(Permission.VIEW, area):
            raise NotFoundError
        if not self.may(permission, area):
            raise NotPermittedError(Code.NOT_PERMITTED)


def area_for(work: Work, actor: Actor, area_id: str, permission: Permission) -> Area:
    """Return an area on which the actor has a permission; raise NotFoundError or NotPermittedError.

    An area that is closed or still to come may be looked at, and nothing else: AREA_NOT_IN_FORCE.
    """
    area = work.areas.get(area_id)
    if area is None:
        raise NotFoundError
    actor.require(permission, area)
    if not area.is_in_force and permission is not Permission.VIEW:
        raise ConflictError(Code.AREA_NOT_IN_FORCE, field="area_id", area=area.name)
    return area


def visible_areas(
    work: Work, actor: Actor, permission: Permission = Permission.VIEW, *, with_absent: bool = False
) -> Sequence[Area]:
    """Return every area in force on which the actor has a permission, by path; for logs also those closed."""
    return [area for area in work.areas.all(with_absent=with_absent) if actor.may(permission, area)]
