"""The HTTP API, version 1."""

from fastapi import APIRouter

from controller.web.api import accounts, area_changes, areas, broadcasts, devices, notices, service

api_router = APIRouter()
for _part in (service, accounts, areas, area_changes, devices, notices, broadcasts):
    api_router.include_router(_part.router)

__all__ = ["api_router"]
