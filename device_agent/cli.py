"""The command line of the agent. Exit codes: 0 clean, 1 runtime failure, 2 usage or a missing program."""

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Sequence

from device_agent import bootstrap, rehearsal
from device_agent import settings as agent_settings
from device_agent.core.enrolment import enrol
from device_agent.core.errors import DeviceError

_USAGE_CODES = frozenset(
    {
        "already_enrolled",
        "bad_instant",
        "bad_url",
        "ffmpeg_missing",
        "insecure_url",
        "no_code",
        "no_file",
        "not_enrolled",
        "portaudio_missing",
        "program_missing",
        "output_unknown",
    }
)
_log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    options = _parser().parse_args(arguments)
    names = ("state", "output", "code")
    try:
        settings = agent_settings.read(overrides={name: getattr(options, name, None) for name in names})
        return int(options.command(settings, options))
    except agent_settings.SettingsError as error:
        for fault in error.faults:
            print(f"loa-agent: {fault}", file=sys.stderr)
        return 2
    except DeviceError as error:
        print(f"loa-agent: {error} [{error.code}]", file=sys.stderr)
        if error.hint:
            print(f"  {error.hint}", file=sys.stderr)
        return 2 if error.code in _USAGE_CODES else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="loa-agent", description="The agent on a loudspeaker or e-bulletin board of Loa Phường."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    enrolling = commands.add_parser(
        "enrol", help="give this device its identity, with a code from the console"
    )
    enrolling.add_argument("url", metavar="URL", help="the controller's address, https://...")
    enrolling.add_argument("--code", help="the enrolment code (or LOA_AGENT_CODE, LOA_AGENT_CODE_FILE)")
    _add_state(enrolling)
    enrolling.set_defaults(command=_enrol)
    running = commands.add_parser("run", help="play the timetable; runs until it is stopped")
    _add_state(running)
    _add_output(running)
    running.set_defaults(command=_run)
    playing = commands.add_parser(
        "play", help="play one file at one instant, to try the output and the clock"
    )
    playing.add_argument("file", metavar="FILE", help="a sound file of any kind")
    playing.add_argument(
        "--at", default="now", metavar="INSTANT", help="2026-01-31T05:30:00+07:00, now, or +5s (default: now)"
    )
    _add_output(playing)
    playing.set_defaults(command=rehearsal.play)
    return parser


def _add_state(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", metavar="DIR", help="folder of this device's identity and memory")


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--output",
        metavar="OUTPUT",
        help="file:PATH, card:, card:NAME or silent: for a loudspeaker; png:PATH or kiosk: for a board",
    )


def _enrol(settings: agent_settings.AgentSettings, options: argparse.Namespace) -> int:
    if not settings.code:
        raise DeviceError("no_code", "no enrolment code was given", hint="add --code CODE")
    identity = enrol(
        options.url,
        code=settings.code,
        folder=settings.state_folder,
        agent_version=bootstrap.agent_version(),
    )
    print(f"enrolled: {identity.name} ({identity.kind} {identity.device}) of {identity.station}")
    print(
        f"identity kept in {settings.state_folder}; now start it: loa-agent run --state {settings.state_folder}"
    )
    return 0


def _run(settings: agent_settings.AgentSettings, _options: argparse.Namespace) -> int:
    """Run until SIGTERM or SIGINT."""
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    told_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: told_to_stop.set())
    agent, identity = bootstrap.build(settings)
    try:
        agent.start()
        _log.info(
            "ready: %s %s (%s) of %s, output %s",
            identity.kind,
            identity.device,
            identity.name,
            identity.station,
            settings.output,
        )
        told_to_stop.wait()
        _log.info("stopping on purpose")
    finally:
        agent.stop()
    return 0
