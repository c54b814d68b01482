"""One folder, one identity, for its owner only."""

from dataclasses import replace
from pathlib import Path

import pytest

from device_agent.core import identity as identities
from device_agent.core.errors import DeviceError
from device_agent.core.identity import Broker, Identity

IDENTITY = Identity(
    device="loa-thu",
    kind="speaker",
    name="Loa nhà văn hóa",
    station="Phường Láng",
    broker=Broker(host="127.0.0.1", port=1883, username="loa-thu", password="secret-word"),
    controller_key="{}",
    private_key="private-text",
)


def test_an_identity_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "state"
    identities.save(IDENTITY, folder)
    assert identities.load(folder) == IDENTITY
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "identity.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in folder.iterdir()] == ["identity.json"]


def test_an_identity_is_never_written_over(tmp_path: Path) -> None:
    identities.save(IDENTITY, tmp_path)
    with pytest.raises(DeviceError) as caught:
        identities.save(replace(IDENTITY, device="other"), tmp_path)
    assert caught.value.code == "already_enrolled"
    assert identities.load(tmp_path) == IDENTITY


def test_a_folder_without_identity_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeviceError) as caught:
        identities.load(tmp_path)
    assert caught.value.code == "not_enrolled"
    assert "enrol" in caught.value.hint


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"broker": 3}', "\xff"])
def test_a_damaged_identity_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "identity.json").write_text(content, encoding="latin-1")
    with pytest.raises(DeviceError) as caught:
        identities.load(tmp_path)
    assert caught.value.code == "identity_damaged"


def test_no_secret_shows_in_a_log() -> None:
    assert "secret-word" not in repr(IDENTITY)
    assert "private-text" not in repr(IDENTITY)


def test_the_certificate_authority_lies_beside_the_identity(tmp_path: Path) -> None:
    assert identities.write_ca_file(IDENTITY, tmp_path) == ""
    with_ca = replace(IDENTITY, broker=replace(IDENTITY.broker, ca_pem="PEM"))
    path = identities.write_ca_file(with_ca, tmp_path)
    assert Path(path).read_text() == "PEM"
    assert identities.write_ca_file(with_ca, tmp_path) == path
