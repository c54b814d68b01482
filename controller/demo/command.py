"""`loa demo`: the main job once, end to end, with real processes; `--stay` keeps it up for a person."""

import argparse
import json
import shutil
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from controller.bootstrap import check_programs
from controller.cli.errors import CommandError
from controller.demo import cast
from controller.demo.api import Api, ApiRefusalError
from controller.demo.notice import TEXT, TITLE
from controller.demo.report import FINAL, table
from controller.demo.stage import Place, Stage, StageError, free_ports
from controller.settings import ControllerSettings

_LEAD = timedelta(seconds=5)
_SETUP_USER = "demo-setup"


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
    folder.mkdir(parents=True, exist_ok=True)
    stage = Stage(_place(folder))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _stay(stage, aloud=chosen.aloud) if chosen.stay else _perform(stage, aloud=chosen.aloud)
    except KeyboardInterrupt:
        print("\nStopping: agents first, then the controller.")
        return 0 if chosen.stay else 1
    except (StageError, ApiRefusalError, TimeoutError) as error:
        raise CommandError(f"{error}\nThe logs are in {folder}/*.log") from error
    finally:
        stage.stop()


def _place(folder: Path) -> Place:
    """Return the demo's place; its ports are kept, since enrolled devices remember them."""
    kept = folder / "ports.json"
    if not kept.exists():
        kept.write_text(json.dumps(free_ports(2)), encoding="utf-8")
    http_port, broker_port = json.loads(kept.read_text(encoding="utf-8"))
    return Place(folder=folder, http_port=http_port, broker_port=broker_port)


def _perform(stage: Stage, *, aloud: bool) -> int:
    began = time.monotonic()
    administrator, areas, devices = _set_up(stage, aloud=aloud)
    commune = areas[cast.COMMUNE]
    official, approver = (
        Api(stage.place.url).signed_in(
            cast.invite(administrator, username, name, role=role, area_id=commune), cast.new_password()
        )
        for username, name, role in (
            ("bien-tap", "Biên tập viên", "editor"),
            ("nguoi-duyet", "Người duyệt", "approver"),
        )
    )
    _say(began, f"{len(devices)} devices enrolled; the official writes a notice of {len(TEXT.split())} words")
    notice = official.post("/notices", area_id=commune, title=TITLE, text=TEXT)
    official.post(f"/notices/{notice['id']}/submit")
    approver.post(f"/notices/{notice['id']}/approve")
    sound = _sound(stage, official, notice["id"])
    _say(
        began,
        f"approved; {sound['duration_ms'] / 1000:.1f} s of sound by {sound['engine']}, {sound['content_id']}",
    )
    if sound["fell_back"]:
        _say(began, f"  the editor is told: another voice was to speak first ({sound['fell_back']})")
    _wait(
        stage, lambda: all(one["presence"] == "online" for one in official.get("/devices")), "devices online"
    )
    broadcast = _schedule(official, notice["id"], commune, sound["duration_ms"])
    _say(began, f"scheduled for the whole commune at {broadcast['start_at']}")
    airings = _follow(stage, official, broadcast["id"], seconds=sound["duration_ms"] / 1000 + 30)
    print(f"\n{table(airings)}\n")
    for device in devices:
        ending = "wav" if device.kind == "speaker" else "png"
        print(f"  {stage.place.folder / device.id}.{ending}")
    _say(
        began,
        "done" if (is_good := all(one["state"] == "done" for one in airings)) else "NOT every airing is done",
    )
    return 0 if is_good else 1


def _set_up(stage: Stage, *, aloud: bool) -> tuple[Api, dict[str, str], list[cast.DemoDevice]]:
    """Start the controller, make places and devices, start the agents; return the administrator's way in."""
    invitation = stage.run_once("controller", "create-admin", _SETUP_USER).partition("#")[2]
    _start_controller(stage)
    administrator = Api(stage.place.url).signed_in(invitation, cast.new_password())
    areas = cast.build_areas(administrator)
    devices = cast.enrol_devices(stage, administrator, areas)
    for device in devices:
        cast.start_agent(stage, device, aloud=aloud)
    return administrator, areas, devices


