"""The agent's settings: command line over environment over TOML file over defaults. Read once."""

import math
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PREFIX = "LOA_AGENT_"
NAMES = ("STATE", "WORK", "OUTPUT", "HEARTBEAT_S", "LOG_LEVEL", "CODE")
SECRET_NAMES = ("CODE",)
OUTPUTS = ("file", "card", "silent", "png", "kiosk")
LOG_LEVELS = ("debug", "info", "warning", "error")


class SettingsError(Exception):
    """Everything that is wrong with the settings, at once; `faults` has one sentence each."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """What an agent is told from outside. `code` is the enrolment code, used by `enrol` alone."""

    state_folder: Path
    work_folder: Path
    output: str = "card:"
    heartbeat_s: float = 10.0
    log_level: str = "info"
    code: str = field(default="", repr=False)


def read(
    environment: Mapping[str, str] | None = None, overrides: Mapping[str, str | None] | None = None
) -> AgentSettings:
    """Gather and check the settings; raise SettingsError with all faults together.

    `overrides` are command-line values by setting name in lower case; None means not given.
    """
    environment = os.environ if environment is None else environment
    faults: list[str] = []
    values = _from_toml(environment.get(PREFIX + "CONFIG", ""), faults)
    values |= _from_environment(environment, faults)
    values |= {name: value for name, value in (overrides or {}).items() if value is not None}
    state = Path(values.get("state") or Path.home() / ".local/state/loa-agent")
    settings = AgentSettings(
        state_folder=state,
        work_folder=Path(values.get("work") or state / "work"),
        output=_output(values.get("output", "card:"), faults),
        heartbeat_s=_heartbeat_s(values.get("heartbeat_s", "10"), faults),
        log_level=_log_level(values.get("log_level", "info"), faults),
        code=values.get("code", ""),
    )
    if faults:
        raise SettingsError(tuple(faults))
    return settings


def _from_toml(path: str, faults: list[str]) -> dict[str, str]:
    if not path:
        return {}
    try:
        found = tomllib.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        faults.append(f"{PREFIX}CONFIG: {path} cannot be read ({error}); name a TOML file, or leave it unset")
        return {}
    known = {name.lower() for name in NAMES}
    faults.extend(
        f"{path}: {name!r} is not a setting; use one of {', '.join(sorted(known))}"
        for name in found.keys() - known
    )
    return {name: str(value) for name, value in found.items() if name in known}


def _from_environment(environment: Mapping[str, str], faults: list[str]) -> dict[str, str]:
    known = {PREFIX + name for name in (*NAMES, "CONFIG", *(f"{name}_FILE" for name in SECRET_NAMES))}
    strangers = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    faults.extend(f"{name}: there is no such setting; see docs/settings.md" for name in strangers)
    values = {name.lower(): environment[PREFIX + name] for name in NAMES if environment.get(PREFIX + name)}
    for name in SECRET_NAMES:
        path = environment.get(f"{PREFIX}{name}_FILE")
        if not path:
            continue
        try:
            values[name.lower()] = Path(path).read_text().strip()
        except OSError as error:
            faults.append(f"{PREFIX}{name}_FILE: {path} cannot be read ({error.strerror}); check the path")
    return values


def _output(text: str, faults: list[str]) -> str:
    way, colon, rest = text.partition(":")
    if not colon or way not in OUTPUTS or (way in ("file", "png") and not rest):
        faults.append(
            f"{PREFIX}OUTPUT: {text!r} is not an output; use file:PATH, card:, card:NAME or silent: for a"
            " loudspeaker, png:PATH or kiosk: for a board"
        )
    return text


def _heartbeat_s(text: str, faults: list[str]) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 1 <= seconds <= 300:
        faults.append(f"{PREFIX}HEARTBEAT_S: {text!r} must be a number of seconds from 1 to 300")
    return seconds


def _log_level(text: str, faults: list[str]) -> str:
    if text.lower() not in LOG_LEVELS:
        faults.append(f"{PREFIX}LOG_LEVEL: {text!r} must be one of {', '.join(LOG_LEVELS)}")
    return text.lower()
