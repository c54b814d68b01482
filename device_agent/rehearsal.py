"""`loa-agent play`: one file at one instant, and how exactly it started."""

import argparse
import queue
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from device_agent import bootstrap
from device_agent.core.errors import DeviceError
from device_agent.core.ports import Cue, Ended, Faulted, Report, Started
from device_agent.settings import AgentSettings

_LONGEST = timedelta(hours=6)
_READY_WITHIN = timedelta(seconds=30)


def instant_of(text: str, now: datetime) -> datetime:
    """Return the instant that `text` names: ISO 8601 with a zone, `now`, or `+5s`. Raise `bad_instant`."""
    if text == "now":
        return now
    if match := re.fullmatch(r"\+(\d{1,6}(?:\.\d{1,3})?)s?", text):
        return now + timedelta(seconds=float(match[1]))
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise _bad_instant(text) from error
    if instant.tzinfo is None:
        raise _bad_instant(text)
    if instant < now:
        raise DeviceError("bad_instant", f"{text} is past", hint="name a time to come, now, or +5s")
    return instant.astimezone(UTC)


def play(settings: AgentSettings, options: argparse.Namespace) -> int:
    """Play the file, print planned and real start, and return the exit code."""
    start_at = instant_of(options.at, datetime.now(UTC))
    path = Path(options.file)
    if not path.is_file():
        raise DeviceError("no_file", f"{path} is not a file", hint="name a sound file on this device")
    reports: queue.SimpleQueue[Report] = queue.SimpleQueue()
    performer = bootstrap.build_performer("speaker", settings, station="", report=reports.put)
    cue = Cue(
        occurrence="rehearsal",
        title=path.name,
        start_at=start_at,
        end_at=start_at + _LONGEST,
        sound_path=path.resolve(),
    )
    try:
        performer.start()
        performer.prepare(cue)
        performer.perform(cue)
        wait = max(timedelta(0), start_at - datetime.now(UTC)) + _READY_WITHIN
        report = reports.get(timeout=wait.total_seconds())
        while not isinstance(report, Ended):
            if isinstance(report, Faulted):
                raise DeviceError(report.reason, f"{path} cannot be played")
            _print_start(report, start_at)
            report = reports.get(timeout=_LONGEST.total_seconds())
        print(f"played         {report.length_ms / 1000:.3f} s")  # noqa: T201
    except queue.Empty as error:
        raise DeviceError("no_start", "the output took no sound") from error
    finally:
        performer.stop()
    return 0


def _print_start(started: Started, planned_at: datetime) -> None:
    deviation_ms = (started.at - planned_at) / timedelta(milliseconds=1)
    print(f"planned start  {planned_at.isoformat(timespec='microseconds')}")  # noqa: T201
    print(f"real start     {started.at.isoformat(timespec='microseconds')}")  # noqa: T201
    print(f"deviation      {deviation_ms:+.3f} ms", flush=True)  # noqa: T201


def _bad_instant(text: str) -> DeviceError:
    return DeviceError(
        "bad_instant",
        f"{text!r} is not an instant",
        hint="write 2026-01-31T05:30:00+07:00 (with the zone), now, or +5s",
    )