def _start_controller(stage: Stage) -> None:
    stage.start("controller", "controller", "serve")
    Api(stage.place.url).wait_until_up(timeout_s=30)


def _schedule(official: Api, notice_id: str, area_id: str, duration_ms: int) -> Any:
    start_at = (datetime.now(UTC) + _LEAD).replace(microsecond=0)
    return official.post(
        f"/notices/{notice_id}/broadcasts",
        area_id=area_id,
        start_at=start_at.isoformat(),
        board_until=(start_at + timedelta(milliseconds=duration_ms)).isoformat(),
    )


def _sound(stage: Stage, official: Api, notice_id: str) -> Any:
    found: dict[str, Any] = {}

    def is_ready() -> bool:
        found.update(official.get(f"/notices/{notice_id}")["sound"])
        if found["state"] == "failed":
            raise StageError(f"no voice could speak the notice: {found['error_code']}")
        return bool(found["state"] == "ready")

    _wait(stage, is_ready, "the sound of the notice", timeout_s=60)
    return found


def _follow(stage: Stage, official: Api, broadcast_id: str, *, seconds: float) -> list[dict[str, Any]]:
    airings: list[dict[str, Any]] = []

    def is_over() -> bool:
        airings[:] = official.get(f"/broadcasts/{broadcast_id}")["airings"]
        return all(one["state"] in FINAL for one in airings)

    try:
        _wait(stage, is_over, "the journals", timeout_s=seconds)
    except TimeoutError as error:
        print(error)
    return airings


def _wait(stage: Stage, is_so: Any, what: str, *, timeout_s: float = 30) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        if (fallen := stage.fallen()) is not None:
            raise StageError(f"{fallen} ended by itself")
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout_s:.0f} s in vain for {what}")
        time.sleep(0.2)


def _stay(stage: Stage, *, aloud: bool) -> int:
    kept = stage.place.folder / "devices.json"
    if kept.exists():
        _start_controller(stage)
        devices = [
            cast.DemoDevice(**{**one, "folder": Path(one["folder"])}) for one in json.loads(kept.read_text())
        ]
        for device in devices:
            cast.start_agent(stage, device, aloud=aloud)
    else:
        administrator, areas, devices = _set_up(stage, aloud=aloud)
        kept.write_text(
            json.dumps([{"id": one.id, "kind": one.kind, "folder": str(one.folder)} for one in devices])
        )
        _invite_people(stage, administrator, areas[cast.COMMUNE])
        me = administrator.get("/me")["id"]
        administrator.delete(f"/users/{me}")
    link = stage.run_once("controller", "create-admin", "admin", "--if-none")
    print(f"\nConsole:               {stage.place.url}")
    print(
        f"Administrator “admin”: {link}  (one time: sets the password)"
        if link
        else "Sign in with your own account."
    )
    print(f"What devices play:     {stage.place.folder}/*.wav, *.png")
    print("Stop with Ctrl-C; the state is kept for the next run.", flush=True)
    ended = threading.Event()
    while not ended.wait(1.0):
        if (fallen := stage.fallen()) is not None:
            raise StageError(f"{fallen} ended by itself")
    return 0


def _invite_people(stage: Stage, administrator: Api, commune: str) -> None:
    for username, name, role in (
        ("bien-tap", "Biên tập viên", "editor"),
        ("nguoi-duyet", "Người duyệt", "approver"),
    ):
        invitation = cast.invite(administrator, username, name, role=role, area_id=commune)
        print(f"{name + ':':22} {stage.place.url}/welcome#{invitation}")


def _say(began: float, text: str) -> None:
    print(f"[{time.monotonic() - began:5.1f} s] {text}", flush=True)
