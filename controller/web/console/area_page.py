"""One area: what it was, is and will be, and the forms that change it from a day on."""

from collections.abc import Callable, Iterable
from datetime import date

from fastapi import APIRouter, Response

from controller.domain.area_plans import MERGEABLE, SplitPart
from controller.domain.areas import Area
from controller.domain.errors import Code, DomainError, InvalidError, NotFoundError
from controller.domain.people import Permission
from controller.usecases.area_changes import PlannedChange
from controller.web.console.page import Attempt, Page, Typed, VisitorForm, VisitorPage, see_other
from controller.web.console.refusals import attempt
from controller.web.console.typed_forms import AnyTyped, TypedForm

router = APIRouter(prefix="/areas")
MOST_PARTS = 4


@router.get("/{area_id}")
def read(area_id: str, page: VisitorPage, done: str = "") -> Response:
    return _area_page(page, area_id, done=done)


@router.post("/{area_id}/rename")
def rename(area_id: str, page: VisitorForm, form: AnyTyped) -> Response:
    return _decided(
        page,
        area_id,
        "rename",
        form,
        lambda: page.uses.area_changes.rename(
            page.actor, area_id, name=form.one("name"), effective_on=day_of(form, "effective_on")
        ),
    )


@router.post("/{area_id}/move")
def move(area_id: str, page: VisitorForm, form: AnyTyped) -> Response:
    return _decided(
        page,
        area_id,
        "move",
        form,
        lambda: page.uses.area_changes.move(
            page.actor, area_id, parent_id=form.one("parent_id"), effective_on=day_of(form, "effective_on")
        ),
    )


@router.post("/{area_id}/merge")
def merge(area_id: str, page: VisitorForm, form: AnyTyped) -> Response:
    return _decided(
        page,
        area_id,
        "merge",
        form,
        lambda: page.uses.area_changes.merge(
            page.actor,
            area_id,
            others=form.all("areas"),
            name=form.one("name") or None,
            effective_on=day_of(form, "effective_on"),
        ),
    )


@router.post("/{area_id}/split")
def split(area_id: str, page: VisitorForm, form: AnyTyped) -> Response:
    return _decided(
        page,
        area_id,
        "split",
        form,
        lambda: page.uses.area_changes.split(
            page.actor, area_id, parts=_parts(form), effective_on=day_of(form, "effective_on")
        ),
    )


@router.post("/{area_id}/close")
def close(area_id: str, page: VisitorForm, form: AnyTyped) -> Response:
    return _decided(
        page,
        area_id,
        "close",
        form,
        lambda: page.uses.area_changes.close(page.actor, area_id, effective_on=day_of(form, "effective_on")),
    )


@router.post("/changes/{decision_id}/call-off")
def call_off(decision_id: str, page: VisitorForm, area_id: Typed = "") -> Response:
    page.uses.area_changes.call_off(page.actor, decision_id)
    return see_other(f"/areas/{area_id}" if area_id else "/areas", done="call_off")


def day_of(form: TypedForm, name: str) -> date:
    """Return a day that was typed; raises INPUT_INVALID naming its input."""
    return day_in(form.one(name), name)


def day_in(typed: str, name: str) -> date:
    """Return the day in what was typed into an input, or stands in an address; raises INPUT_INVALID naming it."""
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise InvalidError(Code.INPUT_INVALID, field=name) from error


def _decided(page: Page, area_id: str, name: str, form: TypedForm, decide: Callable[[], str]) -> Response:
    try:
        decide()
    except DomainError as error:
        if isinstance(error, NotFoundError):
            raise
        typed = {one: form.one(one) for one in form.names()}
        return _area_page(page, area_id, attempt(page, name, error, typed))
    return see_other(f"/areas/{area_id}", done=f"area_{name}")


def _parts(form: TypedForm) -> list[SplitPart]:
    """Return the parts of a split: their names, and what was given to each by its number."""
    parts = []
    for number in range(1, MOST_PARTS + 1):
        if name := form.one(f"part_{number}"):
            given = {
                kind: tuple(
                    one.partition("-")[2] for one in form.names() if _is_given(form, one, kind, number)
                )
                for kind in ("area", "device")
            }
            parts.append(SplitPart(name=name, areas=given["area"], devices=given["device"]))
    return parts


def _is_given(form: TypedForm, one: str, kind: str, number: int) -> bool:
    return one.startswith(f"{kind}-") and form.one(one) == str(number)


def _area_page(page: Page, area_id: str, tried: Attempt | None = None, *, done: str = "") -> Response:
    steps = page.uses.area_changes.history(page.actor, area_id)
    areas = {area.id: area for area in page.uses.areas.visible(page.actor)}
    administered = page.uses.areas.visible(page.actor, Permission.ADMINISTER)
    area = areas.get(area_id)
    standing = steps[-1].standing
    coming = [
        one
        for one in page.uses.area_changes.coming(page.actor)
        if area_id in {step.standing.area_id for step in one.steps}
    ]
    return page.render(
        "area.html",
        attempt=tried,
        area_id=area_id,
        name=area.name if area is not None else standing.name,
        area=area,
        steps=steps,
        names={one.id: one.name for one in areas.values()} | _names_in(coming),
        coming=coming,
        today=page.uses.areas.today(),
        may_change=area_id in {one.id for one in administered},
        is_top=area is not None and area.parent_id not in {one.id for one in administered},
        parents=[one for one in administered if area is not None and not area.covers(one)],
        others=_others(area, administered),
        inside=[one for one in areas.values() if one.parent_id == area_id],
        devices=[view.device for view in page.uses.devices.listed(page.actor) if view.area.id == area_id],
        can_merge=area is not None and area.kind in MERGEABLE,
        parts=range(1, MOST_PARTS + 1),
        done=done,
    )


def _names_in(coming: Iterable[PlannedChange]) -> dict[str, str]:
    """Return the names of areas that are to come."""
    return {
        step.standing.area_id: step.standing.name
        for one in coming
        for step in one.steps
        if step.before is None
    }


def _others(area: Area | None, administered: Iterable[Area]) -> list[Area]:
    """Return what an area may be merged with."""
    if area is None:
        return []
    return [one for one in administered if one.kind is area.kind and one.id != area.id]
