"""`loa migrate`, `loa create-admin`: the operator's commands on the state folder."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from controller.bootstrap import Controller, build
from controller.settings import ControllerSettings


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


@contextmanager
def _built(settings: ControllerSettings) -> Iterator[Controller]:
    controller = build(settings)
    try:
        yield controller
    finally:
        controller.database.close()


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
