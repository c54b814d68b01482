"""Sealing and opening a timetable of 50 items, beside the bare signature and the bare JSON of the same bytes."""

import json
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol import CONTROLLER, Envelope, address, seal, unseal
from tests.factories.messages import NOW, a_timetable, an_item, signing_key, trusted_key

_SECONDS = 1.0


def bench() -> list[tuple[str, float, str]]:
    timetable = a_timetable(
        *(an_item(number, start_at=NOW + timedelta(hours=number)) for number in range(50))
    )
    envelope = address(timetable, sender=CONTROLLER, recipient="loa-1", now=NOW)
    token = seal(envelope, signing_key())

    def both_ways() -> Envelope:
        return unseal(seal(envelope, signing_key()), trusted, recipient="loa-1", now=NOW)

    trusted = trusted_key()
    ours, floor = _per_second(both_ways), _per_second(_bare(trusted.verify(token)))
    return [
        ("protocol: timetable of 50 items, signed", len(token), "bytes"),
        ("protocol: seal and unseal", ours, "a second"),
        ("protocol: bare Ed25519 and json of the same bytes", floor, "a second"),
        ("protocol: share of the bare speed", ours / floor * 100, "%"),
        ("protocol: memory of one opened timetable", _held(both_ways) / 1_024, "KiB"),
        ("protocol: resident, imported with its adapters", _resident_cost_mib(), "MiB"),
    ]


def _bare(payload: bytes) -> Callable[[], object]:
    private = Ed25519PrivateKey.generate()
    public = private.public_key()
    value = json.loads(payload)

    def both_ways() -> object:
        text = json.dumps(value).encode()
        public.verify(private.sign(text), text)
        return json.loads(text)

    return both_ways


def _per_second(work: Callable[[], object]) -> float:
    started_at, count = time.perf_counter(), 0
    while (spent_s := time.perf_counter() - started_at) < _SECONDS:
        work()
        count += 1
    return count / spent_s


def _held(make: Callable[[], object]) -> float:
    make()
    tracemalloc.start()
    held = [make() for _ in range(20)]
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size / len(held)


def _resident_cost_mib() -> float:
    """Return what the imports add to a Python process, each measured in a process of its own."""
    imports = "import protocol, protocol.adapters.jose_keys, protocol.adapters.paho_link"
    return (_resident(imports) - _resident("pass")) / 2**20


def _resident(statement: str) -> int:
    source = f"import psutil; {statement}; print(psutil.Process().memory_info().rss)"
    return int(subprocess.run([sys.executable, "-c", source], check=True, capture_output=True).stdout)
