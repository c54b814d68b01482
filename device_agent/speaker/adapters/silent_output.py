"""No sound at all, at the right time: for tests, for demonstrations and for a device without a card."""

from device_agent.core.ports import Clock
from device_agent.speaker.output import Playback
from device_agent.speaker.pace import play_paced


class SilentOutput:
    """`speaker.output.Output` that lets every sample go nowhere."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def open(self) -> None:
        """Nothing to open."""

    def play(self, playback: Playback) -> None:
        play_paced(playback, lambda _frame: None, self._clock)

    def close(self) -> None:
        """Nothing to close."""
