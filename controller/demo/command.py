"""`loa demo`: the main job once, end to end, with real processes; `--stay` keeps it up for a person."""

import argparse
import json
import shutil
import signal
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
    folder = (chosen.folder or Path("var/run" if chosen.stay else "var/demo")).resolve()
    if not chosen.stay:
        shutil.rmtree(folder, ignore_errors=True)
    (folder / "panels").mkdir(parents=True, exist_ok=True)
    stage = Stage(_place(folder), aloud=chosen.aloud)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return stay(stage) if chosen.stay else perform(stage)
    except KeyboardInterrupt:
        print("\nStopping: agents first, then the controller.", flush=True)
        return 0 if chosen.stay else 1
    except (StageError, ApiRefusalError, TimeoutError) as error:
        raise StageError(f"{error}\nThe logs are in {folder}/*.log") from error
    finally:
        stage.stop()


def _place(folder: Path) -> Place:
    """Return the demo's place; its ports are kept, since enrolled devices remember them."""
    kept = folder / "ports.json"
    if not kept.exists():
        kept.write_text(json.dumps(free_ports(2)), encoding="utf-8")
    http_port, broker_port = json.loads(kept.read_text(encoding="utf-8"))
    return Place(folder=folder, http_port=http_port, broker_port=broker_port)
