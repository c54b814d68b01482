"""A code becomes an identity, or a clear refusal."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from device_agent.core import identity as identities
from device_agent.core.enrolment import enrol
from device_agent.core.errors import DeviceError
from protocol.adapters.jose_keys import SigningKey, TrustedKey
from tests.factories.messages import signing_key


def a_good_answer() -> dict[str, Any]:
    return {
        "device": "loa-thu",
        "kind": "speaker",
        "name": "Loa nhà văn hóa",
        "station": "Phường Láng",
        "broker": {"host": "127.0.0.1", "port": 1883, "username": "u", "password": "p", "ca_pem": ""},
        "controller_key": signing_key().public_text(),
    }


@dataclass
class Desk:
    """The controller's enrolment desk, over loopback HTTP."""

    status: int = 201
    answer: Any = field(default_factory=a_good_answer)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.asked.append((self.path, json.loads(body)))
            answer = made.answer if isinstance(made.answer, bytes) else json.dumps(made.answer).encode()
            self.send_response(made.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the base class
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answering)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def refused(url: str, folder: Path) -> DeviceError:
    with pytest.raises(DeviceError) as caught:
        enrol(url, code="AB12", folder=folder, agent_version="0.1.0")
    return caught.value


def test_a_code_becomes_an_identity_with_a_key_that_was_born_here(desk: Desk, tmp_path: Path) -> None:
    identity = enrol(desk.url + "/", code="AB12", folder=tmp_path, agent_version="0.1.0")
    ((path, question),) = desk.asked
    assert path == "/api/v1/enrolments"
    assert (question["code"], question["agent_version"]) == ("AB12", "0.1.0")
    own = SigningKey(identity.private_key)
    assert TrustedKey(question["public_key"]).key_id == own.key_id
    assert "d" not in json.loads(question["public_key"])
    assert identities.load(tmp_path) == identity


def test_a_refusal_is_shown_in_the_controllers_words(desk: Desk, tmp_path: Path) -> None:
    desk.status = 409
    desk.answer = {"code": "code_expired", "detail": "Mã ghi danh đã hết hạn."}
    error = refused(desk.url, tmp_path)
    assert (error.code, str(error)) == ("code_expired", "Mã ghi danh đã hết hạn.")
    assert not identities.is_enrolled(tmp_path)


@pytest.mark.parametrize("answer", [b"<html>", b"", b"[]", b'{"detail": null}'])
def test_a_refusal_without_words_names_the_status(desk: Desk, tmp_path: Path, answer: bytes) -> None:
    desk.status, desk.answer = 502, answer
    error = refused(desk.url, tmp_path)
    assert error.code == "enrolment_refused"
    assert "502" in str(error)
    # Whoever answers so is hardly a controller: a new code would not help.
    assert "check the address" in error.hint


@pytest.mark.parametrize("status", [200, 301, 307])
def test_only_a_201_is_an_identity_and_no_redirect_is_followed(
    desk: Desk, tmp_path: Path, status: int
) -> None:
    desk.status = status
    assert refused(desk.url, tmp_path).code == "enrolment_refused"
    assert len(desk.asked) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"device": "+/#"},
        {"device": 7},
        {"kind": "toaster"},
        {"broker": None},
        {"broker": {"host": "127.0.0.1", "port": "x", "username": "u", "password": "p", "ca_pem": ""}},
        {"broker": {"host": "mqtt.example.vn", "port": 1883, "username": "u", "password": "p", "ca_pem": ""}},
        {"controller_key": "{}"},
        {"controller_key": "no key"},
    ],
)
def test_an_answer_that_cannot_be_used_is_refused(desk: Desk, tmp_path: Path, change: dict[str, Any]) -> None:
    desk.answer = {**a_good_answer(), **change}
    assert refused(desk.url, tmp_path).code == "bad_answer"
    assert not identities.is_enrolled(tmp_path)


@pytest.mark.parametrize("url", ["http://loa.example.vn", "http://192.168.1.5:8000", "http://10.0.0.1"])
def test_a_code_never_travels_unencrypted_over_a_network(url: str, tmp_path: Path) -> None:
    assert refused(url, tmp_path).code == "insecure_url"


@pytest.mark.parametrize(
    "url", ["loa.example.vn", "ftp://x", "https://", "http://a:b@127.0.0.1", "http://[::1"]
)
def test_what_is_no_address_is_refused(url: str, tmp_path: Path) -> None:
    assert refused(url, tmp_path).code == "bad_url"


def test_an_enrolled_folder_spends_no_code(desk: Desk, tmp_path: Path) -> None:
    enrol(desk.url, code="AB12", folder=tmp_path, agent_version="0.1.0")
    assert refused(desk.url, tmp_path).code == "already_enrolled"
    assert len(desk.asked) == 1


def test_a_controller_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert refused("http://127.0.0.1:9", tmp_path).code == "controller_unreachable"


def test_a_folder_that_cannot_be_made_spends_no_code(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert refused(desk.url, tmp_path / "file" / "state").code == "state_not_writable"
    assert desk.asked == []
