"""The API over a real database, called in process."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from controller.usecases.rights import Actor
from controller.web.app import WebParts, create_app
from controller.web.news_bus import NewsBus
from tests.factories.controller import ControlRoom

_applications: list[FastAPI] = []


def application(parts: WebParts) -> FastAPI:
    """Return the application, made once a run, over other parts."""
    if not _applications:
        _applications.append(create_app(parts))
    app = _applications[0]
    app.state.parts, app.state.uses = parts, parts.uses
    return app


class Caller:
    """A caller of the API; every request is a new connection."""

    def __init__(self, app: FastAPI, headers: dict[str, str]) -> None:
        self._app = app
        self.headers = headers

    def request(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **sent: Any
    ) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://127.0.0.1:8080/api/v1"
            ) as client:
                return await client.request(method, path, headers={**self.headers, **(headers or {})}, **sent)

        return asyncio.run(ask())

    def get(self, path: str, **sent: Any) -> httpx.Response:
        return self.request("GET", path, **sent)

    def post(self, path: str, **sent: Any) -> httpx.Response:
        return self.request("POST", path, **sent)

    def put(self, path: str, **sent: Any) -> httpx.Response:
        return self.request("PUT", path, **sent)

    def delete(self, path: str, **sent: Any) -> httpx.Response:
        return self.request("DELETE", path, **sent)


class ApiHouse:
    """Ways into the API of a control room."""

    def __init__(self, room: ControlRoom) -> None:
        self.room = room
        self.app = application(
            WebParts(
                uses=room.uses,
                contents=room.contents,
                news=NewsBus(),
                public_url="http://127.0.0.1:8080",
                controller_key="the controller's key",
                version="0.1.0",
                now=room.clock.now,
            )
        )
        self.guest = Caller(self.app, {})

    def as_(self, actor: Actor) -> Caller:
        """Return somebody's way in."""
        return Caller(self.app, {"Authorization": f"Bearer {self.room.session_of(actor)}"})


@pytest.fixture
def house(room: ControlRoom) -> ApiHouse:
    """Give the API of a room of its own."""
    return ApiHouse(room)
