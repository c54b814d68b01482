"""The table at the end of the demo: what was planned and what the devices' journals say."""

import unicodedata
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from controller.domain.areas import DEFAULT_ZONE

HEADINGS = ("device", "planned start", "real start", "deviation", "length", "content", "result")
FINAL = frozenset({"done", "failed", "missed", "preempted", "withdrawn"})


def table(airings: list[dict[str, Any]]) -> str:
    """Return the airings as an aligned table, times in the commune's zone."""
    rows = [HEADINGS, *(_row(airing) for airing in sorted(airings, key=lambda one: one["device_id"]))]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = [
        "  ".join(text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _row(airing: dict[str, Any]) -> tuple[str, ...]:
    deviation = airing["deviation_us"]
    result = airing["state"] + (f" ({airing['reason']})" if airing["reason"] else "")
    return (
        airing["device_id"],
        local_time(airing["planned_at"]),
        local_time(airing["started_at"]),
        f"{deviation / 1000:+.2f} ms" if deviation is not None else "-",
        f"{airing['length_ms'] / 1000:.2f} s",
        airing["content_id"][:12] if airing["content_id"] else "text",
        result,
    )


def local_time(instant: str | None) -> str:
    """Return an instant of the API as the commune's clocks show it, or a hyphen for none."""
    if instant is None:
        return "-"
    return (
        datetime.fromisoformat(instant).astimezone(ZoneInfo(DEFAULT_ZONE)).strftime("%d/%m %H:%M:%S.%f")[:-3]
    )


def _width(text: str) -> int:
    return sum(not unicodedata.combining(char) for char in text)
