"""The embedded broker as a process of its own: `python -m controller.broker ADDRESS PORT ACCESS_FILE`,
and CERTIFICATE and KEY files to speak TLS.

It prints "ready" once it listens, and ends when its standard input ends, that is, when its controller does.
"""

import asyncio
import logging
import os
import signal
import sys

from amqtt.broker import Broker
from amqtt.contexts import BrokerConfig, ListenerConfig

PORT_TAKEN = 3


def main() -> int:
    """Serve until told to stop. Exit codes: 0 stopped, PORT_TAKEN when the address cannot be had."""
    host, port, access_file, *tls = sys.argv[1:]
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s broker %(message)s")
    logging.getLogger("transitions").setLevel(logging.ERROR)
    return asyncio.run(_serve(host, int(port), access_file, tls))


async def _serve(host: str, port: int, access_file: str, tls: list[str]) -> int:
    guard = {"access_file": access_file}
    certificate, key = tls or (None, None)
    listener = ListenerConfig(
        bind=f"{host}:{port}", max_connections=20_000, ssl=bool(tls), certfile=certificate, keyfile=key
    )
    config = BrokerConfig(
        listeners={"default": listener},
        plugins={"controller.broker.guards.LoginGuard": guard, "controller.broker.guards.TopicGuard": guard},
    )
    broker = Broker(config)
    try:
        await broker.start()
    # amqtt wraps the operating system's refusal in several layers of its own; any failed start means no broker.
    except Exception as error:
        print(f"cannot listen on {host}:{port}: {error}", file=sys.stderr, flush=True)
        return PORT_TAKEN
    print("ready", flush=True)
    await _until_told()
    await broker.shutdown()
    return 0


async def _until_told() -> None:
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    loop.add_reader(sys.stdin.fileno(), lambda: None if os.read(sys.stdin.fileno(), 1) else told.set())
    await told.wait()
    loop.remove_reader(sys.stdin.fileno())


if __name__ == "__main__":
    sys.exit(main())
