"""The commands of `loa`. Exit codes: 0 done, 1 failed, 2 cannot begin (usage, settings, a missing program, a port)."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from controller.bootstrap import MissingProgramError
from controller.broker.errors import BrokerError
from controller.cli import admin, serve, sound, timetable
from controller.cli.errors import CommandError
from controller.demo import command as demo
from controller.demo.stage import StageError
from controller.domain.errors import DomainError
from controller.settings import SettingsError, read_settings
from controller.web.wording import sentence

CANNOT_BEGIN = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    chosen = _parser().parse_args(arguments)
    try:
        settings = read_settings(_environment(chosen))
        code: int = chosen.command(settings, chosen)
    except SettingsError as error:
        print("These settings need to be corrected:", *error.faults, sep="\n  ", file=sys.stderr)
        return CANNOT_BEGIN
    except (MissingProgramError, BrokerError, CommandError, StageError) as error:
        print(f"loa: {error}", file=sys.stderr)
        return CANNOT_BEGIN
    except DomainError as error:
        print(f"loa: {sentence(error, 'en')} ({error.code})", file=sys.stderr)
        return 1
    return code


def _environment(chosen: argparse.Namespace) -> dict[str, str]:
    """Return the environment with the command line's own choices over it."""
    choices = {"LOA_STATE": chosen.state} if chosen.state else {}
    return {**os.environ, **{key: str(value) for key, value in choices.items()}}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="loa",
        description="Loa Phường: notices to the loudspeakers and e-bulletin boards of a commune.",
        epilog="Settings come from LOA_* variables or the TOML file named by LOA_SETTINGS; see docs/settings.md.",
    )
    parser.add_argument("--state", type=Path, help="folder of database, keys and sound files (LOA_STATE)")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    serve.add_command(commands)
    demo.add_command(commands)
    admin.add_commands(commands)
    timetable.add_command(commands)
    sound.add_commands(commands)
    return parser
