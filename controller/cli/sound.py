"""`loa say` and `loa render`: hearing how a text will be read, without a server."""

import argparse
import sys
from pathlib import Path

from audio import AudioError, read
from controller.bootstrap import build_studio, check_programs
from controller.cli.errors import CommandError
from controller.domain.texts import clean_text
from controller.settings import ControllerSettings


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the parser."""
    say_parser = commands.add_parser(
        "say",
        help="print the spoken form of the text on standard input",
        description="Read lines on standard input and print each one as it will be spoken.",
    )
    say_parser.set_defaults(command=say)
    render_parser = commands.add_parser(
        "render",
        help="make a text file into the sound that loudspeakers play",
        description="Speak a text with the configured voices, chime first, at one loudness.",
    )
    render_parser.add_argument("text", metavar="TEXT_FILE", type=Path)
    render_parser.add_argument(
        "-o", "--output", metavar="OUT", type=Path, required=True, help="Ogg Opus file to write"
    )
    render_parser.set_defaults(command=render)


def say(_settings: ControllerSettings, _chosen: argparse.Namespace) -> int:
    """Print one spoken line for every line read."""
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    try:
        for line in sys.stdin:
            print(read(line.rstrip("\n")).spoken, flush=True)
    except UnicodeDecodeError as error:
        raise CommandError(
            "the text on standard input is not UTF-8; save it as UTF-8 and try again"
        ) from error
    return 0


def render(settings: ControllerSettings, chosen: argparse.Namespace) -> int:
    """Write the sound of a text file and say how it came about."""
    check_programs()
    try:
        text = clean_text(chosen.text.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{chosen.text} cannot be read as UTF-8 text: {error}") from error
    try:
        recording = build_studio(settings).announce(text, out=chosen.output)
    except AudioError as error:
        print(f"loa: {error} ({error.code})", file=sys.stderr)
        return 1
    for failure in recording.failures:
        print(f"loa: voice {failure.engine} did not speak: {failure.code} {failure.detail}", file=sys.stderr)
    seconds = recording.duration_ms / 1000
    print(f"{chosen.output}: {seconds:.1f} s, voice {recording.engine}, {recording.lufs:.1f} LUFS")
    return 0
