"""Guard rails of areas, and what stands beside a loudspeaker."""

from datetime import date

from fastapi import APIRouter

from controller.web.api.guardrail_bodies import (
    BrokenOut,
    GuardrailBody,
    GuardrailsOut,
    NeighbourBody,
    Profile,
)
from controller.web.api.schemas import DeviceOut
from controller.web.visits import ApiActor, Uses
from schedules import BUILT_IN, guardrail_to_plain

router = APIRouter(tags=["guardrails"])


@router.get("/guardrails/built-in")
def built_in(_actor: ApiActor) -> dict[str, Profile]:
    """List the built-in profiles by name."""
    return {name: guardrail_to_plain(profile) for name, profile in BUILT_IN.items()}


@router.get("/areas/{area_id}/guardrails")
def get_guardrails(area_id: str, actor: ApiActor, uses: Uses, on: date | None = None) -> GuardrailsOut:
    """Get what an area has set, what holds above it, and what holds in it, today or `on` a day."""
    return GuardrailsOut.of(uses.guardrails.view(actor, area_id, on))


@router.put("/areas/{area_id}/guardrails")
def set_guardrails(area_id: str, body: GuardrailBody, actor: ApiActor, uses: Uses) -> GuardrailsOut:
    """Set guard rails on an area from a day on; nothing may be looser than above. Then look at its breaches."""
    view = uses.guardrails.set(
        actor,
        area_id,
        profile=body.profile,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        reason=body.reason,
        seen=body.seen,
    )
    return GuardrailsOut.of(view)


@router.get("/areas/{area_id}/guardrails/breaches")
def breaches(area_id: str, actor: ApiActor, uses: Uses, on: date | None = None) -> list[BrokenOut]:
    """List what is planned for seven days in an area, from now or `on` a day, and breaks its guard rails."""
    return [BrokenOut.of(one) for one in uses.guardrails.recheck(actor, area_id, on)]


@router.patch("/devices/{device_id}")
def set_neighbour(device_id: str, body: NeighbourBody, actor: ApiActor, uses: Uses) -> DeviceOut:
    """Say what stands beside a loudspeaker: near a school, clinic, pagoda or home for the old it is quieter."""
    uses.guardrails.set_neighbour(actor, device_id, body.neighbour)
    return DeviceOut.of(uses.devices.view(actor, device_id))
