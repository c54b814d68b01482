"""Who this device is: one folder, one identity, written once by enrolment."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from device_agent.core.errors import DeviceError
from device_agent.core.files import make_private_folder, write_whole

_FILE = "identity.json"
_CA_FILE = "broker-ca.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where the broker is and how this device logs in. `ca_pem` empty means plain TCP on loopback."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    ca_pem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """`kind` is "speaker" or "board". `private_key` was born on this device and never leaves it."""

    device: str
    kind: str
    name: str
    station: str
    broker: Broker
    controller_key: str
    private_key: str = field(repr=False)


def is_enrolled(folder: Path) -> bool:
    """Tell whether the state folder holds an identity."""
    return (folder / _FILE).exists()


def save(identity: Identity, folder: Path) -> None:
    """Write the identity, mode 0600, whole or not at all. Raise `already_enrolled` over another one."""
    make_private_folder(folder)
    if is_enrolled(folder):
        raise already_enrolled(folder)
    write_whole(folder / _FILE, json.dumps(asdict(identity), indent=1, ensure_ascii=False).encode())


def load(folder: Path) -> Identity:
    """Read the identity; raise `not_enrolled` or `identity_damaged`."""
    try:
        stored = json.loads((folder / _FILE).read_bytes())
        return Identity(**{**stored, "broker": Broker(**stored["broker"])})
    except FileNotFoundError as error:
        raise DeviceError(
            "not_enrolled",
            f"{folder} holds no identity",
            hint="run `loa-agent enrol URL --code CODE` first, with the same --state folder",
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise DeviceError(
            "identity_damaged",
            f"{folder / _FILE} cannot be read: {error}",
            hint="remove the file and enrol this device again with a new code",
        ) from error


def write_ca_file(identity: Identity, folder: Path) -> str:
    """Put the broker's certificate authority beside the identity; return its path, or "" for plain TCP."""
    if not identity.broker.ca_pem:
        return ""
    path = folder / _CA_FILE
    if not path.exists() or path.read_text() != identity.broker.ca_pem:
        write_whole(path, identity.broker.ca_pem.encode())
    return str(path)


def already_enrolled(folder: Path) -> DeviceError:
    """Return the refusal to write over an identity."""
    return DeviceError(
        "already_enrolled",
        f"{folder} already holds the identity of a device",
        hint="use another --state folder, or remove this one if the device is to start anew",
    )
