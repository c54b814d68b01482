"""Enrolment: a code from the console becomes this device's identity.

The private key is made here and never sent. Standard library HTTP, no redirects, no proxies.
"""

import http.client
import ipaddress
import json
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from device_agent.core import identity as identities
from device_agent.core.errors import DeviceError
from device_agent.core.files import make_private_folder
from device_agent.core.identity import Broker, Identity
from protocol import ProtocolError
from protocol.adapters.jose_keys import SigningKey, TrustedKey
from protocol.topics import check_device_id

KINDS = ("speaker", "board")
_PATH = "/api/v1/enrolments"
_TIMEOUT_S = 20.0
_MAX_ANSWER_BYTES = 256 * 1024


def enrol(url: str, *, code: str, folder: Path, agent_version: str) -> Identity:
    """Exchange `code` for an identity and save it in `folder`.

    1. Refuse what could never be kept, before the code is spent. 2. Ask. 3. Check the answer. 4. Save.
    Raises DeviceError with a stable code; a refusal by the controller carries its own words.
    """
    address = _checked_address(url)
    if identities.is_enrolled(folder):
        raise identities.already_enrolled(folder)
    _check_writable(folder)
    key = SigningKey.generate()
    question = {"code": code, "public_key": key.public_text(), "agent_version": agent_version}
    identity = _identity_from(_ask(address, question), private_key=key.private_text())
    identities.save(identity, folder)
    return identity


def is_loopback(host: str) -> bool:
    """Tell whether `host` is this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _checked_address(url: str) -> SplitResult:
    try:
        address = urlsplit(url.strip())
        host, _port = address.hostname or "", address.port
    except ValueError as error:
        raise _bad_url(url) from error
    if not host or address.scheme not in ("http", "https") or address.username:
        raise _bad_url(url)
    if address.scheme == "http" and not is_loopback(host):
        raise DeviceError(
            "insecure_url",
            f"{url} is not encrypted",
            hint="use the controller's https:// address; plain http:// is for this same machine only",
        )
    return address


def _bad_url(url: str) -> DeviceError:
    return DeviceError(
        "bad_url", f"{url!r} is not a web address", hint="write it like https://loa.example.vn"
    )


def _check_writable(folder: Path) -> None:
    try:
        make_private_folder(folder)
        probe = folder / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise DeviceError(
            "state_not_writable",
            f"{folder} cannot be written: {error.strerror}",
            hint="run as the agent's user, or choose another folder with --state",
        ) from error


def _ask(address: SplitResult, question: dict[str, str]) -> object:
    """Post the question; return the plain JSON of a 201 answer."""
    host = address.hostname or ""
    connection = (
        http.client.HTTPSConnection(
            host, address.port, timeout=_TIMEOUT_S, context=ssl.create_default_context()
        )
        if address.scheme == "https"
        else http.client.HTTPConnection(host, address.port, timeout=_TIMEOUT_S)
    )
    try:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        connection.request(
            "POST", address.path.rstrip("/") + _PATH, body=json.dumps(question), headers=headers
        )
        response = connection.getresponse()
        answer = response.read(_MAX_ANSWER_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise DeviceError(
            "controller_unreachable",
            f"{address.geturl()} does not answer: {error}",
            hint="check the address, the network and the time of this device; the code is still good",
        ) from error
    finally:
        connection.close()
    plain = _plain(answer)
    if response.status != http.client.CREATED:
        raise _refusal(response.status, plain)
    return plain


def _plain(answer: bytes) -> object:
    try:
        return json.loads(answer)
    except ValueError:
        return None


def _refusal(status: int, plain: object) -> DeviceError:
    """Return the controller's refusal, in its own words when it has some (application/problem+json)."""
    problem = plain if isinstance(plain, dict) else {}
    detail = str(problem.get("detail") or f"the controller answered with HTTP status {status}")[:500]
    return DeviceError(
        str(problem.get("code") or "enrolment_refused")[:80],
        detail,
        hint="ask for a new code on the console's device page"
        if problem.get("code")
        else "check the address: the console's own, without a path, such as https://loa.example.vn",
    )


def _identity_from(plain: object, *, private_key: str) -> Identity:
    """Check every field of the answer; raise `bad_answer` with the place of the fault."""
    try:
        answer = _mapping(plain)
        broker = _mapping(answer["broker"])
        identity = Identity(
            device=check_device_id(_text(answer, "device")),
            kind=_text(answer, "kind"),
            name=_text(answer, "name"),
            station=_text(answer, "station"),
            broker=Broker(
                host=_text(broker, "host"),
                port=int(broker["port"]),
                username=_text(broker, "username"),
                password=_text(broker, "password"),
                ca_pem=_text(broker, "ca_pem"),
            ),
            controller_key=_text(answer, "controller_key"),
            private_key=private_key,
        )
        TrustedKey(identity.controller_key)
    except (KeyError, TypeError, ValueError, ProtocolError) as error:
        raise _bad_answer(f"{type(error).__name__}: {error}") from error
    if identity.kind not in KINDS:
        raise _bad_answer(f"this agent cannot be a {identity.kind!r}")
    if not identity.broker.ca_pem and not is_loopback(identity.broker.host):
        raise _bad_answer("the broker on another machine comes without a certificate authority (ca_pem)")
    return identity


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("an object was expected")
    return value


def _text(answer: dict[str, Any], name: str) -> str:
    value = answer[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is not a text")
    return value


def _bad_answer(detail: str) -> DeviceError:
    return DeviceError(
        "bad_answer",
        f"the controller's answer cannot be used: {detail}",
        hint="check that the address is a Loa Phường controller of the same version",
    )
