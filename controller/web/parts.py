"""What the web edge stands on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from controller.usecases import UseCases
from controller.usecases.ports import ContentStore
from controller.web.news_bus import NewsBus


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """`controller_key` is the public key that devices trust; `now` is the clock that pages show times by."""

    uses: UseCases
    contents: ContentStore
    news: NewsBus
    public_url: str
    controller_key: str
    version: str
    now: Callable[[], datetime] = _utc_now
