"""The page on which an order is made or changed, with the preview of what it would lead to beside it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from fastapi import Response

from controller.domain.airings import Broadcast
from controller.domain.areas import DEFAULT_ZONE, Area, AreaKind
from controller.domain.devices import DeviceKind
from controller.domain.errors import Code, DomainError
from controller.domain.second_approval import needs_second
from controller.usecases.outlooks import Outlook
from controller.web.console.charts import Chart, alike, chart_of
from controller.web.console.page import Attempt, Page
from controller.web.console.refusals import attempt, sentence_of
from controller.web.console.schedule_inputs import KINDS, UNITS, ScheduleInputs, input_of, inputs_of
from controller.web.console.timeline import device_names, foreseen_of, in_order
from schedules import Band, Segment

MOST_CHARTS = 3
_TERMS = ("band", "on_loss", "order", "window_minutes", "board_for", "board_unit", "volume", "cause")

Foresee = Callable[[], Sequence[Outlook]]
Check = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would play with the order in the plan; `refusal` says why it cannot be saved, `seen` what was typed."""

    charts: tuple[Chart, ...] = ()
    needs: tuple[str, ...] = ()
    refusal: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Differing:
    """An input that holds something else in what somebody saved meanwhile."""

    name: str
    theirs: str
    yours: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """Who saved the same order meanwhile, when, and how it differs from what was typed here."""

    name: str
    at: datetime | None
    rows: tuple[Differing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """A form: a notice to be ordered, or an order that is there; `foresee` asks for its preview, `check` refuses."""

    notice_id: str
    notice_title: str
    address: str
    areas: Sequence[Area]
    inputs: ScheduleInputs
    foresee: Foresee
    check: Check
    broadcast: Broadcast | None = None

    @property
    def area(self) -> Area | None:
        return next((one for one in self.areas if one.id == self.inputs.area_id), None)

    @property
    def zone(self) -> str:
        return self.area.zone if self.area is not None else DEFAULT_ZONE


def show(
    page: Page,
    ordering: Ordering,
    *,
    tried: Attempt | None = None,
    meanwhile: Meanwhile | None = None,
    is_stale: bool = False,
) -> Response:
    """Return the page, what was typed in its inputs, with the preview of it."""
    inputs = ordering.inputs
    return page.render(
        "schedule_page.html",
        attempt=tried,
        notice_id=ordering.notice_id,
        notice_title=ordering.notice_title,
        address=ordering.address,
        areas=ordering.areas,
        area_name=ordering.area.name if ordering.area is not None else "",
        zone=ordering.zone,
        inputs=inputs,
        broadcast=ordering.broadcast,
        kinds=KINDS,
        units=tuple(UNITS),
        preview=_preview(page, ordering),
        meanwhile=meanwhile,
        is_stale=is_stale,
    )


def refused(page: Page, ordering: Ordering, error: DomainError) -> Response:
    """Return the page after a refusal: nothing typed is lost, the sentence stands next to its input."""
    named = input_of(error.field, ordering.inputs.kind)
    typed = {"area_id": ordering.inputs.area_id}
    tried = attempt(page, "schedule", error, typed, zone=ordering.zone, named=named)
    if error.code is not Code.EDITED_MEANWHILE or ordering.broadcast is None:
        return show(page, ordering, tried=tried)
    theirs = inputs_of(ordering.broadcast, ordering.zone, page.now())
    at = str(error.params.get("at", "?"))
    meanwhile = Meanwhile(
        name=str(error.params.get("name", "?")),
        at=None if at == "?" else datetime.fromisoformat(at),
        rows=differing(theirs, ordering.inputs),
    )
    # Who was told of the other version has seen it: the next press of the button is about it.
    inputs = replace(ordering.inputs, version=str(ordering.broadcast.version))
    return show(page, replace(ordering, inputs=inputs), tried=tried, meanwhile=meanwhile)


def fingerprint(inputs: ScheduleInputs) -> str:
    """Return a name for what was typed, as far as it counts: only what somebody saw a preview of is saved."""
    terms = {name: getattr(inputs, name) for name in ("area_id", *_TERMS)}
    told = sorted((name, str(value)) for name, value in (inputs.of_rule() | terms).items())
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def differing(theirs: ScheduleInputs, yours: ScheduleInputs) -> tuple[Differing, ...]:
    """Return the inputs whose values are different, as text."""
    shown = [one.name for one in fields(theirs)]
    relevant = {*theirs.of_rule(), *yours.of_rule(), *_TERMS}
    return tuple(
        Differing(name, _text(getattr(theirs, name)), _text(getattr(yours, name)))
        for name in shown
        if name in relevant and _text(getattr(theirs, name)) != _text(getattr(yours, name))
    )


def _text(value: Any) -> str:
    return ", ".join(one for one in value if one) if isinstance(value, tuple) else str(value)


def _preview(page: Page, ordering: Ordering) -> Preview:
    seen = fingerprint(ordering.inputs)
    try:
        outlooks = in_order(ordering.foresee())
    except DomainError as error:
        return Preview(refusal=_in_words(page, ordering, error), seen=seen)
    refusal = ""
    try:
        ordering.check()
    except DomainError as error:
        refusal = _in_words(page, ordering, error)
    names = device_names(page)
    outlooks.sort(key=lambda one: not any(name.is_wish for name in one.names.values()))
    charts = alike(
        chart_of(
            foreseen_of(one, names, ()),
            view="week",
            now=page.now(),
            language=page.language,
        )
        for one in outlooks
    )
    return Preview(
        charts=tuple(charts[:MOST_CHARTS]),
        needs=_needs(page, ordering, outlooks),
        refusal=refusal,
        seen=seen,
    )


def _in_words(page: Page, ordering: Ordering, error: DomainError) -> str:
    named = input_of(error.field, ordering.inputs.kind)
    return sentence_of(page, error, ordering.zone, named=named)


def _needs(page: Page, ordering: Ordering, outlooks: Sequence[Outlook]) -> tuple[str, ...]:
    """Return why a second person would have to approve it, as far as this preview shows."""
    area = ordering.area
    if area is None or ordering.inputs.band not in list(Band):
        return ()
    spans = [
        (one.start_at, one.end_at)
        for outlook in outlooks
        if outlook.kind is DeviceKind.SPEAKER
        for one in outlook.outcome
        if isinstance(one, Segment) and outlook.names[one.occurrence.id].is_wish
    ]
    below = [one for one in page.uses.areas.visible(page.actor) if area.covers(one)]
    communes = sum(one.kind is AreaKind.COMMUNE for one in below)
    band = Band(ordering.inputs.band)
    return needs_second(spans=spans, zone=area.zone, kind=area.kind, communes=communes, band=band)
