"""The page of one notice: gathering what it shows, and saving what was typed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from fastapi import Response

from controller.domain.airings import OPEN_STATES, AiringState, BroadcastState
from controller.domain.areas import Area
from controller.domain.errors import Code, DomainError, InvalidError
from controller.domain.notices import Notice, NoticeState
from controller.domain.orders import rule_of
from controller.domain.people import Permission
from controller.domain.texts import MAX_TEXT, MAX_TITLE, clean_line, clean_text
from controller.usecases.broadcast_desk import AiringView, BroadcastView
from controller.usecases.notice_desk import NoticeView
from controller.usecases.rights import Actor
from controller.web.console.airing_groups import AiringGroup, grouped, zone_of
from controller.web.console.page import Attempt, Page, Typed
from controller.web.console.refusals import attempt
from controller.web.console.start_times import next_start
from controller.web.console.versions import difference, expiry_fields, expiry_of
from schedules import Once

_LAST_STARTS, _NEXT_STARTS = 3, 9
_IN_WORK = (NoticeState.DRAFT, NoticeState.REJECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What this person may do with this notice now; the use cases check again."""

    edit: bool
    revise: bool
    decide: bool
    schedule: bool
    withdraw: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastCard:
    """A broadcast with the devices it went to."""

    view: BroadcastView
    lines: tuple[AiringView, ...]
    place: str
    zone: str
    is_on_air: bool
    may_stop: bool
    may_change: bool

    @property
    def repeats(self) -> bool:
        """Whether it has more than one start."""
        return not isinstance(rule_of(self.view.broadcast), Once)

    @property
    def starts(self) -> list[AiringGroup]:
        """The airings by their start, soonest first: the last ones that are over, and the next ones."""
        groups = grouped(self.lines, {})
        over = [group for group in groups if group.is_over]
        return over[-_LAST_STARTS:] + [group for group in groups if not group.is_over][:_NEXT_STARTS]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeWords:
    """What was typed into the editor."""

    title: Typed = ""
    text: Typed = ""
    expires_date: Typed = ""
    expires_time: Typed = ""

    def expires_at(self, zone: str) -> datetime | None:
        return expiry_of(self.expires_date, self.expires_time, zone)


def show(
    page: Page, notice_id: str, *, tried: Attempt | None = None, seen: str = "", done: str = ""
) -> Response:
    """Return the page of a notice; raises NotFoundError."""
    view = page.uses.notices.view(page.actor, notice_id)
    areas = {area.id: area for area in page.uses.areas.known(page.actor)}
    schedulable = page.uses.areas.visible(page.actor, Permission.SCHEDULE)
    zone = zone_of(view.notice.area_id, areas)
    return page.render(
        "notice.html",
        attempt=tried,
        view=view,
        zone=zone,
        area=areas[view.notice.area_id],
        allowed=_allowed(page.actor, view.notice, areas[view.notice.area_id]),
        names=page.uses.accounts.names(),
        schedulable=schedulable,
        start=next_start(page.now(), zone),
        cards=_cards(page, notice_id, areas),
        seen=seen,
        done=done,
        voice=_voice(page, view),
        difference=difference(page, view.notice, zone),
        expiry=expiry_fields(view.notice.expires_at, zone),
        approved_expiry=view.notice.approved_expires_at if view.notice.is_in_force else None,
        max_title=MAX_TITLE,
        max_text=MAX_TEXT,
    )


def keep(page: Page, notice_id: str, words: NoticeWords, *, version: str) -> None:
    """Save what was typed, unless it is what is there already: an edit would throw its sound away."""
    notice = page.uses.notices.view(page.actor, notice_id).notice
    if not version.isdecimal() or len(version) > 9:
        raise InvalidError(Code.INPUT_INVALID, field="version")
    zone = zone_at(page, notice.area_id)
    expires_at = words.expires_at(zone)
    if (words.expires_date, words.expires_time) == tuple(expiry_fields(notice.expires_at, zone).values()):
        expires_at = notice.expires_at  # an input knows no seconds
    is_same = notice.version == int(version) and (notice.title, notice.text, notice.expires_at) == (
        clean_line(words.title, field="title", limit=MAX_TITLE),
        clean_text(words.text),
        expires_at,
    )
    if not is_same:
        page.uses.notices.edit(
            page.actor,
            notice_id,
            title=words.title,
            text=words.text,
            seen_version=int(version),
            expires_at=expires_at,
        )


