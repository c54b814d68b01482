"""rules, guard rails, review and areas that live"""

import json
from collections import Counter
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from controller.storage.tables import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_PLANNED_FOR_EVER = datetime(9000, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    _new_tables()
    _new_columns()
    op.execute(sa.text("UPDATE airings SET latest_at = ends_at"))
    _name_each_airing()
    op.execute(
        sa.text(
            "UPDATE notices SET approved_version = version, approved_title = title, approved_text = text, "
            "approved_by = decided_by, approved_writers = author_id WHERE state = 'approved'"
        )
    )
    op.execute(sa.text("UPDATE notices SET writers = author_id"))
    _name_the_rule_of_each_broadcast()
    _first_standings()
    op.create_index("uq_airings_occurrence", "airings", ["broadcast_id", "device_id", "key"], unique=True)
    _seal_the_trail()


def _seal_the_trail() -> None:
    for statement in trail_seal(op.get_bind().dialect.name):
        op.execute(statement)


def trail_seal(dialect: str) -> tuple[str, ...]:
    """What stands in the trail is never changed and never deleted: the database itself refuses."""
    if dialect == "sqlite":
        return tuple(
            f"CREATE TRIGGER audit_entries_no_{deed} BEFORE {deed.upper()} ON audit_entries "
            "BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END"
            for deed in ("update", "delete")
        )
    function = (
        "CREATE FUNCTION refuse_to_change_the_trail() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the trail is append-only'; END $$"
    )
    trigger = (
        "CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_the_trail()"
    )
    return function, trigger


def _name_the_rule_of_each_broadcast() -> None:
    """Every broadcast so far is for one time, and all its airings are there."""
    broadcasts = sa.table(
        "broadcasts",
        sa.column("id", sa.String),
        sa.column("start_at", Instant),
        sa.column("planned_until", Instant),
        sa.column("rule", sa.Text),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(broadcasts.c.id, broadcasts.c.start_at)).all():
        rule = json.dumps({"kind": "once", "start_at": row.start_at.isoformat()})
        change = sa.update(broadcasts).where(broadcasts.c.id == row.id)
        connection.execute(change.values(rule=rule, planned_until=_PLANNED_FOR_EVER))


def _name_each_airing() -> None:
    """Give airings the key that the rule of their broadcast gives: planned again, they are known.

    What came back on a board after the first part is the rest of the same.
    """
    broadcasts = sa.table("broadcasts", sa.column("id", sa.String), sa.column("start_at", Instant))
    airings = sa.table(
        "airings",
        *(sa.column(name, sa.String) for name in ("id", "broadcast_id", "device_id", "key")),
        sa.column("planned_at", Instant),
    ).c
    connection = op.get_bind()
    found = connection.execute(
        sa.select(airings.id, airings.broadcast_id, airings.device_id, broadcasts.c.start_at)
        .join(broadcasts, broadcasts.c.id == airings.broadcast_id)
        .order_by(airings.broadcast_id, airings.device_id, airings.planned_at, airings.id)
    ).all()
    named, parts = [], Counter[tuple[str, str]]()
    for row in found:
        part = parts[row.broadcast_id, row.device_id]
        parts[row.broadcast_id, row.device_id] += 1
        named.append({"of": row.id, "named": f"{row.start_at:%Y%m%dT%H%M%SZ}" + (f"+{part}" if part else "")})
    if named:
        connection.execute(sa.text('UPDATE airings SET "key" = :named WHERE id = :of'), named)


def _first_standings() -> None:
    """Every area has been what it is since it was made."""
    op.execute(
        sa.text(
            "INSERT INTO area_standings "
            "(id, area_id, starts_on, parent_id, kind, name, change, decision_id, created_at) "
            "SELECT id, id, date(created_at), parent_id, kind, name, 'added', id, created_at FROM areas"
        )
    )


def _new_tables() -> None:
    op.create_table(
        "area_standings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("area_id", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("parent_id", sa.String(length=40), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "central",
                "province",
                "commune",
                "hamlet",
                "grouping",
                name="areakind",
                native_enum=False,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("change", sa.String(length=40), nullable=False),
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_area_standings_area_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_area_standings_created_by")),
        sa.ForeignKeyConstraint(["parent_id"], ["areas.id"], name=op.f("fk_area_standings_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_standings")),
        sa.UniqueConstraint("area_id", "starts_on", name=op.f("uq_area_standings_area_id_starts_on")),
    )
    op.create_index(op.f("ix_area_standings_decision_id"), "area_standings", ["decision_id"], unique=False)
    _device_placements()
    op.create_table(
        "delegations",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("area_id", sa.String(length=40), nullable=False),
        sa.Column("from_user_id", sa.String(length=40), nullable=False),
        sa.Column("to_user_id", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_delegations_area_id")),
        sa.ForeignKeyConstraint(["from_user_id"], ["users.id"], name=op.f("fk_delegations_from_user_id")),
        sa.ForeignKeyConstraint(["to_user_id"], ["users.id"], name=op.f("fk_delegations_to_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
    )
    op.create_index(op.f("ix_delegations_from_user_id"), "delegations", ["from_user_id"], unique=False)
    op.create_index(op.f("ix_delegations_to_user_id"), "delegations", ["to_user_id"], unique=False)
    op.create_table(
        "guardrail_settings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("area_id", sa.String(length=40), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(length=40), nullable=True),
        sa.Column("set_at", Instant(), nullable=False),
        sa.Column("replaced_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_guardrail_settings_area_id")),
        sa.ForeignKeyConstraint(["set_by"], ["users.id"], name=op.f("fk_guardrail_settings_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardrail_settings")),
    )
    op.create_index(op.f("ix_guardrail_settings_area_id"), "guardrail_settings", ["area_id"], unique=False)
    op.create_table(
        "reminders",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_reminders_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("user_id", "subject", "number", name=op.f("uq_reminders_user_id_subject_number")),
    )
    op.create_index(op.f("ix_reminders_subject"), "reminders", ["subject"], unique=False)
    op.create_index(op.f("ix_reminders_user_id"), "reminders", ["user_id"], unique=False)
    op.create_table(
        "inbox_items",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("broadcast_id", sa.String(length=40), nullable=False),
        sa.Column("area_id", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "taken", "declined", name="inboxstate", native_enum=False, length=20),
            nullable=False,
        ),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("decided_by", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("taken_as", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_inbox_items_area_id")),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcasts.id"], name=op.f("fk_inbox_items_broadcast_id")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_inbox_items_decided_by")),
        sa.ForeignKeyConstraint(["taken_as"], ["broadcasts.id"], name=op.f("fk_inbox_items_taken_as")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_items")),
        sa.UniqueConstraint("broadcast_id", "area_id", name=op.f("uq_inbox_items_broadcast_id_area_id")),
    )
    op.create_index(op.f("ix_inbox_items_area_id"), "inbox_items", ["area_id"], unique=False)


def _device_placements() -> None:
    op.create_table(
        "device_placements",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("device_id", sa.String(length=40), nullable=False),
        sa.Column("from_area_id", sa.String(length=40), nullable=False),
        sa.Column("area_id", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_device_placements_area_id")),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_device_placements_device_id")),
        sa.ForeignKeyConstraint(
            ["from_area_id"], ["areas.id"], name=op.f("fk_device_placements_from_area_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_placements")),
        sa.UniqueConstraint("device_id", "starts_on", name=op.f("uq_device_placements_device_id_starts_on")),
    )
    op.create_index(
        op.f("ix_device_placements_decision_id"), "device_placements", ["decision_id"], unique=False
    )


def _new_columns() -> None:
    op.add_column("areas", sa.Column("is_in_force", sa.Boolean(), server_default="1", nullable=False))
    op.add_column("airings", sa.Column("key", sa.String(length=80), server_default="", nullable=False))
    op.add_column("airings", sa.Column("latest_at", Instant(), nullable=True))
    op.add_column("airings", sa.Column("order", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "airings",
        sa.Column(
            "origin",
            sa.Enum("central", "province", "commune", name="origin", native_enum=False, length=20),
            server_default="commune",
            nullable=False,
        ),
    )
    op.add_column(
        "airings",
        sa.Column(
            "on_loss",
            sa.Enum("resume", "restart", "later", "skip", name="onloss", native_enum=False, length=20),
            server_default="resume",
            nullable=False,
        ),
    )
    op.add_column(
        "airings", sa.Column("authorised_by", sa.String(length=200), server_default="", nullable=False)
    )
    op.add_column("airings", sa.Column("cause", sa.Text(), server_default="", nullable=False))
    op.add_column("airings", sa.Column("day", sa.Date(), nullable=True))
    op.add_column("broadcasts", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("broadcasts", sa.Column("rule", sa.Text(), server_default="", nullable=False))
    op.add_column("broadcasts", sa.Column("until", Instant(), nullable=True))
    op.add_column("broadcasts", sa.Column("planned_until", Instant(), nullable=True))
    op.add_column("broadcasts", sa.Column("priority", sa.Integer(), server_default="50", nullable=False))
    op.add_column(
        "broadcasts",
        sa.Column(
            "origin",
            sa.Enum("central", "province", "commune", name="origin", native_enum=False, length=20),
            server_default="commune",
            nullable=False,
        ),
    )
    op.add_column(
        "broadcasts",
        sa.Column(
            "on_loss",
            sa.Enum("resume", "restart", "later", "skip", name="onloss", native_enum=False, length=20),
            server_default="resume",
            nullable=False,
        ),
    )
    op.add_column("broadcasts", sa.Column("order", sa.Integer(), server_default="0", nullable=False))
    op.add_column("broadcasts", sa.Column("window_s", sa.Integer(), server_default="1800", nullable=False))
    op.add_column(
        "broadcasts", sa.Column("board_for_s", sa.Integer(), server_default="86400", nullable=False)
    )
    op.add_column("broadcasts", sa.Column("volume", sa.Integer(), server_default="100", nullable=False))
    op.add_column(
        "broadcasts",
        sa.Column(
            "state",
            sa.Enum("held", "approved", "rejected", name="broadcaststate", native_enum=False, length=20),
            server_default="approved",
            nullable=False,
        ),
    )
    op.add_column("broadcasts", sa.Column("needs", sa.String(length=200), server_default="", nullable=False))
    op.add_column("broadcasts", sa.Column("cause", sa.Text(), server_default="", nullable=False))
    op.add_column("broadcasts", sa.Column("second_by", sa.String(length=40), nullable=True))
    op.add_column("broadcasts", sa.Column("second_at", Instant(), nullable=True))
    op.add_column("broadcasts", sa.Column("second_reason", sa.Text(), server_default="", nullable=False))
    op.add_column("broadcasts", sa.Column("updated_by", sa.String(length=40), nullable=True))
    op.add_column("broadcasts", sa.Column("updated_at", Instant(), nullable=True))
    op.add_column("broadcasts", sa.Column("changed_by", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_broadcasts_area_id", "broadcasts", ["area_id"], unique=False)
    op.create_index("ix_broadcasts_state", "broadcasts", ["state"], unique=False)
    op.create_index(op.f("ix_broadcasts_planned_until"), "broadcasts", ["planned_until"], unique=False)
    op.add_column(
        "devices",
        sa.Column(
            "neighbour",
            sa.Enum(
                "", "school", "clinic", "pagoda", "elderly", name="neighbour", native_enum=False, length=20
            ),
            server_default="",
            nullable=False,
        ),
    )
    op.add_column("notices", sa.Column("approved_version", sa.Integer(), nullable=True))
    op.add_column(
        "notices", sa.Column("approved_title", sa.String(length=300), server_default="", nullable=False)
    )
    op.add_column("notices", sa.Column("approved_text", sa.Text(), server_default="", nullable=False))
    op.add_column("notices", sa.Column("approved_by", sa.String(length=40), nullable=True))
    op.add_column("notices", sa.Column("approved_writers", sa.Text(), server_default="", nullable=False))
    op.add_column("notices", sa.Column("approved_expires_at", Instant(), nullable=True))
    op.add_column("notices", sa.Column("writers", sa.Text(), server_default="", nullable=False))
    op.add_column("notices", sa.Column("expires_at", Instant(), nullable=True))
    op.create_index(op.f("ix_notices_approved_expires_at"), "notices", ["approved_expires_at"], unique=False)
    op.create_index("ix_notices_state_submitted_at", "notices", ["state", "submitted_at"], unique=False)
