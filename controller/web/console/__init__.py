"""The console: server-rendered pages for people."""

from fastapi import APIRouter

console_router = APIRouter(include_in_schema=False)

__all__ = ["console_router"]
