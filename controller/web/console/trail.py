"""Who did what to a notice, when, from where, and what changed."""

from fastapi import APIRouter, Response

from controller.web.console.airing_groups import zone_of
from controller.web.console.page import VisitorPage
from controller.web.console.versions import told_lines

router = APIRouter()


@router.get("/notices/{notice_id}/trail")
def of_notice(notice_id: str, page: VisitorPage) -> Response:
    notice = page.uses.notices.view(page.actor, notice_id).notice
    areas = {area.id: area for area in page.uses.areas.known(page.actor)}
    zone = zone_of(notice.area_id, areas)
    lines = page.uses.trail.of(page.actor, f"notice:{notice_id}")
    told = [(line, told_lines(page, line.entry.detail, zone)) for line in lines]
    return page.render("trail.html", notice=notice, told=told, zone=zone)
