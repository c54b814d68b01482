"""The demo's places, people and devices, made through the public API alone."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controller.demo.api import Api
from controller.demo.stage import Stage

PROVINCE, COMMUNE = "Tỉnh Sông Xanh", "Xã An Bình"
HAMLETS = ("Thôn Đông", "Thôn Tây")
DEVICES = (
    ("speaker", "Loa Thôn Đông", "Thôn Đông"),
    ("speaker", "Loa Thôn Tây", "Thôn Tây"),
    ("board", "Bảng tin UBND xã", COMMUNE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDevice:
    """An enrolled device with its state folder."""

    id: str
    kind: str
    folder: Path


def build_areas(administrator: Api) -> dict[str, str]:
    """Make the province, its commune and the hamlets; return their ids by name."""
    root = administrator.get("/areas")[0]["id"]
    ids: dict[str, str] = {}

    def add(name: str, kind: str, parent_id: str) -> str:
        ids[name] = administrator.post("/areas", parent_id=parent_id, kind=kind, name=name)["id"]
        return ids[name]

    commune = add(COMMUNE, "commune", add(PROVINCE, "province", root))
    for hamlet in HAMLETS:
        add(hamlet, "hamlet", commune)
    return ids


def invite(administrator: Api, username: str, display_name: str, *, role: str, area_id: str) -> str:
    """Create an account and return its invitation."""
    grants = [{"area_id": area_id, "role": role}]
    answer = administrator.post("/users", username=username, display_name=display_name, grants=grants)
    invitation: str = answer["invitation"]
    return invitation


def new_password() -> str:
    """Return a password that is used once and forgotten."""
    return secrets.token_urlsafe(18)


def enrol_devices(stage: Stage, administrator: Api, areas: dict[str, str]) -> list[DemoDevice]:
    """Enrol every device with a claim code of its own, side by side, as installers would."""
    with ThreadPoolExecutor(len(DEVICES)) as installers:
        return list(installers.map(lambda device: _enrol(stage, administrator, areas, device), DEVICES))


def _enrol(
    stage: Stage, administrator: Api, areas: dict[str, str], device: tuple[str, str, str]
) -> DemoDevice:
    kind, name, area = device
    code = administrator.post("/claim-codes", kind=kind, name=name, area_id=areas[area])["code"]
    folder = stage.place.folder / "devices" / f"{kind}-{areas[area]}"
    folder.mkdir(parents=True, exist_ok=True)
    stage.run_once("device_agent", "enrol", stage.place.url, "--code", code, "--state", str(folder))
    enrolled: list[dict[str, Any]] = administrator.get("/devices")
    device_id = next(one["id"] for one in enrolled if one["name"] == name)
    return DemoDevice(id=device_id, kind=kind, folder=folder)


def start_agent(stage: Stage, device: DemoDevice, *, aloud: bool) -> None:
    """Start the agent of a device; what it plays or shows lands beside the demo's other files."""
    place = stage.place.folder / device.id
    speaker = "card:" if aloud else f"file:{place}.wav"
    output = speaker if device.kind == "speaker" else f"png:{place}.png"
    stage.start(device.id, "device_agent", "run", "--state", str(device.folder), "--output", output)
