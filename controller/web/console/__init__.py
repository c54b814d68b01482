"""The console: server-rendered pages for people."""

from fastapi import APIRouter

from controller.web.console.accounts import router as accounts_router
from controller.web.console.api_docs import router as api_docs_router
from controller.web.console.area_page import router as area_page_router
from controller.web.console.areas import router as areas_router
from controller.web.console.broadcasts import router as broadcasts_router
from controller.web.console.devices import router as devices_router
from controller.web.console.events import router as events_router
from controller.web.console.guardrails import router as guardrails_router
from controller.web.console.inbox import router as inbox_router
from controller.web.console.log import router as log_router
from controller.web.console.notices import router as notices_router
from controller.web.console.overview import router as overview_router
from controller.web.console.people import router as people_router
from controller.web.console.review import router as review_router
from controller.web.console.stand_ins import router as stand_ins_router
from controller.web.console.timeline import router as timeline_router
from controller.web.console.trail import router as trail_router

console_router = APIRouter(include_in_schema=False)
for _router in (
    accounts_router,
    api_docs_router,
    areas_router,
    area_page_router,
    broadcasts_router,
    devices_router,
    events_router,
    inbox_router,
    guardrails_router,
    log_router,
    notices_router,
    overview_router,
    people_router,
    timeline_router,
    review_router,
    stand_ins_router,
    trail_router,
):
    console_router.include_router(_router)

__all__ = ["console_router"]
