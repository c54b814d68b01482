"""Areas: the tree for whoever may look at any of it, and adding to it for administrators."""

from datetime import date

from fastapi import APIRouter, Response

from controller.domain.areas import AreaKind
from controller.domain.errors import Code, DomainError, InvalidError, NotFoundError
from controller.domain.people import Permission
from controller.web.console.page import Attempt, Page, Typed, VisitorForm, VisitorPage, see_other
from controller.web.console.refusals import attempt

router = APIRouter(prefix="/areas")


@router.get("")
def listed(page: VisitorPage, done: str = "", on: str = "") -> Response:
    return _areas_page(page, done=done, on=on)


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


def _areas_page(page: Page, tried: Attempt | None = None, *, done: str = "", on: str = "") -> Response:
    administered = page.uses.areas.visible(page.actor, Permission.ADMINISTER)
    if tried is not None and not administered:
        raise NotFoundError
    day = _day(on) if on else page.uses.areas.today()
    places = page.uses.areas.tree_on(page.actor, day)
    top = min((place.path.count("/") for place in places), default=0)
    return page.render(
        "areas.html",
        attempt=tried,
        administered=administered,
        day=day,
        places=[(place, place.path.count("/") - top) for place in places],
        coming=page.uses.area_changes.coming(page.actor),
        kinds=[kind for kind in AreaKind if kind is not AreaKind.CENTRAL],
        done=done,
    )


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise InvalidError(Code.INPUT_INVALID, field="on") from error


def _kind(typed: str) -> AreaKind:
    try:
        return AreaKind(typed)
    except ValueError as error:
        raise InvalidError(Code.INPUT_INVALID, field="kind") from error
