"""A speech service on loopback that answers as Google Translate does: TLS behind a CONNECT proxy."""

import base64
import json
import socket
import ssl
import subprocess
import threading
import urllib.parse
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.fixtures.certificates import write_certificates

HOST = "translate.google.com"
SYLLABLE_S = 0.22


class FakeGoogle:
    """Start it, give its `proxy` and `ca_bundle` to the adapter. `number` counts the different texts from 1."""

    def __init__(self, folder: Path, *, certified_for: str = HOST) -> None:
        self._folder = folder
        self._certified_for = certified_for
        self._faults: dict[int, str] = {}
        self._every_fault = ""
        self._failures_left = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self.texts: list[str] = []
        self.asked = 0

    @property
    def proxy(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def ca_bundle(self) -> Path:
        return self._folder / "ca.pem"

    def start(self) -> None:
        write_certificates(self._folder, self._certified_for)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self._folder / "leaf.pem")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._run(self._accept)

    def stop(self) -> None:
        self._stopping.set()
        with socket.create_connection(self._listener.getsockname()):
            pass  # wakes the accepting thread
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def answer_without_sound(self) -> None:
        self._every_fault = "silent"

    def limit_rate(self) -> None:
        self._every_fault = "429"

    def hang(self) -> None:
        self._every_fault = "hang"

    def lose(self, number: int) -> None:
        """Answer this text with 200 and without sound, however often it is asked for."""
        self._faults[number] = "silent"

    def cut(self, number: int) -> None:
        """Answer this text with a tenth of a second of sound."""
        self._faults[number] = "cut"

    def garble(self, number: int) -> None:
        """Answer this text with bytes that are no sound."""
        self._faults[number] = "garbled"

    def fail_next(self, times: int) -> None:
        """Answer 503 so many times."""
        self._failures_left = times

    def _run(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            client, _ = self._listener.accept()
            if self._stopping.is_set():
                client.close()
            else:
                self._run(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(10)
        try:
            with client, client.makefile("rb", buffering=0) as plain:
                request = _read_head(plain.readline)
                assert request.startswith(f"CONNECT {HOST}:443 "), request
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                with self._context.wrap_socket(client, server_side=True) as secure:
                    self._answer_all(secure)
        except OSError:
            pass  # the client left, or refused our certificate: that is what some tests are about

    def _answer_all(self, secure: ssl.SSLSocket) -> None:
        with secure.makefile("rb") as stream:
            while head := _read_head(stream.readline):
                size = int(head.lower().partition("content-length:")[2].split("\r\n")[0])
                status, body = self._answer(_text_in(stream.read(size)))
                secure.sendall(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

    def _answer(self, text: str) -> tuple[int, bytes]:
        with self._lock:
            self.asked += 1
            if text not in self.texts:
                self.texts.append(text)
            fault = self._every_fault or self._faults.get(self.texts.index(text) + 1, "")
            is_down = self._failures_left > 0
            self._failures_left -= is_down
        if fault == "hang":
            self._stopping.wait()
        if is_down:
            return 503, b""
        if fault == "429":
            return 429, b""
        return 200, _answer_body(_sound(text, fault))


def _read_head(readline: Callable[[], bytes]) -> str:
    head = b""
    while line := readline():
        head += line
        if line == b"\r\n":
            break
    return head.decode()


def _text_in(body: bytes) -> str:
    request = json.loads(urllib.parse.parse_qs(body.decode())["f.req"][0])
    return str(json.loads(request[0][0][1])[0])


def _answer_body(sound: bytes | None) -> bytes:
    answer = None if sound is None else json.dumps([base64.b64encode(sound).decode()], separators=(",", ":"))
    frame = json.dumps([["wrb.fr", "jQ1olc", answer, None, None, None, "generic"]], separators=(",", ":"))
    return f')]}}\'\n\n{len(frame)}\n{frame}\n25\n[["e",4,null,null,130]]\n'.encode()


def _sound(text: str, fault: str) -> bytes | None:
    if fault == "silent":
        return None
    if fault == "garbled":
        return b"<html>not a sound</html>" * 50
    pitch = 200 + 10 * (sum(map(ord, text)) % 50)  # so that each text sounds different
    return _mp3(0.1 if fault == "cut" else len(text.split()) * SYLLABLE_S, pitch)


@cache
def _mp3(duration_s: float, pitch: int) -> bytes:
    tone = f"sine=frequency={pitch}:sample_rate=24000:duration={duration_s:.2f}"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", tone, "-b:a", "32k", "-f", "mp3", "-"]
    return subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL).stdout
