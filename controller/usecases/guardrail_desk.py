"""Setting the guard rails of an area, showing what holds there, and finding what then breaks it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from controller.domain.area_tree import told
from controller.domain.areas import Area
from controller.domain.devices import Neighbour
from controller.domain.errors import Code, ConflictError, InvalidError, NotFoundError
from controller.domain.guardrails import GuardrailSetting
from controller.domain.ids import new_id
from controller.domain.people import Permission
from controller.usecases.notice_desk import clean_reason
from controller.usecases.outlooks import outlooks
from controller.usecases.ports import Clock, News, Unit, Work
from controller.usecases.rails_book import GuardrailBook, own_setting, profile_of
from controller.usecases.rights import Actor, area_for
from controller.usecases.timetables import refresh_in_parts
from controller.usecases.trail import note
from schedules import (
    BUILT_IN,
    Breach,
    Fate,
    Guardrail,
    ImpossibleGuardrailError,
    Unaired,
    at_local,
    guardrail_from_plain,
    guardrail_to_plain,
    local_day,
    loosened,
)

LOOK_AHEAD = timedelta(days=7)
_MOST_DAYS_AHEAD = 5 * 366
_NAMES = tuple(one.name for one in fields(Guardrail))


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailView:
    """The guard rails of an area on a day: what is set there, what holds right above, and what holds.

    `settings` are those in force or to come; `seen` names the latest, for whoever changes it next. `loosened` are
    the fields that `own` leaves looser than what holds above: they have no effect.
    """

    area: Area
    day: date
    own: GuardrailSetting | None
    profile: Guardrail
    above: Guardrail
    effective: Guardrail
    loosened: tuple[str, ...]
    settings: tuple[GuardrailSetting, ...]
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Something planned that the guard rails now forbid, and the devices on which they do."""

    title: str
    notice_id: str
    broadcast_id: str
    planned_at: datetime
    zone: str
    devices: tuple[str, ...]
    breaches: tuple[Breach, ...]


class GuardrailDesk:
    """Use cases about guard rails."""

    def __init__(self, *, unit: Unit, clock: Clock, news: News) -> None:
        self._unit = unit
        self._clock = clock
        self._news = news

    def set(
        self,
        actor: Actor,
        area_id: str,
        *,
        profile: Mapping[str, object] | str,
        starts_on: date,
        ends_on: date | None,
        reason: str,
        seen: str,
    ) -> GuardrailView:
        """Set a profile on an area, by its fields or by the name of a built-in one; an empty one sets nothing.

        `seen` is the latest setting that the actor saw there ("" for none). Raises GUARDRAIL_LOOSENS naming what
        would be looser than above, GUARDRAIL_WRONG, GUARDRAIL_CHANGED, DAY_IN_THE_PAST, NOT_A_TIME or REASON_EMPTY.
        """
        now = self._clock.now()
        wished, reason = _checked(profile), clean_reason(reason)
        if not reason:
            raise InvalidError(Code.REASON_EMPTY, field="reason")
        with self._unit() as work:
            area = area_for(work, actor, area_id, Permission.ADMINISTER)
            _check_days(starts_on, ends_on, local_day(now, ZoneInfo(area.zone)))
            known = work.guardrails.of_areas([area_id])
            _check_seen(work, area, known, seen, wished)
            _check_tightens(work, area, wished, starts_on)
            before = own_setting(known, starts_on)
            _replace(known, starts_on, ends_on, now)
            setting = GuardrailSetting(
                id=new_id(now),
                area_id=area.id,
                profile=json.dumps(guardrail_to_plain(wished)),
                starts_on=starts_on,
                ends_on=ends_on,
                reason=reason,
                set_by=actor.user_id,
                set_at=now,
            )
            work.guardrails.add(setting)
            work.flush()
            changed = difference(profile_of(before) if before else Guardrail(), wished)
            detail = f"{told(starts_on)}–{told(ends_on) if ends_on else ''}: {changed}; {reason}"
            note(work, actor, "set_guardrails", f"area:{area.id}", now=now, detail=detail)
            concerned = [one.device_id for one in work.plan.targets(area.path)]
            view = _view(work, area, local_day(now, ZoneInfo(area.zone)))
        refresh_in_parts(self._unit, concerned, now)
        self._news.publish("airings")
        return view

    def set_neighbour(self, actor: Actor, device_id: str, neighbour: Neighbour) -> None:
        """Say what stands beside a device; beside a school or the like its volume has a cap of its own."""
        now = self._clock.now()
        with self._unit() as work:
            device = work.devices.get(device_id)
            if device is None:
                raise NotFoundError
            area_for(work, actor, device.area_id, Permission.OPERATE)
            detail = f"neighbour: {device.neighbour or '–'} → {neighbour or '–'}"
            device.neighbour = neighbour
            note(work, actor, "set_neighbour", f"device:{device.id}", now=now, detail=detail)
        refresh_in_parts(self._unit, [device_id], now)
        self._news.publish("devices")

    def view(self, actor: Actor, area_id: str, day: date | None = None) -> GuardrailView:
        """Return the guard rails of an area on a local day, today when none is named."""
        now = self._clock.now()
        with self._unit() as work:
            area = area_for(work, actor, area_id, Permission.VIEW)
            return _view(work, area, day or local_day(now, ZoneInfo(area.zone)))

    def effective(self, area_id: str, day: date) -> Guardrail:
        """Return what holds in an area on a local day."""
        with self._unit() as work:
            return GuardrailBook(work, first_day=day, last_day=day).on(area_id, day)

    def recheck(self, actor: Actor, area_id: str, first_day: date | None = None) -> Sequence[Broken]:
        """Return what is planned within LOOK_AHEAD in an area and breaks its guard rails, soonest first.

        `first_day`: look from this local day on, for guard rails that are to come; from now when none is named.
        """
        now = self._clock.now()
        with self._unit() as work:
            area = area_for(work, actor, area_id, Permission.VIEW)
            start_at = now
            if first_day is not None:
                _check_reach(first_day, local_day(now, ZoneInfo(area.zone)), field="on")
                start_at = max(now, at_local(first_day, time(0), ZoneInfo(area.zone)))
            targets = work.plan.targets(area.path)
            found = outlooks(work, targets, now=now, start_at=start_at, end_at=start_at + LOOK_AHEAD)
            broken: dict[tuple[str, datetime, tuple[Breach, ...]], Broken] = {}
            for outlook in found:
                for one in outlook.outcome:
                    if isinstance(one, Unaired) and one.fate is Fate.REFUSED:
                        name = outlook.names[one.occurrence.id]
                        key = (name.broadcast_id, one.occurrence.start_at, one.breaches)
                        devices = broken[key].devices if key in broken else ()
                        broken[key] = Broken(
                            title=name.title,
                            notice_id=name.notice_id,
                            broadcast_id=name.broadcast_id,
                            planned_at=one.occurrence.start_at,
                            zone=outlook.zone,
                            devices=(*devices, *(target.device_id for target in outlook.devices)),
                            breaches=one.breaches,
                        )
            return sorted(broken.values(), key=lambda one: (one.planned_at, one.title, one.broadcast_id))


