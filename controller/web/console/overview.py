"""The first page: what is on air, what comes next, who is silent, what waits for me."""

from fastapi import APIRouter, Response

from controller.domain.airings import AiringState
from controller.domain.devices import DeviceKind, Presence
from controller.domain.people import Permission
from controller.web.console.airing_groups import grouped
from controller.web.console.inbox import waiting_count
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
        waiting=page.uses.notices.waiting(page.actor),
        inbox=waiting_count(page),
        held=page.uses.review.waiting(page.actor),
        reminders=page.uses.reminders.unseen(page.actor),
        mine=[one for one in page.uses.notices.sent_back(page.actor) if one.area_id in areas],
        may_write=page.actor.may_somewhere(Permission.WRITE),
    )


def _presences(page: Page) -> dict[str, int]:
    devices = [view.device for view in page.uses.devices.listed(page.actor)]
    return {
        "speakers": sum(device.kind is DeviceKind.SPEAKER for device in devices),
        "boards": sum(device.kind is DeviceKind.BOARD for device in devices),
        "online": sum(device.presence is Presence.ONLINE for device in devices),
        "silent": sum(device.presence is not Presence.ONLINE for device in devices),
        "faulty": sum(bool(device.faults) for device in devices),
    }
