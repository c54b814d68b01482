"""The processes of the demo: one controller (with its broker) and one agent per device, each a real process."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from controller.demo.api import Api

_START_TIMEOUT_S = 30
_STOP_TIMEOUT_S = 15
# Whatever ends sooner than this after its start would end again; what it held, such as a port, is free after the rest.
_STEADY_AFTER_S = 10.0
_REST_S = 2.0


class StageError(Exception):
    """A process did not do what it should; the message names its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the demo lives: `folder` for everything, and the two loopback ports."""

    folder: Path
    http_port: int
    broker_port: int

    @property
    def url(self) -> str:
        """Address of the console and the API."""
        return f"http://127.0.0.1:{self.http_port}"

    def output_of(self, device_id: str, kind: str) -> Path:
        """Where the proof of a device is kept: a recording of its sound, or a picture of the notice on it."""
        return self.folder / f"{device_id}.{'wav' if kind == 'speaker' else 'png'}"

    def panel_of(self, device_id: str) -> Path:
        """What a board's panel shows at this moment."""
        return self.folder / "panels" / f"{device_id}.png"

    def environment(self) -> dict[str, str]:
        """Settings of the controller."""
        own = {
            "LOA_STATE": str(self.folder / "controller"),
            "LOA_HTTP_HOST": "127.0.0.1",
            "LOA_HTTP_PORT": str(self.http_port),
            "LOA_PUBLIC_URL": self.url,
            "LOA_BROKER_HOST": "127.0.0.1",
            "LOA_BROKER_PORT": str(self.broker_port),
        }
        return {**os.environ, **own}


class Stage:
    """Starts processes and stops them in reverse order, agents before the controller."""

    def __init__(self, place: Place, *, aloud: bool = False) -> None:
        """`aloud`: loudspeakers use the sound card."""
        self.place = place
        self.aloud = aloud
        self._logs: list[IO[bytes]] = []
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []
        self._begun: dict[str, tuple[float, tuple[str, ...]]] = {}

    def run_once(self, module: str, *arguments: str) -> str:
        """Run a command to its end and return what it printed. Raises StageError with its complaint."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=self.place.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise StageError(f"{module} {arguments[0]}: {done.stderr.strip() or done.returncode}")
        return done.stdout.strip()

    def start(self, name: str, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a process that stays; its log goes to `<name>.log`."""
        log = (self.place.folder / f"{name}.log").open("ab")
        self._logs.append(log)
        process = subprocess.Popen(
            [*_leash(), sys.executable, "-m", module, *arguments],
            env=self.place.environment(),
            stdin=subprocess.DEVNULL,
            # The one-time link that `serve` prints is for a person, not for a log file.
            stdout=subprocess.DEVNULL,
            stderr=log,
            # Ctrl-C is for us: we stop the others in order.
            start_new_session=True,
        )
        self._running.append((name, process))
        self._begun[name] = time.monotonic(), (module, *arguments)
        return process

    def start_controller(self) -> None:
        """Start the controller and wait until it answers."""
        self.start("controller", "controller", "serve")
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not Api(self.place.url).is_up():
            self.check()
            if time.monotonic() > deadline:
                raise StageError(f"the controller does not answer at {self.place.url}")
            time.sleep(0.1)

    def check(self) -> None:
        """Raise StageError when a process has ended by itself."""
        for name, process in self._running:
            if process.poll() is not None:
                said = _last_words(self.place.folder / f"{name}.log")
                raise StageError(f"{name} ended by itself with exit code {process.returncode}{said}")

    def revive(self) -> list[str]:
        """Start anew whatever has ended; return its names. Raises StageError for what ended soon after its start."""
        ended = [name for name, process in self._running if process.poll() is not None]
        if any(time.monotonic() - self._begun[name][0] < _STEADY_AFTER_S for name in ended):
            self.check()
        for name in ended:
            self.forget(name)
            time.sleep(_REST_S)
            self.start(name, *self._begun[name][1])
        return ended

    def process(self, name: str) -> subprocess.Popen[bytes]:
        """Return a running process by name."""
        return next(process for one, process in self._running if one == name)

    def forget(self, name: str) -> None:
        """Leave a process out of every later check and stop; for one that was ended on purpose."""
        self._running = [pair for pair in self._running if pair[0] != name]

    def stop(self) -> None:
        """Stop everything, last started first; whatever does not heed is killed."""
        controllers = [pair for pair in self._running if pair[0] == "controller"]
        agents = [pair for pair in self._running if pair[0] != "controller"]
        for group in (agents, controllers):
            for _, process in group:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(signal.SIGTERM)
            for _, process in group:
                _end(process)
        self._running.clear()
        for log in self._logs:
            log.close()
        self._logs.clear()


def free_ports(count: int) -> list[int]:
    """Return loopback ports that were free a moment ago."""
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [listener.getsockname()[1] for listener in listeners]


def _leash() -> list[str]:
    """Return the words that make a process end with us even when we are killed, where the system has them."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return "".join(f"\n  {line}" for line in lines[-3:])


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
