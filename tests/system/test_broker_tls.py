"""The embedded broker over TLS: from the settings to an enrolled device."""

import socket
import ssl
import threading
from pathlib import Path

import pytest

from controller.broker.access_file import CONTROLLER_LOGIN, AccessFile
from controller.broker.embedded import EmbeddedBroker
from controller.demo import cast
from controller.demo.stage import Place, Stage, free_ports
from controller.usecases.ports import BrokerAddress
from protocol import LinkSettings
from protocol.adapters.paho_link import PahoLink
from protocol.topics import up_filter
from tests.fixtures.certificates import write_certificates
from tests.fixtures.whole_system import WholeSystem

pytestmark = pytest.mark.system


def test_a_device_gets_the_authority_at_enrolment_and_speaks_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_certificates(tmp_path, "localhost")
    monkeypatch.setenv("LOA_BROKER_PUBLIC_HOST", "localhost")
    monkeypatch.setenv("LOA_BROKER_TLS_CERTIFICATE", str(tmp_path / "leaf.pem"))
    monkeypatch.setenv("LOA_BROKER_TLS_KEY", str(tmp_path / "leaf.pem"))
    monkeypatch.setenv("LOA_BROKER_TLS_CA", str(tmp_path / "ca.pem"))
    http_port, broker_port = free_ports(2)
    stage = Stage(Place(folder=tmp_path, http_port=http_port, broker_port=broker_port))
    try:
        administrator = cast.administrator(stage)
        devices = cast.enrol_devices(stage, administrator, cast.build_areas(administrator))
        board = next(device for device in devices if device.kind == "board")
        stage.start(board.id, "device_agent", "run", "--state", board.folder, "--output", "silent:")
        WholeSystem.until(
            lambda: administrator.get(f"/devices/{board.id}")["presence"] == "online", "the board is online"
        )
        _shake_hands(broker_port, tmp_path / "ca.pem")
    finally:
        stage.stop()


# paho drops the socket of a handshake that failed instead of closing it.
@pytest.mark.filterwarnings("ignore:.*SSLSocket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
def test_a_broker_that_another_authority_vouches_for_is_not_believed(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
        write_certificates(folder, "localhost")
    (port,) = free_ports(1)
    logins = tmp_path / "logins.json"
    access = AccessFile(logins, BrokerAddress(host="localhost", port=port))
    access.grant(CONTROLLER_LOGIN, "secret")
    certificate = str(theirs / "leaf.pem")
    broker = EmbeddedBroker(host="127.0.0.1", port=port, access_file=logins, tls=(certificate, certificate))
    broker.start()
    try:
        assert not _connects(port, ca_file=ours / "ca.pem", patience_s=2)
        assert _connects(port, ca_file=theirs / "ca.pem", patience_s=20)
    finally:
        broker.stop()


def _connects(port: int, *, ca_file: Path, patience_s: float) -> bool:
    connected = threading.Event()
    settings = LinkSettings(
        host="localhost",
        port=port,
        username=CONTROLLER_LOGIN,
        password="secret",
        client_id=CONTROLLER_LOGIN,
        ca_file=str(ca_file),
    )
    link = PahoLink(
        settings,
        subscribe_to=up_filter(),
        on_message=lambda _topic, _payload: None,
        on_connection=lambda is_up: connected.set() if is_up else None,
    )
    link.start()
    try:
        return connected.wait(patience_s)
    finally:
        link.stop()


def _shake_hands(port: int, ca_file: Path) -> None:
    """Raise ssl.SSLError or OSError unless a TLS server with a certificate for localhost answers."""
    context = ssl.create_default_context(cafile=str(ca_file))
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as wrapped,
    ):
        assert wrapped.version() in ("TLSv1.2", "TLSv1.3")
