"""Putting a controller together, without starting it."""

import json
import threading
from pathlib import Path

import pytest

from controller.bootstrap import MissingProgramError, build, check_programs
from controller.domain.devices import DeviceKind
from controller.domain.errors import Code, InvalidError
from controller.domain.people import Role
from controller.settings import ControllerSettings, SettingsError
from controller.usecases.rights import Actor
from tests.factories.messages import signing_key
from tests.fixtures.brokers import free_port


def settings(folder: Path) -> ControllerSettings:
    return ControllerSettings(
        state=folder / "state", http_port=free_port(), broker_port=free_port(), voices=("espeak",)
    )


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


def test_building_opens_nothing_and_starts_nothing(tmp_path: Path) -> None:
    before = threads()
    controller = build(settings(tmp_path))
    assert threads() == before
    assert controller.broker.pid is None
    assert not (tmp_path / "state" / "loa.db").exists()
    controller.database.close()


def test_the_key_that_devices_trust_is_the_same_after_a_restart(tmp_path: Path) -> None:
    keys = []
    for _ in range(2):
        controller = build(settings(tmp_path))
        keys.append(controller.app.state.parts.controller_key)
        controller.database.close()
    assert keys[0] == keys[1]
    assert "d" not in json.loads(keys[0]), "the private half is told"


@pytest.mark.parametrize(
    "key", ["", "{}", "no key", '{"kty": "RSA"}', "x" * 5000, signing_key("x").private_text()]
)
def test_a_device_enrols_with_an_ed25519_public_key_or_not_at_all(tmp_path: Path, key: str) -> None:
    controller = build(settings(tmp_path))
    controller.prepare()
    root = controller.uses.areas.ensure_root()
    controller.uses.accounts.create_administrator("quan-tri")
    with controller.database.unit() as work:
        user = work.people.by_username("quan-tri")
    assert user is not None
    actor = Actor(
        user_id=user.id,
        username="quan-tri",
        display_name="Quản trị",
        roles=((root.path, Role.ADMINISTRATOR),),
        address="",
    )
    devices = controller.uses.devices
    code = devices.issue_code(actor, kind=DeviceKind.SPEAKER, name="Loa", area_id=root.id).code
    with pytest.raises(InvalidError) as refused:
        devices.enrol(code=code, public_key=key, agent_version="1", address="")
    assert refused.value.code is Code.KEY_REFUSED
    public = signing_key("x").public_text()
    assert (
        devices.enrol(code=code, public_key=public, agent_version="1", address="").device.public_key == public
    )
    controller.database.close()


def test_missing_programs_are_named_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_programs()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingProgramError, match="ffmpeg, ffprobe is not installed"):
        check_programs()


def test_a_state_folder_in_the_way_of_a_file_is_a_fault_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    with pytest.raises(SettingsError) as refused:
        build(settings(tmp_path))
    assert refused.value.faults[0].startswith("LOA_STATE: ")
