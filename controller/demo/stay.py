"""The demo that stays up: a commune with three devices for a person to work with."""

import json
import shutil
import sys
import threading
from pathlib import Path

from controller.demo import cast
from controller.demo.cast import DemoDevice
from controller.demo.stage import Stage, StageError


def stay(stage: Stage) -> int:
    """Set up on the first run, start everything, say where to go, and wait for Ctrl-C."""
    kept = stage.place.folder / "devices.json"
    if kept.exists():
        stage.start_controller()
        devices = [DemoDevice(**one) for one in json.loads(kept.read_text(encoding="utf-8"))]
    else:
        # A first run that was cut short has given nobody a way in: begin again from nothing.
        for leftover in ("controller", "devices"):
            shutil.rmtree(stage.place.folder / leftover, ignore_errors=True)
        devices = _set_up(stage)
        kept.write_text(json.dumps([one.plain() for one in devices]), encoding="utf-8")
    for device in devices:
        cast.start_agent(stage, device)
    _say_where(stage)
    waiting = threading.Event()
    while not waiting.wait(1.0):
        for name in stage.revive():
            print(f"{name} has ended by itself; it was started again", flush=True)
    raise StageError("the wait ended")


def _set_up(stage: Stage) -> list[DemoDevice]:
    administrator = cast.administrator(stage)
    areas = cast.build_areas(administrator)
    devices = cast.enrol_devices(stage, administrator, areas)
    print()
    for username, name, role in cast.PEOPLE:
        invitation = cast.invite(administrator, username, name, role=role, area_id=areas[cast.COMMUNE])
        print(f"{f'{name} “{username}”:':32}{stage.place.url}/welcome#{invitation}")
    # The account that set things up has done its work.
    administrator.delete(f"/users/{administrator.get('/me')['id']}")
    return devices


def _say_where(stage: Stage) -> None:
    url, folder = stage.place.url, stage.place.folder
    link = stage.run_once("controller", "create-admin", "admin", "--if-none")
    if link:
        print(f"{'Quản trị “admin”:':32}{link}")
        print("(Each link works once: it sets the password of that account.)\n")
    else:
        command = f"LOA_PUBLIC_URL={url} {Path(sys.executable).parent}/loa --state {folder}/controller"
        print(f"\nSign in with your own account. A password is lost? {command} create-admin admin")
    print(f"Console: {url}        API: {url}/api/v1/docs")
    print("Guard rails: nothing sounds from 22:00 to 05:00 until you set others (Địa bàn, Quy định phát).")
    print(f"What the devices play and show: {folder}/*.wav, {folder}/*.png")
    print("Stop with Ctrl-C; the state is kept for the next run.", flush=True)
