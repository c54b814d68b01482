"""Wiring: the only place that picks adapters. Reads nothing but the settings it is given."""

import random
import secrets
from importlib import metadata
from uuid import uuid4

from device_agent.core import identity as identities
from device_agent.core.agent import Agent, AgentParts
from device_agent.core.cache import Cache
from device_agent.core.clock import SystemClock
from device_agent.core.courier import Courier
from device_agent.core.events import LinkDown, LinkUp
from device_agent.core.identity import Identity
from device_agent.core.inbox import Inbox
from device_agent.core.journal import Journal
from device_agent.core.loop import Loop
from device_agent.core.ports import Performer, ReportTo
from device_agent.core.stage import Parts, Stage
from device_agent.core.uplink import Keys, Uplink
from device_agent.settings import AgentSettings
from protocol import Link, LinkSettings
from protocol.adapters.jose_keys import SigningKey, TrustedKey
from protocol.adapters.paho_link import PahoLink
from protocol.topics import down_filter


def agent_version() -> str:
    """Return the version of the installed distribution."""
    try:
        return metadata.version("loa-phuong")
    except metadata.PackageNotFoundError:
        return "unknown"


def build(settings: AgentSettings) -> tuple[Agent, Identity]:
    """Wire the agent of the enrolled device in the state folder. Raises DeviceError; starts nothing."""
    identity = identities.load(settings.state_folder)
    clock, inbox = SystemClock(), Inbox()
    keys = Keys(own=SigningKey(identity.private_key), controller=TrustedKey(identity.controller_key))
    uplink = Uplink(identity.device, boot=uuid4().hex, keys=keys, clock=clock)
    journal = Journal(settings.state_folder / "journal.sqlite")
    cache = Cache(settings.state_folder / "contents")
    courier = Courier(
        uplink,
        journal=journal,
        cache=cache,
        clock=clock,
        heartbeat_s=settings.heartbeat_s,
        random_source=random.Random(),  # noqa: S311 - jitter, not a secret
    )
    performer = build_performer(identity.kind, settings, station=identity.station, report=inbox.put)
    loop = Loop(
        inbox,
        stage=Stage(
            Parts(boot=uplink.boot, performer=performer, journal=journal, cache=cache, courier=courier)
        ),
        courier=courier,
        uplink=uplink,
        journal=journal,
        cache=cache,
        clock=clock,
        agent_version=agent_version(),
    )
    parts = AgentParts(
        clock=clock,
        journal=journal,
        cache=cache,
        performer=performer,
        uplink=uplink,
        loop=loop,
        make_link=lambda: _link(identity, settings, uplink=uplink, inbox=inbox),
    )
    return Agent(parts), identity


def build_performer(kind: str, settings: AgentSettings, *, station: str, report: ReportTo) -> Performer:
    """Return the performer of a device kind; raise DeviceError when the output is not one of that kind."""
    if kind == "board":
        from device_agent.board import build_performer as build_board

        return build_board(settings.output, station=station, work_folder=settings.work_folder, report=report)
    from device_agent.speaker import build_performer as build_speaker

    return build_speaker(settings.output, station=station, work_folder=settings.work_folder, report=report)


def _link(identity: Identity, settings: AgentSettings, *, uplink: Uplink, inbox: Inbox) -> Link:
    broker = identity.broker
    return PahoLink(
        LinkSettings(
            host=broker.host,
            port=broker.port,
            username=broker.username,
            password=broker.password,
            # A stranger who could guess it might have a broker drop our session before it asks for the password.
            client_id=f"{identity.device}.{secrets.token_hex(6)}",
            ca_file=identities.write_ca_file(identity, settings.state_folder),
        ),
        subscribe_to=down_filter(identity.device),
        on_message=inbox.received,
        on_connection=lambda is_up: inbox.put(LinkUp() if is_up else LinkDown()),
        will=uplink.will,
    )
