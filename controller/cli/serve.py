"""`loa serve`: the controller with its web server, broker, gateway and ticks."""

import argparse
import logging
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import uvicorn

from controller.bootstrap import Controller, build
from controller.cli.errors import CommandError
from controller.settings import ControllerSettings

_log = logging.getLogger(__name__)
_GRACE_S = 3


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `serve` to the parser."""
    parser = commands.add_parser(
        "serve",
        help="run the controller until Ctrl-C",
        description="Run the controller: console and API over HTTP, the embedded MQTT broker, rendering and pushing. "
        "The first run prints a one-time link with which the first administrator sets a password.",
    )
    parser.set_defaults(command=serve)


def serve(settings: ControllerSettings, _chosen: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM, then stop everything in reverse order."""
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with ExitStack() as undo:
        listener = undo.enter_context(_listen(settings.http_host, settings.http_port))
        controller = build(settings)
        controller.start(undo)
        _greet(controller)
        _run_web(controller, listener)
        _log.info("stopping")
    _log.info("stopped")
    return 0


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise CommandError(
            f"cannot listen on {host}:{port} ({error.strerror or error}); end the program that uses the port "
            "or choose another one with LOA_HTTP_PORT"
        ) from error


def _greet(controller: Controller) -> None:
    url = controller.settings.url
    print(f"Loa Phường: {url}", flush=True)
    token = controller.uses.accounts.first_administrator()
    if token is not None:
        print(
            f"First administrator, set the password of “admin” (one time, 3 days): {url}/welcome#{token}",
            flush=True,
        )
    print("Stop with Ctrl-C.", flush=True)


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to us: it would raise them again before we have stopped the rest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _run_web(controller: Controller, listener: socket.socket) -> None:
    config = uvicorn.Config(
        controller.app,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_GRACE_S,
        proxy_headers=bool(controller.settings.proxies),
        forwarded_allow_ips=controller.settings.proxies or None,
        server_header=False,
    )
    server = _Server(config)

    def stop(_number: int, _frame: Any) -> None:
        # Open pages listen for news without end; without it the web server would wait for them in vain.
        controller.news.detach()
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    server.run(sockets=[listener])
    if not server.started:
        print("loa: the web server did not start; the log says why", file=sys.stderr)
