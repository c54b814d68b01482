"""Areas: the tree, and adding to it. For administrators."""

from fastapi import APIRouter, Response

from controller.domain.areas import AreaKind
from controller.domain.errors import Code, DomainError, InvalidError, NotFoundError
from controller.domain.people import Permission
from controller.web.console.page import Attempt, Page, Typed, VisitorForm, VisitorPage, see_other
from controller.web.console.refusals import attempt

router = APIRouter(prefix="/areas")


@router.get("")
def listed(page: VisitorPage, done: str = "") -> Response:
    return _areas_page(page, done=done)


@router.post("")
def add(
    page: VisitorForm, *, parent_id: Typed = "", kind: Typed = "", name: Typed = "", zone: Typed = ""
) -> Response:
    try:
        page.uses.areas.add(
            page.actor, parent_id=parent_id, kind=_kind(kind), name=name, zone=zone.strip() or None
        )
    except DomainError as error:
        typed = {"parent_id": parent_id, "kind": kind, "name": name, "zone": zone}
        return _areas_page(page, attempt(page, "area", error, typed))
    return see_other("/areas", done="add")


def _areas_page(page: Page, tried: Attempt | None = None, *, done: str = "") -> Response:
    administered = page.uses.areas.visible(page.actor, Permission.ADMINISTER)
    if not administered:
        raise NotFoundError
    top = min(area.path.count("/") for area in administered)
    return page.render(
        "areas.html",
        attempt=tried,
        rows=[(area, area.path.count("/") - top) for area in administered],
        kinds=[kind for kind in AreaKind if kind is not AreaKind.CENTRAL],
        done=done,
    )


def _kind(typed: str) -> AreaKind:
    try:
        return AreaKind(typed)
    except ValueError as error:
        raise InvalidError(Code.INPUT_INVALID, field="kind") from error
