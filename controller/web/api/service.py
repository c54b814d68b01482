"""The service itself: is it up, and the page that documents the API."""

from fastapi import APIRouter, Request

from controller.web.api.schemas import ServiceOut

router = APIRouter(tags=["service"])


@router.get("/health")
def health(request: Request) -> ServiceOut:
    """Answer when the web edge is up; needs no session."""
    parts = request.app.state.parts
    return ServiceOut(name="loa-phuong", version=parts.version, controller_key=parts.controller_key)
