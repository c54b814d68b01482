"""The guard rails of an area: its own beside the inherited ones, the form that sets them, and what breaks them."""

from datetime import date

from fastapi import APIRouter, Response

from controller.domain.devices import Neighbour
from controller.domain.errors import Code, DomainError, InvalidError, NotFoundError
from controller.domain.people import Permission
from controller.web.console.area_page import day_in, day_of
from controller.web.console.guardrail_inputs import inputs_of, told, typed_profile
from controller.web.console.page import Attempt, Page, Typed, VisitorForm, VisitorPage, see_other
from controller.web.console.refusals import attempt
from controller.web.console.timeline_words import breach_sentence
from controller.web.console.typed_forms import AnyTyped, TypedForm
from schedules import BUILT_IN, LIMITS

router = APIRouter()


@router.get("/areas/{area_id}/guardrails")
def read(area_id: str, page: VisitorPage, done: str = "", check: str = "", on: str = "") -> Response:
    day = day_in(on, "on") if on else None
    return _guardrails_page(page, area_id, done=done, is_checked=bool(done or check), first_day=day)


@router.post("/areas/{area_id}/guardrails")
def set_guardrails(area_id: str, page: VisitorForm, form: AnyTyped) -> Response:
    try:
        page.uses.guardrails.set(
            page.actor,
            area_id,
            profile=typed_profile(form),
            starts_on=day_of(form, "starts_on"),
            ends_on=_last_day(form),
            reason=form.one("reason"),
            seen=form.one("seen"),
        )
    except NotFoundError:
        raise
    except DomainError as error:
        typed = {name: form.one(name) for name in form.names()} | {"days": ",".join(form.all("days"))}
        return _guardrails_page(page, area_id, attempt(page, "guardrails", _in_words(page, error), typed))
    return see_other(
        f"/areas/{area_id}/guardrails", part="breaches", done="guardrails", on=form.one("starts_on")
    )


@router.post("/devices/{device_id}/neighbour")
def set_neighbour(device_id: str, page: VisitorForm, neighbour: Typed = "") -> Response:
    try:
        beside = Neighbour(neighbour)
    except ValueError as error:
        raise InvalidError(Code.INPUT_INVALID, field="neighbour") from error
    page.uses.guardrails.set_neighbour(page.actor, device_id, beside)
    return see_other("/devices", done="neighbour")


def _last_day(form: TypedForm) -> date | None:
    return day_of(form, "ends_on") if form.one("ends_on") else None


def _in_words(page: Page, error: DomainError) -> DomainError:
    """Return the refusal with the names of fields as people read them."""
    if error.code is not Code.GUARDRAIL_LOOSENS:
        return error
    names = [page.word("field", name) for name in str(error.params["fields"]).split(", ")]
    return InvalidError(error.code, field=error.field, area=error.params["area"], fields=", ".join(names))


def _guardrails_page(
    page: Page,
    area_id: str,
    tried: Attempt | None = None,
    *,
    done: str = "",
    is_checked: bool = False,
    first_day: date | None = None,
) -> Response:
    view = page.uses.guardrails.view(page.actor, area_id)
    broken = page.uses.guardrails.recheck(page.actor, area_id, first_day) if is_checked else []
    names = {one.device.id: one.device.name for one in page.uses.devices.listed(page.actor)}
    return page.render(
        "guardrails.html",
        attempt=tried,
        view=view,
        rows=[
            (name, *(told(one, name, page.language) for one in (view.profile, view.above, view.effective)))
            for name in LIMITS
        ],
        inputs=inputs_of(view.profile),
        built_in=list(BUILT_IN),
        may_set=page.actor.may(Permission.ADMINISTER, view.area),
        is_checked=is_checked,
        first_day=max(first_day or view.day, view.day),
        broken=[
            (
                one,
                [breach_sentence(breach, page.language) for breach in one.breaches],
                [names[device_id] for device_id in one.devices if device_id in names],
            )
            for one in broken
        ],
        people=page.uses.accounts.names(),
        done=done,
    )
