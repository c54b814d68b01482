"""The HTTP API, version 1."""

from fastapi import APIRouter

from controller.web.api import (
    accounts,
    area_changes,
    areas,
    broadcasts,
    devices,
    guardrails,
    inbox,
    notices,
    previews,
    review,
    service,
)

api_router = APIRouter()
for _part in (
    service,
    accounts,
    areas,
    area_changes,
    guardrails,
    devices,
    notices,
    broadcasts,
    review,
    previews,
    inbox,
):
    api_router.include_router(_part.router)

__all__ = ["api_router"]
