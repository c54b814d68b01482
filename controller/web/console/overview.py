"""The first page: what is on air, what comes next, who is silent, what waits for me."""

from fastapi import APIRouter, Response

from controller.domain.airings import AiringState
from controller.domain.devices import DeviceKind, Presence
from controller.domain.notices import NoticeState
from controller.domain.people import Permission
from controller.usecases.notice_desk import NoticeView
from controller.web.console.airing_groups import grouped
from controller.web.console.page import Page, VisitorPage

router = APIRouter()
_SHOWN = 8


@router.get("/")
def overview(page: VisitorPage) -> Response:
    areas = {area.id: area for area in page.uses.areas.visible(page.actor)}
    views = page.uses.broadcasts.coming(page.actor)
    on_air = [view for view in views if view.airing.state is AiringState.PLAYING]
    ahead = [view for view in views if view.airing.planned_at > page.now() and view not in on_air]
    return page.render(
        "overview.html",
        areas=areas,
        on_air=grouped(on_air, areas),
        ahead=grouped(ahead, areas)[:_SHOWN],
        devices=_presences(page),
        waiting=waiting_for(page),
        mine=_sent_back(page),
        may_write=page.actor.may_somewhere(Permission.WRITE),
    )


def waiting_for(page: Page) -> list[NoticeView]:
    """Return the notices that this person may decide: submitted, in their area, and not their own."""
    areas = {area.id for area in page.uses.areas.visible(page.actor, Permission.APPROVE)}
    return [
        view
        for view in page.uses.notices.listed(page.actor)
        if view.notice.state is NoticeState.SUBMITTED
        and view.notice.area_id in areas
        and view.notice.author_id != page.actor.user_id
    ]


def _sent_back(page: Page) -> list[NoticeView]:
    """Return what this person wrote and an approver sent back."""
    return [
        view
        for view in page.uses.notices.listed(page.actor)
        if view.notice.state is NoticeState.REJECTED and view.notice.author_id == page.actor.user_id
    ]


def _presences(page: Page) -> dict[str, int]:
    devices = [view.device for view in page.uses.devices.listed(page.actor)]
    return {
        "speakers": sum(device.kind is DeviceKind.SPEAKER for device in devices),
        "boards": sum(device.kind is DeviceKind.BOARD for device in devices),
        "online": sum(device.presence is Presence.ONLINE for device in devices),
        "silent": sum(device.presence is not Presence.ONLINE for device in devices),
        "faulty": sum(bool(device.faults) for device in devices),
    }
