"""The web application: API under /api/v1, console, static files."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from controller.domain.errors import DomainError
from controller.web import problems
from controller.web.api import api_router
from controller.web.body_limit import BodyLimit
from controller.web.console import console_router, refusals
from controller.web.console.page import check_built
from controller.web.guard_headers import GuardHeaders
from controller.web.parts import WebParts
from controller.web.static_files import static_folder

Answer = Callable[[Request, Exception], Response]


def create_app(parts: WebParts) -> FastAPI:
    """Wire the routes. Nothing runs until a server serves the application."""
    app = FastAPI(
        title="Loa Phường",
        version=parts.version,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=_lifespan,
    )
    app.state.parts = parts
    app.state.uses = parts.uses
    app.add_exception_handler(DomainError, _by_edge(problems.refused, refusals.refused))
    app.add_exception_handler(RequestValidationError, _by_edge(problems.malformed, refusals.malformed))
    app.add_exception_handler(HTTPException, _by_edge(problems.http_error, refusals.http_error))
    app.add_exception_handler(Exception, _by_edge(problems.unexpected, refusals.unexpected))
    app.add_middleware(BodyLimit)
    app.add_middleware(GuardHeaders)
    app.include_router(api_router, prefix="/api/v1")
    app.include_router(console_router)
    app.mount("/static", StaticFiles(directory=static_folder()), name="static")
    check_built()
    return app


def _by_edge(api: Answer, console: Answer) -> Answer:
    """Answer a program with a problem document and a person with a page."""

    def answer(request: Request, error: Exception) -> Response:
        is_api = request.url.path.startswith("/api/")
        return api(request, error) if is_api else console(request, error)

    return answer


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    parts: WebParts = app.state.parts
    parts.news.attach(asyncio.get_running_loop())
    yield
    parts.news.detach()


__all__ = ["WebParts", "create_app", "static_folder"]
