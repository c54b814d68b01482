"""The trail is append-only also in PostgreSQL, whoever has its password."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp

import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from controller.storage.tables import audit_entries

MIGRATION = "controller.storage.migrations.versions.0002_rules_and_review"
NOBODY = "nobody"  # PostgreSQL refuses to work for root


def program(name: str) -> str:
    """Return the path of a program of PostgreSQL; Debian keeps them by version, off the path."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(kept[-1]) if kept else None)
    assert found is not None, f"{name} is missing: run deploy/system-packages tests"
    return found


def run(*command: str, typed: str = "") -> str:
    """Run a program of PostgreSQL with words typed into it; return what it said."""
    done = subprocess.run(
        command,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd="/",
        user=NOBODY if os.geteuid() == 0 else None,
    )
    return done.stdout + done.stderr


@pytest.fixture
def cluster() -> Iterator[Path]:
    """Give the folder of a PostgreSQL that listens nowhere: it is spoken to line by line."""
    folder = Path(mkdtemp(prefix="loa-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, NOBODY)
    said = run(
        program("initdb"),
        "-D",
        str(folder / "cluster"),
        "-U",
        "loa",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    )
    assert (folder / "cluster" / "PG_VERSION").exists(), said
    yield folder / "cluster"
    shutil.rmtree(folder)


def ask(cluster: Path, *statements: str) -> str:
    """Give PostgreSQL statements, each on a line of its own; return what it said."""
    lines = "\n".join(" ".join(one.split()) for one in statements)
    return run(program("postgres"), "--single", "-F", "-D", str(cluster), "postgres", typed=f"{lines}\n")


def test_postgresql_refuses_to_change_the_trail_and_takes_new_lines(cluster: Path) -> None:
    table = str(CreateTable(audit_entries).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    add = (
        "INSERT INTO audit_entries (id, at, actor, action, subject, address, detail) "
        "VALUES ('{}', now(), 'a', 'write', 'notice:1', '', 'cũ')"
    )
    seal = import_module(MIGRATION).trail_seal("postgresql")
    said = ask(cluster, table, *seal, add.format(1))
    assert "ERROR" not in said
    for statement in (
        "UPDATE audit_entries SET detail = 'mới'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
    ):
        assert "ERROR:  the trail is append-only" in ask(cluster, statement), statement
    assert "ERROR" not in ask(cluster, add.format(2))
    said = ask(cluster, "SELECT count(*) AS lines, min(detail) AS oldest FROM audit_entries")
    assert 'lines = "2"' in said
    assert 'oldest = "cũ"' in said
