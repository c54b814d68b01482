"""What will really play: on one device, or in an area, for the next 24 hours, one day, or a week."""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from controller.domain.devices import DeviceKind
from controller.domain.errors import NotFoundError
from controller.usecases.outlooks import Outlook
from controller.usecases.previews import DAY_HOURS, WEEK_HOURS
from controller.web.console.charts import View, alike, chart_of
from controller.web.console.foreseen import Foreseen, Named
from controller.web.console.page import Page, VisitorPage
from schedules import Guardrail, Rails, RailsInForce, local_day

router = APIRouter()
_BOARDS = RailsInForce([Rails(guardrail=Guardrail())])
MOST_CHARTS = 6
"""An area's page draws so many groups of devices that do the same; the page of a device draws any of the others."""


@router.get("/devices/{device_id}/timeline")
def of_device(device_id: str, page: VisitorPage, view: str = "", day: str = "") -> Response:
    outlook = page.uses.previews.of_device(page.actor, device_id, hours=_hours(view))
    name = page.uses.devices.view(page.actor, device_id).device.name
    return _timeline_page(
        page, [outlook], view, day, place=name, zone=outlook.zone, back=("/devices", page.say("nav.devices"))
    )


@router.get("/areas/{area_id}/timeline")
def of_area(area_id: str, page: VisitorPage, view: str = "", day: str = "") -> Response:
    outlooks = page.uses.previews.of_area(page.actor, area_id, hours=_hours(view))
    area = next(one for one in page.uses.areas.known(page.actor) if one.id == area_id)
    back = (f"/areas/{area_id}", area.name)
    return _timeline_page(page, outlooks, view, day, place=area.name, zone=area.zone, back=back)


def foreseen_of(outlook: Outlook, names: Mapping[str, str], seen: Container[str]) -> Foreseen:
    """Return a forecast in the page's own terms; `names` are those of devices, `seen` the notices to link to."""
    return Foreseen(
        places=tuple(sorted(names.get(one.device_id, one.device_id) for one in outlook.devices)),
        zone=outlook.zone,
        start_at=outlook.start_at,
        end_at=outlook.end_at,
        outcome=outlook.outcome,
        held=outlook.held,
        names={
            key: Named(
                title=one.title,
                notice_id=one.notice_id if one.notice_id in seen else "",
                is_wish=one.is_wish,
            )
            for key, one in outlook.names.items()
        },
        # Boards are silent: no hours are quiet for them.
        rails=outlook.rails if outlook.kind is DeviceKind.SPEAKER else _BOARDS,
    )


def device_names(page: Page) -> dict[str, str]:
    """Return the names of the devices that this person may see, by id."""
    return {view.device.id: view.device.name for view in page.uses.devices.listed(page.actor)}


def seen_notices(page: Page, outlooks: Iterable[Outlook]) -> set[str]:
    """Return which of the notices of a forecast this person may open: those from above the communes they may not."""
    wanted = {one.notice_id for outlook in outlooks for one in outlook.names.values()}
    return {one for one in wanted if _is_seen(page, one)}


def _is_seen(page: Page, notice_id: str) -> bool:
    try:
        page.uses.notices.view(page.actor, notice_id)
    except NotFoundError:
        return False
    return True


def in_order(outlooks: Sequence[Outlook]) -> list[Outlook]:
    """Return the groups that say most first: what has something to say at all, then the larger ones."""
    return sorted(outlooks, key=lambda one: (not (one.outcome or one.held), -len(one.devices)))


def _timeline_page(
    page: Page,
    outlooks: Sequence[Outlook],
    view: str,
    day: str,
    *,
    place: str,
    zone: str,
    back: tuple[str, str],
) -> Response:
    today = local_day(page.now(), ZoneInfo(zone))
    shown = _day(day, today)
    chosen: View = "week" if view == "week" else "day" if view == "day" else "hours"
    names, seen = device_names(page), seen_notices(page, outlooks)
    charts = alike(
        chart_of(
            foreseen_of(one, names, seen),
            view=chosen,
            day=shown,
            now=page.now(),
            language=page.language,
            address=f"/devices/{one.devices[0].device_id}/timeline",
        )
        for one in in_order(outlooks)
    )
    return page.render(
        "timeline.html",
        charts=charts[:MOST_CHARTS],
        others=max(0, len(charts) - MOST_CHARTS),
        view=chosen,
        day=shown,
        place=place,
        zone=zone,
        back=back[0],
        back_name=back[1],
    )


def _hours(view: str) -> int:
    return WEEK_HOURS if view in ("week", "day") else DAY_HOURS


def _day(typed: str, today: date) -> date:
    """Return the day of a link, if it is one of the days that can be foreseen; today else."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return today
    return day if today <= day <= today + timedelta(hours=WEEK_HOURS) else today
