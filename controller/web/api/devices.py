"""Devices: claim codes, enrolment, state, timetable."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from controller.web.api.order_schemas import AiringOut
from controller.web.api.schemas import (
    BrokerOut,
    ClaimCodeBody,
    ClaimCodeOut,
    DeviceOut,
    EnrolledOut,
    EnrolmentBody,
)
from controller.web.visits import ApiActor, Uses, address_of

router = APIRouter(tags=["devices"])


@router.post("/claim-codes", status_code=201)
def issue_claim_code(body: ClaimCodeBody, actor: ApiActor, uses: Uses) -> ClaimCodeOut:
    """Get a one-time code with which an installer enrols one device."""
    issued = uses.devices.issue_code(actor, kind=body.kind, name=body.name, area_id=body.area_id)
    return ClaimCodeOut(code=issued.code, expires_at=issued.expires_at)


@router.post("/enrolments", status_code=201)
def enrol(body: EnrolmentBody, request: Request, uses: Uses) -> EnrolledOut:
    """Turn a claim code into a device; called by the device itself, needs no session."""
    enrolled = uses.devices.enrol(
        code=body.code,
        public_key=body.public_key,
        agent_version=body.agent_version,
        address=address_of(request),
    )
    device, broker = enrolled.device, enrolled.broker
    return EnrolledOut(
        device=device.id,
        kind=device.kind,
        name=device.name,
        station=enrolled.station,
        broker=BrokerOut(
            host=broker.host,
            port=broker.port,
            username=device.id,
            password=enrolled.broker_password,
            ca_pem=broker.ca_pem,
        ),
        controller_key=request.app.state.parts.controller_key,
    )


@router.get("/devices")
def list_devices(actor: ApiActor, uses: Uses) -> list[DeviceOut]:
    """List the devices you may see, with their live state."""
    return [DeviceOut.of(view) for view in uses.devices.listed(actor)]


@router.get("/devices/{device_id}")
def get_device(device_id: str, actor: ApiActor, uses: Uses) -> DeviceOut:
    """Get one device."""
    return DeviceOut.of(uses.devices.view(actor, device_id))


@router.delete("/devices/{device_id}", status_code=204)
def revoke(device_id: str, actor: ApiActor, uses: Uses) -> Response:
    """Shut a device out for good; its log stays."""
    uses.devices.revoke(actor, device_id)
    return Response(status_code=204)


@router.get("/devices/{device_id}/timetable")
def timetable(
    device_id: str, actor: ApiActor, uses: Uses, hours: Annotated[int, Query(ge=1, le=2160)] = 24
) -> list[AiringOut]:
    """List what a device is to air within the next hours."""
    zone = uses.devices.view(actor, device_id).area.zone
    return [AiringOut.of(airing, zone) for airing in uses.devices.timetable(actor, device_id, hours=hours)]
