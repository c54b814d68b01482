"""Putting an approved notice on the air, stopping it, taking it back."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from controller.domain.areas import DEFAULT_ZONE
from controller.domain.errors import DomainError, NotFoundError
from controller.web.console import notice_page
from controller.web.console.page import Page, Typed, VisitorForm, see_other
from controller.web.console.refusals import attempt
from controller.web.console.start_times import free_instant, instant_of

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleForm:
    """What was typed. `free_at` is the time on the button that the overlap message offers."""

    area_id: Typed = ""
    start_date: Typed = ""
    start_time: Typed = ""
    until_date: Typed = ""
    until_time: Typed = ""
    free_at: Typed = ""

    def start_at(self, zone: str) -> datetime:
        if self.free_at:
            return free_instant(self.free_at)
        return instant_of(self.start_date, self.start_time, zone, field="start_at")

    def board_until(self, zone: str) -> datetime | None:
        """Return None when both were left empty; a day alone means its end."""
        if not self.until_date and not self.until_time:
            return None
        return instant_of(self.until_date, self.until_time or "23:59", zone, field="board_until")


@router.post("/notices/{notice_id}/broadcasts")
def schedule(notice_id: str, page: VisitorForm, form: Annotated[ScheduleForm, Depends()]) -> Response:
    zone = DEFAULT_ZONE
    try:
        zone = _zone(page, form.area_id)
        start_at, board_until = form.start_at(zone), form.board_until(zone)
        page.uses.broadcasts.schedule(
            page.actor, notice_id, area_id=form.area_id, start_at=start_at, board_until=board_until
        )
    except DomainError as error:
        tried = attempt(page, "schedule", error, asdict(form), zone=zone)
        return notice_page.show(page, notice_id, tried=tried)
    return see_other(f"/notices/{notice_id}", part="broadcasts", done="schedule")


@router.post("/notices/{notice_id}/withdraw")
def withdraw(notice_id: str, page: VisitorForm, reason: Typed = "") -> Response:
    try:
        page.uses.broadcasts.withdraw(page.actor, notice_id, reason=reason)
    except DomainError as error:
        return notice_page.show(page, notice_id, tried=attempt(page, "withdraw", error, {"reason": reason}))
    return see_other(f"/notices/{notice_id}", done="withdraw")


@router.post("/broadcasts/{broadcast_id}/stop")
def stop(broadcast_id: str, page: VisitorForm) -> Response:
    notice_id = page.uses.broadcasts.view(page.actor, broadcast_id).broadcast.notice_id
    try:
        page.uses.broadcasts.stop(page.actor, broadcast_id)
    except DomainError as error:
        return notice_page.show(page, notice_id, tried=attempt(page, "stop", error))
    return see_other(f"/notices/{notice_id}", part="broadcasts", done="stop")


def _zone(page: Page, area_id: str) -> str:
    """Return the zone of the chosen area: typed times are meant in it. Raises NotFoundError."""
    area = next((one for one in page.uses.areas.visible(page.actor) if one.id == area_id), None)
    if area is None:
        raise NotFoundError
    return area.zone
