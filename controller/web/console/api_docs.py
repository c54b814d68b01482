"""The page that documents the HTTP API, made from its own description."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from controller.web.console.page import GuestPage

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One parameter or member of a body."""

    name: str
    kind: str
    is_required: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    tag: str
    note: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    status: str
    answer: tuple[Field, ...]


@router.get("/api/v1/docs")
def api_docs(page: GuestPage) -> Response:
    """Serve the page; needs no session, like the description itself."""
    schema = page.request.app.openapi()
    groups: dict[str, list[Operation]] = {}
    for operation in operations(schema):
        groups.setdefault(operation.tag, []).append(operation)
    return page.render("api_docs.html", groups=groups, version=schema["info"]["version"])


def operations(schema: Mapping[str, Any]) -> Iterator[Operation]:
    """Yield every operation of an OpenAPI document, in its order."""
    components = schema.get("components", {}).get("schemas", {})
    for path, methods in schema["paths"].items():
        for method, detail in methods.items():
            status, answer = _success(detail["responses"])
            yield Operation(
                method=method.upper(),
                path=path,
                tag=detail.get("tags", [""])[0],
                note=detail.get("description", detail.get("summary", "")),
                parameters=tuple(_parameter(one) for one in detail.get("parameters", ())),
                body=_fields(_content(detail.get("requestBody", {})), components),
                status=status,
                answer=_fields(_content(answer), components),
            )


def _success(responses: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    return next((status, answer) for status, answer in responses.items() if status.startswith("2"))


def _content(part: Mapping[str, Any]) -> Mapping[str, Any]:
    kinds = list(part.get("content", {}).values())
    schema: Mapping[str, Any] = kinds[0].get("schema", {}) if kinds else {}
    return schema


def _parameter(one: Mapping[str, Any]) -> Field:
    return Field(
        name=one["name"],
        kind=f"{one['in']}, {_kind(one.get('schema', {}))}",
        is_required=one.get("required", False),
        note=one.get("description", ""),
    )


def _fields(schema: Mapping[str, Any], components: Mapping[str, Any]) -> tuple[Field, ...]:
    """Return the members of an object, or of the items of a list."""
    inner = schema.get("items", schema)
    target = components.get(_reference(inner), inner)
    required = target.get("required", ())
    return tuple(
        Field(name=name, kind=_kind(one), is_required=name in required, note=one.get("description", ""))
        for name, one in target.get("properties", {}).items()
    )


def _reference(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _kind(schema: Mapping[str, Any]) -> str:
    if choices := schema.get("anyOf"):
        return " | ".join(dict.fromkeys(_kind(one) for one in choices))
    if "items" in schema:
        return f"[{_kind(schema['items'])}]"
    kind = _reference(schema) or str(schema.get("format") or schema.get("type", ""))
    return f"{kind}: {', '.join(schema['enum'])}" if "enum" in schema else kind
