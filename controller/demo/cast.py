"""The demo's places, people and devices, made through the public API alone."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from controller.demo.api import Api
from controller.demo.stage import Stage

PROVINCE, COMMUNE = "Tỉnh Sông Xanh", "Xã An Bình"
HAMLETS = ("Thôn Đông", "Thôn Tây")
DEVICES = (
    ("speaker", "Loa Thôn Đông", "Thôn Đông"),
    ("speaker", "Loa Thôn Tây", "Thôn Tây"),
    ("board", "Bảng tin UBND xã", COMMUNE),
)
PEOPLE = (
    ("bien-tap", "Biên tập viên", "editor"),
    ("nguoi-duyet", "Người duyệt", "approver"),
    ("nguoi-duyet-hai", "Người duyệt thứ hai", "approver"),
)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDevice:
    """An enrolled device with its state folder."""

    id: str
    kind: str
    folder: str

    def plain(self) -> dict[str, str]:
        """Return the fields as a dictionary, for keeping."""
        return asdict(self)


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


def open_guardrails(administrator: Api, *, reason: str) -> None:
    """Lift the guard rails that hold where nobody has set any, so that sounds may be heard at any hour."""
    root = administrator.get("/areas")[0]["id"]
    seen = administrator.get(f"/areas/{root}/guardrails")["seen"]
    today = datetime.now(ZONE).date().isoformat()
    administrator.put(f"/areas/{root}/guardrails", profile="open", starts_on=today, reason=reason, seen=seen)


def order(official: Api, second: Api, notice_id: str, *, cause: str, **wish: object) -> Any:
    """Order a broadcast; where a second person is needed, at night for one, let them approve it. Return it."""
    broadcast = official.post(f"/notices/{notice_id}/broadcasts", cause=cause, **wish)
    if broadcast["state"] == "held":
        path = f"/broadcasts/{broadcast['id']}"
        second.post(f"{path}/second-approval", reason=cause, version=broadcast["version"])
        broadcast = official.get(path)
    return broadcast


def invite(administrator: Api, username: str, display_name: str, *, role: str, area_id: str) -> str:
    """Create an account and return its invitation."""
    grants = [{"area_id": area_id, "role": role}]
    answer = administrator.post("/users", username=username, display_name=display_name, grants=grants)
    invitation: str = answer["invitation"]
    return invitation


def administrator(stage: Stage) -> Api:
    """Start the controller with an account for setting up; return that account's way in."""
    invitation = stage.run_once("controller", "create-admin", "demo-setup").partition("#")[2]
    stage.start_controller()
    return Api(stage.place.url).signed_in(invitation, _new_password())


def people(administrator: Api, commune: str) -> list[Api]:
    """Invite the people of the commune and return their ways in, in the order of PEOPLE."""
    return [
        Api(administrator.url).signed_in(
            invite(administrator, username, name, role=role, area_id=commune), _new_password()
        )
        for username, name, role in PEOPLE
    ]


def _new_password() -> str:
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
    return DemoDevice(id=device_id, kind=kind, folder=str(folder))


def start_agent(stage: Stage, device: DemoDevice) -> None:
    """Start the agent of a device; what it plays or shows lands beside the demo's other files."""
    place = stage.place
    speaker = "card:" if stage.aloud else f"file:{place.output_of(device.id, device.kind)}"
    output = speaker if device.kind == "speaker" else f"png:{place.panel_of(device.id)}"
    stage.start(device.id, "device_agent", "run", "--state", device.folder, "--output", output)
