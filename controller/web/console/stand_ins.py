"""Standing in for an approver who is away."""

from datetime import date

from fastapi import APIRouter, Response

from controller.domain.errors import Code, DomainError, InvalidError
from controller.domain.review import LONGEST_DELEGATION
from controller.web.console.page import Attempt, Page, Typed, VisitorForm, VisitorPage, see_other
from controller.web.console.refusals import attempt

router = APIRouter(prefix="/stand-ins")


@router.get("")
def listed(page: VisitorPage, done: str = "") -> Response:
    return _stand_ins_page(page, done=done)


@router.post("")
def delegate(
    page: VisitorForm,
    *,
    area_id: Typed = "",
    username: Typed = "",
    starts_on: Typed = "",
    ends_on: Typed = "",
) -> Response:
    typed = {"area_id": area_id, "username": username, "starts_on": starts_on, "ends_on": ends_on}
    try:
        page.uses.stand_ins.delegate(
            page.actor,
            area_id=area_id,
            username=username,
            starts_on=_day(starts_on, "starts_on"),
            ends_on=_day(ends_on, "ends_on"),
        )
    except DomainError as error:
        return _stand_ins_page(page, attempt(page, "delegation", error, typed))
    return see_other("/stand-ins", done="delegate")


@router.post("/{delegation_id}/end")
def end(delegation_id: str, page: VisitorForm) -> Response:
    try:
        page.uses.stand_ins.end(page.actor, delegation_id)
    except DomainError as error:
        return _stand_ins_page(page, attempt(page, "end", error))
    return see_other("/stand-ins", done="end_delegation")


def _stand_ins_page(page: Page, tried: Attempt | None = None, *, done: str = "") -> Response:
    return page.render(
        "stand_ins.html",
        attempt=tried,
        views=page.uses.stand_ins.listed(page.actor),
        areas=page.uses.stand_ins.areas(page.actor),
        candidates=page.uses.stand_ins.candidates(page.actor),
        days=LONGEST_DELEGATION.days,
        done=done,
    )


def _day(typed: str, field: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError as error:
        raise InvalidError(Code.INPUT_INVALID, field=field) from error
