"""The board's outputs, by the text that the installer writes into the settings."""

import re
from pathlib import Path

from device_agent.board.adapters._browser import LaunchPlan
from device_agent.board.adapters._camera import Picture
from device_agent.board.adapters.chromium import ChromiumPanel
from device_agent.board.adapters.silent import SilentPanel
from device_agent.board.panel import Panel
from device_agent.board.performer import BoardPerformer
from device_agent.core.clock import SystemClock
from device_agent.core.errors import DeviceError
from device_agent.core.ports import Performer, ReportTo

_PICTURE = re.compile(r"png:(?P<path>.+?)(?:@(?P<width>[1-9]\d{2,3})x(?P<height>[1-9]\d{2,3}))?")
_WORK_FOLDER = "board"


def build_performer(output: str, *, station: str, work_folder: Path, report: ReportTo) -> Performer:
    """Return the performer for `png:PATH`, `png:PATH@WIDTHxHEIGHT`, `kiosk:` or `silent:`; it is not started.

    Raises `DeviceError("output_unknown")` for any other output. `station` is the name that citizens read.
    """
    panel = _panel(output, station, work_folder / _WORK_FOLDER)
    return BoardPerformer(panel, clock=SystemClock(), report=report)


def _panel(output: str, station: str, work_folder: Path) -> Panel:
    if output == "silent:":
        return SilentPanel(clock=SystemClock())
    if output == "kiosk:":
        return ChromiumPanel(LaunchPlan(work_folder=work_folder, is_headless=False), station=station)
    if match := _PICTURE.fullmatch(output):
        picture = Picture(path=Path(match["path"]))
        if match["width"]:
            picture = Picture(path=picture.path, width=int(match["width"]), height=int(match["height"]))
        plan = LaunchPlan(work_folder=work_folder, is_headless=True)
        return ChromiumPanel(plan, station=station, picture=picture)
    raise DeviceError(
        "output_unknown",
        f"a board has no output {output!r}",
        hint="use png:PATH, png:PATH@1080x1920, kiosk: or silent:",
    )