def difference(before: Guardrail, after: Guardrail) -> str:
    """Return what became another, as `day_minutes: 180 → 60`, in the order of the profile."""
    old, new = guardrail_to_plain(before), guardrail_to_plain(after)
    changed = [name for name in _NAMES if old.get(name) != new.get(name)]
    return ", ".join(f"{name}: {_plain(old.get(name))} → {_plain(new.get(name))}" for name in changed)


def _plain(value: object) -> str:
    return "–" if value is None else json.dumps(value)


def _checked(profile: Mapping[str, object] | str) -> Guardrail:
    if isinstance(profile, str):
        if profile not in BUILT_IN:
            raise InvalidError(Code.GUARDRAIL_WRONG, field="profile")
        return BUILT_IN[profile]
    try:
        return guardrail_from_plain(profile)
    except ImpossibleGuardrailError as error:
        raise InvalidError(Code.GUARDRAIL_WRONG, field=error.field or "profile") from error


def _check_days(starts_on: date, ends_on: date | None, today: date) -> None:
    if starts_on < today:
        raise InvalidError(Code.DAY_IN_THE_PAST, field="starts_on", today=told(today))
    if ends_on is not None and ends_on < starts_on:
        raise InvalidError(Code.NOT_A_TIME, field="ends_on")
    _check_reach(starts_on, today, field="starts_on")
    _check_reach(ends_on or starts_on, today, field="ends_on")


def _check_reach(day: date, today: date, *, field: str) -> None:
    if (day - today).days > _MOST_DAYS_AHEAD:
        raise InvalidError(Code.TIME_TOO_FAR, field=field, days=_MOST_DAYS_AHEAD)


def _check_tightens(work: Work, area: Area, wished: Guardrail, day: date) -> None:
    """Raise GUARDRAIL_LOOSENS for a wish beyond what holds above. The root has nothing above: it may set anything."""
    if area.parent_id is None:
        return
    above = GuardrailBook(work, first_day=day, last_day=day).above(area.id, day)
    if found := loosened(above, wished):
        raise InvalidError(Code.GUARDRAIL_LOOSENS, field=found[0], area=area.name, fields=", ".join(found))


def _check_seen(
    work: Work, area: Area, known: Sequence[GuardrailSetting], seen: str, wished: Guardrail
) -> None:
    """Raise GUARDRAIL_CHANGED when somebody else has set something since the actor looked."""
    if not known or known[-1].id == seen:
        return
    latest = known[-1]
    person = work.people.get(latest.set_by) if latest.set_by is not None else None
    raise ConflictError(
        Code.GUARDRAIL_CHANGED,
        field="seen",
        area=area.name,
        name=person.display_name if person is not None else "?",
        changes=difference(wished, profile_of(latest)),
    )


def _replace(known: Sequence[GuardrailSetting], starts_on: date, ends_on: date | None, now: datetime) -> None:
    """A setting takes the place of one for the same days; others go on for the days that are theirs alone."""
    for one in known:
        if one.starts_on == starts_on and one.ends_on == ends_on:
            one.replaced_at = now


def _view(work: Work, area: Area, day: date) -> GuardrailView:
    settings = work.guardrails.of_areas([area.id])
    own = own_setting(settings, day)
    profile = profile_of(own) if own is not None else Guardrail()
    book = GuardrailBook(work, first_day=day, last_day=day)
    above = book.above(area.id, day)
    is_top = area.parent_id is None
    return GuardrailView(
        area=area,
        day=day,
        own=own,
        profile=profile,
        above=above,
        effective=book.on(area.id, day),
        loosened=() if is_top else loosened(above, profile),
        settings=tuple(one for one in settings if one.ends_on is None or one.ends_on >= day),
        seen=settings[-1].id if settings else "",
    )
