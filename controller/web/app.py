"""The web application: API under /api/v1, console, static files."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.base import RequestResponseEndpoint

from controller.domain.errors import DomainError
from controller.usecases import UseCases
from controller.usecases.ports import ContentStore
from controller.web import problems
from controller.web.api import api_router
from controller.web.console import console_router
from controller.web.news_bus import NewsBus

_CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; style-src 'self'; script-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """What the web edge stands on. `controller_key` is the public key that devices trust."""

    uses: UseCases
    contents: ContentStore
    news: NewsBus
    public_url: str
    controller_key: str
    version: str


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
    app.add_exception_handler(DomainError, problems.refused)
    app.add_exception_handler(RequestValidationError, problems.malformed)
    app.add_exception_handler(HTTPException, problems.http_error)
    app.add_exception_handler(Exception, problems.unexpected)
    app.middleware("http")(_guard_headers)
    app.include_router(api_router, prefix="/api/v1")
    app.include_router(console_router)
    app.mount("/static", StaticFiles(directory=static_folder()), name="static")
    return app


def static_folder() -> Path:
    """Return the folder of files that are served as they are; `build/` in it is made by the front-end build."""
    return Path(str(files("controller.web").joinpath("static")))


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    parts: WebParts = app.state.parts
    parts.news.attach(asyncio.get_running_loop())
    yield
    parts.news.detach()


async def _guard_headers(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    response.headers.setdefault("Content-Security-Policy", _CONTENT_POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    if not request.url.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
