"""Standing in: an approver who is away lends the right to decide to somebody else of the area, for some days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from controller.domain.areas import Area
from controller.domain.errors import Code, ConflictError, InvalidError, NotFoundError, NotPermittedError
from controller.domain.ids import new_id
from controller.domain.people import ALLOWS, Permission, User
from controller.domain.review import Delegation, check_days
from controller.usecases.ports import Clock, News, Unit, Work
from controller.usecases.rights import Actor, StandIn, area_for, visible_areas
from controller.usecases.trail import note
from schedules import local_day

_A_DAY = timedelta(days=1)
"""The date of UTC differs by one from that of an area at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationView:
    """A delegation that has not ended, with whether it holds today."""

    delegation: Delegation
    area: Area
    from_name: str
    to_name: str
    holds_today: bool
    may_end: bool


class StandIns:
    """Use cases about delegations."""

    def __init__(self, *, unit: Unit, clock: Clock, news: News) -> None:
        self._unit = unit
        self._clock = clock
        self._news = news

    def delegate(
        self, actor: Actor, *, area_id: str, username: str, starts_on: date, ends_on: date
    ) -> Delegation:
        """Let somebody else of the area decide from one local day to another, both included.

        Raises DELEGATION_DATES, or DELEGATE_REFUSED for oneself and for who has no role there. A right that is lent
        cannot be lent on.
        """
        now = self._clock.now()
        with self._unit() as work:
            area = area_for(work, actor, area_id, Permission.APPROVE)
            if actor.acts_for(area) is not None:
                raise NotPermittedError(Code.NOT_PERMITTED)
            check_days(starts_on, ends_on, today_in(area, now))
            user = work.people.by_username(username.strip().lower())
            if user is None or user.id == actor.user_id or not _is_of(work, user, area):
                raise InvalidError(Code.DELEGATE_REFUSED, field="username")
            delegation = Delegation(
                id=new_id(now),
                area_id=area.id,
                from_user_id=actor.user_id,
                to_user_id=user.id,
                starts_on=starts_on,
                ends_on=ends_on,
                created_at=now,
            )
            work.review.add(delegation)
            detail = f"{area.name}: {actor.display_name} → {user.display_name}, {starts_on} – {ends_on}"
            note(work, actor, "delegate", f"area:{area.id}", now=now, detail=detail)
        self._news.publish("notices")
        return delegation

    def end(self, actor: Actor, delegation_id: str) -> None:
        """End a delegation before its day: who gave it, who has it, or an administrator of the area."""
        now = self._clock.now()
        with self._unit() as work:
            delegation = work.review.delegation(delegation_id)
            area = work.areas.get(delegation.area_id) if delegation is not None else None
            if delegation is None or area is None or not _may_see(actor, delegation, area):
                raise NotFoundError
            if not _may_end(actor, delegation, area):
                raise NotPermittedError(Code.NOT_PERMITTED)
            if delegation.ended_at is not None:
                raise ConflictError(Code.NOTHING_TO_STOP)
            delegation.ended_at = now
            names = [_name(work, one) for one in (delegation.from_user_id, delegation.to_user_id)]
            detail = f"{area.name}: {names[0]} → {names[1]}, {delegation.starts_on} – {delegation.ends_on}"
            note(work, actor, "end_delegation", f"area:{area.id}", now=now, detail=detail)
        self._news.publish("notices")

    def listed(self, actor: Actor) -> Sequence[DelegationView]:
        """Return the delegations, now or to come, in the areas that this person may see."""
        now = self._clock.now()
        with self._unit() as work:
            found = []
            for delegation in work.review.delegations(from_day=now.date() - _A_DAY):
                area = work.areas.get(delegation.area_id)
                if area is not None and _may_see(actor, delegation, area):
                    found.append(_view(work, actor, delegation, area, now))
            return [one for one in found if one.delegation.ends_on >= today_in(one.area, now)]

    def candidates(self, actor: Actor) -> Sequence[User]:
        """Return who could stand in for this person, by name: everybody else of the areas where they decide."""
        with self._unit() as work:
            areas = self._own_areas(work, actor)
            people = [user for user in work.people.all() if user.id != actor.user_id]
            fit = [user for user in people if any(_is_of(work, user, area) for area in areas)]
            return sorted(fit, key=lambda user: user.display_name)

    def areas(self, actor: Actor) -> Sequence[Area]:
        """Return the areas where this person decides by their own right, and may lend it."""
        with self._unit() as work:
            return self._own_areas(work, actor)

    def _own_areas(self, work: Work, actor: Actor) -> list[Area]:
        areas = visible_areas(work, actor, Permission.APPROVE)
        return [area for area in areas if actor.acts_for(area) is None]


def lent_to(work: Work, user_id: str, now: datetime) -> tuple[StandIn, ...]:
    """Return where somebody stands in for whom now, as far as those still have the right themselves."""
    found = []
    for delegation in work.review.delegations_to(user_id, from_day=now.date() - _A_DAY):
        area, lender = work.areas.get(delegation.area_id), work.people.get(delegation.from_user_id)
        if area is None or lender is None or not delegation.holds_on(today_in(area, now)):
            continue
        if has_right(work, lender, area):
            found.append(StandIn(path=area.path, user_id=lender.id, display_name=lender.display_name))
    return tuple(found)


def has_right(work: Work, user: User, area: Area) -> bool:
    """Tell whether somebody decides in an area by a role of their own."""
    if user.disabled_at is not None:
        return False
    grants = [one for one in work.people.grants(user.id) if Permission.APPROVE in ALLOWS[one.role]]
    places = [work.areas.get(grant.area_id) for grant in grants]
    return any(place is not None and place.covers(area) for place in places)


def today_in(area: Area, now: datetime) -> date:
    """Return the day that it is in an area."""
    return local_day(now, ZoneInfo(area.zone))


def _is_of(work: Work, user: User, area: Area) -> bool:
    """Tell whether somebody has an open account and a role in an area, above it or below it."""
    if user.disabled_at is not None:
        return False
    places = [work.areas.get(grant.area_id) for grant in work.people.grants(user.id)]
    return any(one is not None and (one.covers(area) or area.covers(one)) for one in places)


def _may_end(actor: Actor, delegation: Delegation, area: Area) -> bool:
    is_theirs = actor.user_id in (delegation.from_user_id, delegation.to_user_id)
    return is_theirs or actor.may(Permission.ADMINISTER, area)


def _may_see(actor: Actor, delegation: Delegation, area: Area) -> bool:
    return _may_end(actor, delegation, area) or actor.may(Permission.VIEW, area)


def _name(work: Work, user_id: str) -> str:
    user = work.people.get(user_id)
    return user.display_name if user is not None else ""


def _view(work: Work, actor: Actor, delegation: Delegation, area: Area, now: datetime) -> DelegationView:
    return DelegationView(
        delegation=delegation,
        area=area,
        from_name=_name(work, delegation.from_user_id),
        to_name=_name(work, delegation.to_user_id),
        holds_today=delegation.holds_on(today_in(area, now)),
        may_end=_may_end(actor, delegation, area),
    )
