"""`loa migrate`, `loa create-admin`, `loa timetable`: the operator's commands on the state folder."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from controller.bootstrap import Controller, build
from controller.domain.airings import Airing
from controller.domain.areas import DEFAULT_ZONE
from controller.domain.errors import NotFoundError
from controller.settings import ControllerSettings

MAX_HOURS = 90 * 24


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the parser."""
    migrate_parser = commands.add_parser("migrate", help="bring the database up to date")
    migrate_parser.set_defaults(command=migrate)
    admin_parser = commands.add_parser(
        "create-admin",
        help="invite an administrator of the whole tree",
        description="Create an administrator, or invite an existing account again, and print the one-time link "
        "with which the password is set.",
    )
    admin_parser.add_argument("username", help="3 to 40 plain letters, digits, dots or hyphens")
    admin_parser.add_argument(
        "--if-none", action="store_true", help="do nothing when somebody has already set a password"
    )
    admin_parser.set_defaults(command=create_admin)
    timetable_parser = commands.add_parser("timetable", help="print what a device is to air")
    timetable_parser.add_argument("device", metavar="DEVICE", help="device id, as on the Devices page")
    timetable_parser.add_argument("--hours", type=_hours, default=24, metavar="N", help="how far ahead (24)")
    timetable_parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    timetable_parser.set_defaults(command=timetable)


@contextmanager
def _built(settings: ControllerSettings) -> Iterator[Controller]:
    controller = build(settings)
    try:
        yield controller
    finally:
        controller.database.close()


def _hours(text: str) -> int:
    hours = int(text)
    if not 1 <= hours <= MAX_HOURS:
        raise argparse.ArgumentTypeError(f"from 1 to {MAX_HOURS}, please")
    return hours


def migrate(settings: ControllerSettings, _chosen: argparse.Namespace) -> int:
    """Run the migrations that are missing."""
    with _built(settings) as controller:
        before, after = controller.database.migrate()
    print(
        f"database is at {after}"
        if before == after
        else f"database went from {before or 'nothing'} to {after}"
    )
    return 0


def create_admin(settings: ControllerSettings, chosen: argparse.Namespace) -> int:
    """Print the one-time link of an administrator."""
    with _built(settings) as controller:
        controller.prepare()
        accounts = controller.uses.accounts
        invite = accounts.first_administrator if chosen.if_none else accounts.create_administrator
        token = invite(chosen.username)
    if token is not None:
        print(f"{settings.url}/welcome#{token}")
    return 0


def timetable(settings: ControllerSettings, chosen: argparse.Namespace) -> int:
    """Print the timetable of a device, in the commune's zone as a table or in UTC as JSON."""
    with _built(settings) as controller:
        controller.prepare()
        try:
            airings = controller.uses.devices.timetable(None, chosen.device, hours=chosen.hours)
        except NotFoundError as error:
            print(
                f"loa: {settings.state} knows no device {chosen.device}; the Devices page shows the ids, "
                f"and --state or LOA_STATE names the folder ({error.code})",
                file=sys.stderr,
            )
            return 1
    if chosen.json:
        print(json.dumps([_plain(airing) for airing in airings], ensure_ascii=False, indent=2))
    elif not airings:
        print(f"nothing is planned on {chosen.device} within {chosen.hours} hours", file=sys.stderr)
    else:
        for airing in airings:
            print(_local(airing.planned_at), _local(airing.ends_at), airing.state, airing.title, sep="  ")
    return 0


def _plain(airing: Airing) -> dict[str, str | int | None]:
    return {
        "occurrence": airing.id,
        "start_at": airing.planned_at.isoformat(),
        "end_at": airing.ends_at.isoformat(),
        "state": airing.state,
        "title": airing.title,
        "priority": airing.priority,
        "volume": airing.volume,
        "content": airing.content_id,
        "text": airing.text,
    }


def _local(instant: datetime) -> str:
    return instant.astimezone(ZoneInfo(DEFAULT_ZONE)).strftime("%Y-%m-%d %H:%M:%S")
