"""The device kind that plays sound."""

from pathlib import Path

from device_agent.core.clock import SystemClock
from device_agent.core.errors import DeviceError
from device_agent.core.ports import Performer, ReportTo
from device_agent.speaker.adapters.file_output import FileOutput
from device_agent.speaker.adapters.portaudio_output import PortAudioOutput
from device_agent.speaker.adapters.silent_output import SilentOutput
from device_agent.speaker.output import Output
from device_agent.speaker.performer import SpeakerPerformer
from device_agent.speaker.sound import Decoder

__all__ = ["build_performer"]


def build_performer(output: str, *, station: str, work_folder: Path, report: ReportTo) -> Performer:  # noqa: ARG001 - the shape that every device kind's factory has
    """Return a loudspeaker for `file:PATH`, `card:`, `card:NAME` or `silent:`; raise `output_unknown`."""
    clock = SystemClock()
    return SpeakerPerformer(_output(output, clock), decoder=Decoder(), report=report, clock=clock)


def _output(output: str, clock: SystemClock) -> Output:
    way, _colon, rest = output.partition(":")
    if way == "file" and rest:
        return FileOutput(Path(rest), clock)
    if way == "card":
        return PortAudioOutput(rest, clock)
    if way == "silent":
        return SilentOutput(clock)
    raise DeviceError(
        "output_unknown",
        f"a loudspeaker cannot use the output {output!r}",
        hint="use file:PATH, card:, card:NAME or silent:",
    )
