"""Devices: live state, claim codes, revocation."""

from fastapi import APIRouter, Response

from controller.domain.devices import CLAIM_CODE_LIFETIME, DeviceKind, Neighbour
from controller.domain.errors import Code, DomainError, InvalidError
from controller.domain.people import Permission
from controller.web.console.page import Attempt, Page, Typed, VisitorForm, VisitorPage, see_other
from controller.web.console.refusals import attempt

router = APIRouter(prefix="/devices")


@router.get("")
def listed(page: VisitorPage, done: str = "") -> Response:
    return _devices_page(page, done=done)


@router.post("/claim-codes")
def issue_code(page: VisitorForm, *, kind: Typed = "", name: Typed = "", area_id: Typed = "") -> Response:
    try:
        issued = page.uses.devices.issue_code(page.actor, kind=_kind(kind), name=name, area_id=area_id)
    except DomainError as error:
        typed = {"kind": kind, "name": name, "area_id": area_id}
        return _devices_page(page, attempt(page, "claim", error, typed))
    area = next(one for one in page.uses.areas.visible(page.actor) if one.id == area_id)
    hours = round(CLAIM_CODE_LIFETIME.total_seconds() / 3600)
    return page.render("claim_code.html", issued=issued, name=name, area=area, hours=hours)


@router.post("/{device_id}/revoke")
def revoke(device_id: str, page: VisitorForm) -> Response:
    try:
        page.uses.devices.revoke(page.actor, device_id)
    except DomainError as error:
        return _devices_page(page, attempt(page, "revoke", error))
    return see_other("/devices", done="revoke")


def _devices_page(page: Page, tried: Attempt | None = None, *, done: str = "") -> Response:
    return page.render(
        "devices.html",
        attempt=tried,
        views=page.uses.devices.listed(page.actor),
        operable={area.id: area for area in page.uses.areas.visible(page.actor, Permission.OPERATE)},
        kinds=list(DeviceKind),
        neighbours=list(Neighbour),
        done=done,
    )


def _kind(typed: str) -> DeviceKind:
    try:
        return DeviceKind(typed)
    except ValueError as error:
        raise InvalidError(Code.INPUT_INVALID, field="kind") from error
