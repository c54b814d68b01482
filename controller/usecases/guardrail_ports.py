"""What the use cases about guard rails need from storage."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from controller.domain.guardrails import GuardrailSetting


class Guardrails(Protocol):
    """The guard rails that areas have set."""

    def add(self, setting: GuardrailSetting) -> None: ...
    def of_areas(self, area_ids: Iterable[str] | None) -> Sequence[GuardrailSetting]:
        """Return the settings of these areas, or of all, that were not replaced, in the order of their making."""
        ...
