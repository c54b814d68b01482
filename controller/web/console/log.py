"""The log of airings: what was planned, what really sounded, and why not."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from controller.domain.airings import AiringState
from controller.usecases.broadcast_desk import AiringView
from controller.web.console.page import VisitorPage

router = APIRouter()
PAGE_SIZE = 50


@router.get("/log")
def log(page: VisitorPage, device: str = "", state: str = "", before: str = "", after: str = "") -> Response:
    views = page.uses.broadcasts.log(
        page.actor,
        device_id=device or None,
        states=[AiringState(state)] if state in list(AiringState) else (),
        before=_instant(before),
        after=after,
        limit=PAGE_SIZE,
    )
    return page.render(
        "log.html",
        views=views,
        devices=page.uses.devices.listed(page.actor),
        states=list(AiringState),
        device=device,
        state=state,
        is_past=bool(before),
        older=_older(views, device, state),
    )


def _instant(typed: str) -> datetime | None:
    """Return the instant of a paging link; anything else starts from the newest."""
    try:
        instant = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None


def _older(views: Sequence[AiringView], device: str, state: str) -> str:
    """Return the address of the next page, or nothing on the last one."""
    if len(views) < PAGE_SIZE:
        return ""
    last = views[-1].airing
    chosen = {"device": device, "state": state, "before": last.planned_at.isoformat(), "after": last.id}
    return "/log?" + urlencode({key: value for key, value in chosen.items() if value})