def refused(page: Page, error: DomainError, words: NoticeWords, version: str) -> Attempt:
    """Return the refused editor with everything that was typed.

    Who was told what somebody else saved meanwhile has seen that version: the next press of the button is about it.
    """
    is_told = error.code is Code.EDITED_MEANWHILE
    typed = {**asdict(words), **({"meanwhile": "yes"} if is_told else {"version": version})}
    return attempt(page, "notice", error, typed)


def zone_at(page: Page, area_id: str) -> str:
    """Return the zone of an area by its id."""
    return zone_of(area_id, {area.id: area for area in page.uses.areas.visible(page.actor)})


def go_on(page: Page, notice_id: str, then: str) -> None:
    """Do what the pressed button says after saving."""
    if then == "listen":
        page.uses.notices.listen(page.actor, notice_id)
    elif then == "submit":
        page.uses.notices.submit(page.actor, notice_id)


def _allowed(actor: Actor, notice: Notice, area: Area) -> Allowed:
    is_author = notice.author_id == actor.user_id
    may_approve = actor.may(Permission.APPROVE, area)
    return Allowed(
        edit=notice.state in _IN_WORK and actor.may(Permission.WRITE, area),
        revise=notice.is_editable and notice.state not in _IN_WORK and actor.may(Permission.WRITE, area),
        decide=notice.state is NoticeState.SUBMITTED
        and may_approve
        and not notice.is_own_item(actor.user_id),
        schedule=notice.is_in_force and actor.may(Permission.SCHEDULE, area),
        withdraw=notice.is_withdrawable and (is_author or may_approve),
    )


def _cards(page: Page, notice_id: str, areas: Mapping[str, Area]) -> list[BroadcastCard]:
    """Return the broadcasts, the latest first, but what is on air before all: it is what somebody may have to stop."""
    cards = [_card(page, view, areas) for view in page.uses.broadcasts.of_notice(page.actor, notice_id)]
    return sorted(cards, key=lambda card: not card.is_on_air)


def _card(page: Page, view: BroadcastView, areas: Mapping[str, Area]) -> BroadcastCard:
    area = areas.get(view.broadcast.area_id)
    lines = page.uses.broadcasts.log(page.actor, broadcast_id=view.broadcast.id, limit=500)
    is_alive = view.broadcast.stopped_at is None and view.broadcast.state is not BroadcastState.REJECTED
    has_more = is_alive and bool(view.starts)
    is_open = has_more or (is_alive and any(one.state in OPEN_STATES for one in view.airings))
    may_stop = area is not None and any(
        page.actor.may(permission, area) for permission in (Permission.OPERATE, Permission.SCHEDULE)
    )
    return BroadcastCard(
        view=view,
        lines=tuple(sorted(lines, key=lambda line: (line.airing.planned_at, line.device.name))),
        place=area.name if area is not None else "",
        zone=zone_of(view.broadcast.area_id, areas),
        # Both were read, one after the other: what either knows counts.
        is_on_air=any(
            one.state is AiringState.PLAYING for one in (*view.airings, *(line.airing for line in lines))
        ),
        may_stop=is_open and may_stop,
        may_change=has_more and area is not None and page.actor.may(Permission.SCHEDULE, area),
    )


def _voice(page: Page, view: NoticeView) -> dict[str, str]:
    """Return who speaks, and which better voice did not and why, in words."""
    if view.rendering is None:
        return {"engine": "", "fell_back": ""}
    failures = [one.rpartition(":") for one in view.rendering.fell_back.split(", ") if one]
    return {
        "engine": _engine(page, view.rendering.engine),
        "fell_back": "; ".join(
            page.say("sound.failure", voice=_engine(page, engine), reason=page.word("voice_fault", code))
            for engine, _, code in failures
        ),
    }


def _engine(page: Page, engine: str) -> str:
    return page.word("engine", engine.partition(":")[0])
