"""`loa demo`: the main job once, end to end, with real processes; `--stay` keeps it up for a person."""

import argparse
import contextlib
import fcntl
import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

from controller.bootstrap import check_programs
from controller.demo.act import perform
from controller.demo.api import ApiRefusalError
from controller.demo.stage import Place, Stage, StageError, free_ports
from controller.demo.stay import stay
from controller.settings import ControllerSettings


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `demo` to the parser."""
    parser = commands.add_parser(
        "demo",
        help="run the main job once with real processes and show the proof",
        description="Start a controller, two loudspeaker agents and a board agent; write, approve and schedule a "
        "notice through the HTTP API; wait until the devices have aired it; print what their journals say.",
    )
    parser.add_argument(
        "--folder", type=Path, help="where everything goes (var/demo, or var/run with --stay)"
    )
    parser.add_argument(
        "--stay", action="store_true", help="set up, then stay up for a person; state is kept"
    )
    parser.add_argument("--aloud", action="store_true", help="play on the sound card instead of into a file")
    parser.set_defaults(command=run)


def run(_settings: ControllerSettings, chosen: argparse.Namespace) -> int:
    """Run the demo; 0 when every airing is `done`, 1 when not."""
    check_programs()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = (chosen.folder or Path("var/run" if chosen.stay else "var/demo")).resolve()
    with _taken(folder):
        return _play(folder, chosen)


def _play(folder: Path, chosen: argparse.Namespace) -> int:
    stage: Stage | None = None
    try:
        if not chosen.stay:
            _empty(folder)
        stage = Stage(_place(folder), aloud=chosen.aloud)
        (folder / "panels").mkdir(exist_ok=True)
        return stay(stage) if chosen.stay else perform(stage)
    except KeyboardInterrupt:
        print("\nStopping: agents first, then the controller.", flush=True)
        return 0 if chosen.stay else 1
    except (StageError, ApiRefusalError, OSError) as error:
        raise StageError(f"{error}\nThe logs are in {folder}/*.log") from error
    finally:
        if stage is not None:
            stage.stop()


@contextlib.contextmanager
def _taken(folder: Path) -> Iterator[None]:
    """Hold the folder for one demo at a time. Raises StageError when another has it or it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise StageError(
            f"cannot use {folder} ({error.strerror}); name another place with --folder"
        ) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(held)
        raise StageError(
            f"another demo is at work in {folder}; wait until it has ended, or name another place with --folder"
        ) from error
    try:
        yield
    finally:
        os.close(held)


def _empty(folder: Path) -> None:
    """Remove what an earlier demo left. Raises StageError rather than delete what a demo did not make."""
    if any(folder.iterdir()) and (not (folder / "ports.json").exists() or (folder / "devices.json").exists()):
        raise StageError(f"{folder} holds what is not left from a demo; name an empty place with --folder")
    # The mark of a demo goes last, so that a removal that was cut short can be taken up again.
    for entry in sorted(folder.iterdir(), key=lambda one: one.name == "ports.json"):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _place(folder: Path) -> Place:
    """Return the demo's place; its ports are kept, since enrolled devices remember them."""
    kept = folder / "ports.json"
    if not kept.exists():
        kept.write_text(json.dumps(free_ports(2)), encoding="utf-8")
    http_port, broker_port = json.loads(kept.read_text(encoding="utf-8"))
    return Place(folder=folder, http_port=http_port, broker_port=broker_port)
