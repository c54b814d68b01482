"""Keeps the embedded broker process up."""

import logging
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

from controller.broker.__main__ import PORT_TAKEN
from controller.broker.errors import BrokerError
from protocol.backoff import Backoff

_log = logging.getLogger(__name__)
_START_TIMEOUT_S = 20.0
_STOP_TIMEOUT_S = 5.0
_STABLE_AFTER_S = 30.0


class EmbeddedBroker:
    """One broker process; started again, with growing waits, when it dies."""

    def __init__(
        self, *, host: str, port: int, access_file: Path, tls: tuple[str, str] | None = None
    ) -> None:
        """`tls` names certificate and key file; without it the broker speaks plain TCP."""
        self._command = [
            sys.executable,
            "-m",
            "controller.broker",
            host,
            str(port),
            str(access_file),
            *(tls or ()),
        ]
        self._place = f"{host}:{port}"
        self._process: subprocess.Popen[str] | None = None
        self._stopping = threading.Event()
        self._backoff = Backoff(base_s=0.5, cap_s=30.0, random=random.Random())  # noqa: S311
        self._watcher = threading.Thread(target=self._watch, name="broker-watch", daemon=True)

    def start(self) -> None:
        """Start it and wait until it listens. Raises BrokerError when the port is taken or nothing comes."""
        self._process = self._launch()
        self._watcher.start()

    def stop(self) -> None:
        """End the process; safe after a failed start."""
        self._stopping.set()
        _end(self._process)
        if self._watcher.is_alive():
            self._watcher.join(_STOP_TIMEOUT_S)
            # The watcher may just have started another one.
            _end(self._process)

    @property
    def pid(self) -> int | None:
        """Process id of the running broker."""
        return self._process.pid if self._process is not None else None

    def _launch(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ready = threading.Timer(_START_TIMEOUT_S, process.kill)
        ready.start()
        line = process.stdout.readline() if process.stdout is not None else ""
        ready.cancel()
        if line.strip() != "ready":
            code = process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            raise BrokerError(self._place, is_port_taken=code == PORT_TAKEN)
        _log.info("embedded broker listens on %s", self._place)
        return process

    def _watch(self) -> None:
        while not self._stopping.is_set():
            began_s = time.monotonic()
            process = self._process
            if process is not None:
                process.wait()
                _end(process)
            if time.monotonic() - began_s > _STABLE_AFTER_S:
                self._backoff.reset()
            if self._stopping.wait(self._backoff.next_wait_s()):
                return
            _log.warning("the embedded broker on %s has ended; starting it again", self._place)
            try:
                self._process = self._launch()
            except BrokerError as error:
                _log.error("%s", error)


def _end(process: subprocess.Popen[str] | None) -> None:
    """End a broker by closing its standard input; kill it when it does not heed. Ending it again is harmless."""
    if process is None or process.stdin is None or process.stdin.closed:
        return
    process.stdin.close()
    try:
        process.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
