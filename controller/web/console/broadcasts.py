"""Putting an approved notice on the air by a rule, changing that, stopping it, taking it back."""

from collections.abc import Sequence
from dataclasses import replace

from fastapi import APIRouter, Response

from controller.domain.areas import Area
from controller.domain.errors import Code, DomainError, InvalidError, NotFoundError
from controller.domain.people import Permission
from controller.usecases.outlooks import Outlook
from controller.usecases.wishes import OrderWish
from controller.web.console import notice_page, schedule_page
from controller.web.console.page import Page, Typed, VisitorForm, VisitorPage, see_other
from controller.web.console.refusals import attempt
from controller.web.console.schedule_inputs import ScheduleInputs, fresh_inputs, inputs_of, typed_inputs
from controller.web.console.schedule_page import Ordering, fingerprint
from controller.web.console.schedule_wish import wish_of
from controller.web.console.start_times import free_instant
from controller.web.console.typed_forms import AnyTyped, TypedForm

router = APIRouter()


@router.get("/notices/{notice_id}/schedule")
def new(notice_id: str, page: VisitorPage) -> Response:
    return schedule_page.show(page, _new(page, notice_id))


@router.post("/notices/{notice_id}/broadcasts/preview")
def preview_new(notice_id: str, page: VisitorForm, form: AnyTyped) -> Response:
    return schedule_page.show(page, _new(page, notice_id, typed_inputs(form)))


@router.post("/notices/{notice_id}/broadcasts")
def schedule(notice_id: str, page: VisitorForm, form: AnyTyped) -> Response:
    ordering = _new(page, notice_id, typed_inputs(form))
    if _is_unseen(form, ordering.inputs):
        return schedule_page.show(page, ordering, is_stale=True)
    try:
        area_id = _area(page, ordering.inputs.area_id).id
        wish = _new_wish(ordering, form)
        view = page.uses.broadcasts.schedule(page.actor, notice_id, area_id=area_id, **wish)
    except DomainError as error:
        return schedule_page.refused(page, ordering, error)
    return see_other(f"/notices/{notice_id}", part="broadcasts", done=f"schedule_{view.broadcast.state}")


@router.get("/broadcasts/{broadcast_id}/schedule")
def change(broadcast_id: str, page: VisitorPage) -> Response:
    return schedule_page.show(page, _existing(page, broadcast_id))


@router.post("/broadcasts/{broadcast_id}/schedule/preview")
def preview_change(broadcast_id: str, page: VisitorForm, form: AnyTyped) -> Response:
    return schedule_page.show(page, _existing(page, broadcast_id, typed_inputs(form)))


@router.post("/broadcasts/{broadcast_id}/schedule")
def reschedule(broadcast_id: str, page: VisitorForm, form: AnyTyped) -> Response:
    ordering = _existing(page, broadcast_id, typed_inputs(form))
    if _is_unseen(form, ordering.inputs):
        return schedule_page.show(page, ordering, is_stale=True)
    try:
        seen_version = _version(ordering.inputs.version)
        view = page.uses.broadcasts.reschedule(
            page.actor, broadcast_id, seen_version=seen_version, **_changed_wish(page, ordering, form)
        )
    except DomainError as error:
        return schedule_page.refused(page, ordering, error)
    done = f"reschedule_{view.broadcast.state}"
    return see_other(f"/notices/{ordering.notice_id}", part="broadcasts", done=done)


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


def _new(page: Page, notice_id: str, inputs: ScheduleInputs | None = None) -> Ordering:
    """Return the form for an order that is not there yet, fresh or as it was typed."""
    notice = page.uses.notices.view(page.actor, notice_id).notice
    home = _orderable(page, notice.area_id)
    areas = page.uses.areas.visible(page.actor, Permission.SCHEDULE)
    if inputs is None:
        inputs = fresh_inputs(page.now(), home.zone, home.id)
    typed = inputs

    def foresee() -> Sequence[Outlook]:
        area = _area(page, typed.area_id)
        wish = wish_of(typed, area.zone)
        return page.uses.previews.of_wish(page.actor, notice_id, area_id=area.id, **wish)

    def check() -> None:
        area = _area(page, typed.area_id)
        page.uses.previews.check_wish(page.actor, notice_id, area_id=area.id, **wish_of(typed, area.zone))

    return Ordering(
        notice_id=notice_id,
        notice_title=notice.approved_title or notice.title,
        address=f"/notices/{notice_id}/broadcasts",
        areas=areas,
        inputs=inputs,
        foresee=foresee,
        check=check,
    )


def _existing(page: Page, broadcast_id: str, inputs: ScheduleInputs | None = None) -> Ordering:
    """Return the form for an order that is there, as it is or as it was typed."""
    broadcast = page.uses.broadcasts.view(page.actor, broadcast_id).broadcast
    notice = page.uses.notices.view(page.actor, broadcast.notice_id).notice
    area = _orderable(page, broadcast.area_id)
    zone = area.zone
    present = inputs_of(broadcast, zone, page.now())
    # The area of an order stays: another area is another order.
    typed = present if inputs is None else replace(inputs, area_id=broadcast.area_id)

    def foresee() -> Sequence[Outlook]:
        wish = wish_of(typed, zone, present)
        return page.uses.previews.of_change(page.actor, broadcast_id, **wish)

    def check() -> None:
        page.uses.previews.check_change(page.actor, broadcast_id, **wish_of(typed, zone, present))

    return Ordering(
        notice_id=notice.id,
        notice_title=notice.approved_title or notice.title,
        address=f"/broadcasts/{broadcast_id}/schedule",
        areas=[area],
        inputs=typed,
        foresee=foresee,
        check=check,
        broadcast=broadcast,
    )


def _new_wish(ordering: Ordering, form: TypedForm) -> OrderWish:
    wish = wish_of(ordering.inputs, ordering.zone)
    return _at_free_time(wish, form)


def _changed_wish(page: Page, ordering: Ordering, form: TypedForm) -> OrderWish:
    assert ordering.broadcast is not None  # noqa: S101 - made by _existing
    present = inputs_of(ordering.broadcast, ordering.zone, page.now())
    return _at_free_time(wish_of(ordering.inputs, ordering.zone, present), form)


def _at_free_time(wish: OrderWish, form: TypedForm) -> OrderWish:
    """Take the time on the button that the overlap message offers, if it was pressed."""
    if form.one("free_at"):
        wish["start_at"] = free_instant(form.one("free_at"))
    return wish


def _is_unseen(form: TypedForm, inputs: ScheduleInputs) -> bool:
    """Tell whether something was typed since the preview; the button of a free time says itself what it does."""
    return "seen" in form and "free_at" not in form and form.one("seen") != fingerprint(inputs)


def _area(page: Page, area_id: str) -> Area:
    """Return an area to order in; an unknown one is as unknown as one out of sight."""
    area = next((one for one in page.uses.areas.visible(page.actor) if one.id == area_id), None)
    if area is None:
        raise NotFoundError
    return area


def _orderable(page: Page, area_id: str) -> Area:
    """Return an area; raises NotFoundError when it is out of sight, NotPermittedError when others order there."""
    area = _area(page, area_id)
    page.actor.require(Permission.SCHEDULE, area)
    return area


def _version(typed: str) -> int:
    if not typed.isdecimal() or len(typed) > 9:
        raise InvalidError(Code.INPUT_INVALID, field="version")
    return int(typed)
