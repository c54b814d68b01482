"""Settings: read once, from the environment (`LOA_*`) over a TOML file, all faults reported together.

A secret may come from a file named by `LOA_..._FILE`; an empty variable counts as not set. docs/settings.md lists
every setting.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

VOICES = ("gtts", "espeak")
ACCENTS = ("northern", "central", "southern")
_AGENT = "LOA_AGENT"
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingsError(Exception):
    """One or more settings are wrong; `faults` says of each what to do."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerSettings:
    """What an operator may choose. Empty texts mean the default that `bootstrap` derives."""

    state: Path = Path("var/run/controller")
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    public_url: str = ""
    proxies: str = ""
    broker_host: str = "127.0.0.1"
    broker_port: int = 1883
    broker_public_host: str = ""
    broker_tls_certificate: str = ""
    broker_tls_key: str = ""
    broker_tls_ca: str = ""
    database_url: str = field(default="", repr=False)
    voices: tuple[str, ...] = VOICES
    espeak_accent: str = "northern"
    espeak_speed: int = 165
    voice_budget_s: float = 10.0
    render_workers: int = 1
    log_level: str = "INFO"

    @property
    def url(self) -> str:
        """The address at which people reach the console, without a slash at the end."""
        return (self.public_url or f"http://{self.http_host}:{self.http_port}").rstrip("/")


def read_settings(environment: Mapping[str, str]) -> ControllerSettings:
    """Return the settings of this environment. Raises SettingsError with every fault at once."""
    faults: list[str] = []
    values = _from_toml(environment.get("LOA_SETTINGS", ""), faults)
    known = {one.name for one in fields(ControllerSettings)}
    strangers = [*(values.keys() - known), *_strange_variables(environment, known)]
    faults += [f"{name}: there is no such setting; see docs/settings.md" for name in strangers]
    for name in known:
        _from_environment(name, environment, values, faults)
    read = {name: _read(name, raw, faults) for name, raw in values.items() if name in known}
    settings = ControllerSettings(**{name: value for name, value in read.items() if value is not None})
    faults += _contradictions(settings)
    if faults:
        raise SettingsError(sorted(faults))
    return settings


def _from_toml(path: str, faults: list[str]) -> dict[str, Any]:
    if not path:
        return {}
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        faults.append(f"LOA_SETTINGS: {path} cannot be read ({error}); correct the path or the file")
        return {}


def _from_environment(
    name: str, environment: Mapping[str, str], values: dict[str, Any], faults: list[str]
) -> None:
    key = f"LOA_{name.upper()}"
    if environment.get(key):
        values[name] = environment[key]
    secret_file = environment.get(f"{key}_FILE")
    if secret_file:
        if environment.get(key):
            faults.append(f"{key}_FILE: {key} is set too; keep one of the two")
        try:
            values[name] = Path(secret_file).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            faults.append(
                f"{key}_FILE: {secret_file} cannot be read ({error}); correct the path or the rights"
            )


def _strange_variables(environment: Mapping[str, str], known: set[str]) -> list[str]:
    """Return variables that look like ours and are not; the agent's may be in the same environment."""
    keys = {f"LOA_{name.upper()}" for name in known}
    ours = {"LOA_SETTINGS", *keys, *(f"{key}_FILE" for key in keys)}
    return [key for key in environment if key.startswith("LOA_") and key not in ours and key[:9] != _AGENT]


def _read(name: str, raw: Any, faults: list[str]) -> Any:
    read, what = _READERS.get(name, (str, "a text"))
    try:
        return read(raw)
    except (ValueError, TypeError):
        # An address of a database may hold a password.
        shown = "" if name == "database_url" else f", not {str(raw)[:40]!r}"
        faults.append(f"LOA_{name.upper()}: must be {what}{shown}")
        return None


def _port(raw: Any) -> int:
    port = int(raw)
    if not 1 <= port <= 65_535:
        raise ValueError
    return port


def _one_of(*words: str) -> Callable[[Any], str]:
    def read(raw: Any) -> str:
        if raw not in words:
            raise ValueError
        return str(raw)

    return read


def _between(low: float, high: float, kind: type[int] | type[float]) -> Callable[[Any], Any]:
    def read(raw: Any) -> Any:
        value = kind(raw)
        if not low <= value <= high:
            raise ValueError
        return value

    return read


def _voices(raw: Any) -> tuple[str, ...]:
    names = tuple(part.strip() for part in raw.split(",")) if isinstance(raw, str) else tuple(raw)
    if not names or not set(names) <= set(VOICES):
        raise ValueError
    return names


def _folder(raw: Any) -> Path:
    if not str(raw).strip():
        raise ValueError
    return Path(raw)


def _database_url(raw: Any) -> str:
    if not re.match(r"(sqlite|postgresql)(\+[a-z0-9_]+)?://", str(raw)):
        raise ValueError
    return str(raw)


def _url(raw: Any) -> str:
    parts = urlsplit(str(raw))
    if raw and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError
    return str(raw)


_READERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "state": (_folder, "a folder"),
    "database_url": (_database_url, "an address such as sqlite:////var/lib/loa/loa.db"),
    "http_port": (_port, "a port number from 1 to 65535"),
    "public_url": (_url, "an address such as https://loa.example.vn"),
    "espeak_accent": (_one_of(*ACCENTS), f"one of {', '.join(ACCENTS)}"),
    "broker_port": (_port, "a port number from 1 to 65535"),
    "voices": (_voices, f"a list of {' and '.join(VOICES)} in the order to try them"),
    "espeak_speed": (_between(80, 400, int), "words a minute from 80 to 400"),
    "voice_budget_s": (_between(1, 60, float), "seconds from 1 to 60"),
    "render_workers": (_between(1, 8, int), "a number from 1 to 8"),
    "log_level": (_one_of(*_LEVELS), f"one of {', '.join(_LEVELS)}"),
}


def _contradictions(settings: ControllerSettings) -> list[str]:
    faults = []
    if settings.http_port == settings.broker_port:
        faults.append("LOA_BROKER_PORT: must differ from LOA_HTTP_PORT")
    tls = {
        "LOA_BROKER_TLS_CERTIFICATE": settings.broker_tls_certificate,
        "LOA_BROKER_TLS_KEY": settings.broker_tls_key,
        "LOA_BROKER_TLS_CA": settings.broker_tls_ca,
    }
    if any(tls.values()) or not _is_loopback(settings.broker_host):
        needed = {**tls, "LOA_BROKER_PUBLIC_HOST": settings.broker_public_host}
        why = "a broker that others can reach speaks TLS; set it, or leave LOA_BROKER_HOST at 127.0.0.1"
        faults += [f"{key}: {why}" for key, value in needed.items() if not value]
    faults += [
        f"{key}: {path} cannot be read; correct the path or the rights"
        for key, path in tls.items()
        if path and not os.access(path, os.R_OK)
    ]
    return faults


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
