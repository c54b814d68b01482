"""The tables."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from controller.domain.airings import AiringState, BroadcastState, InboxState
from controller.domain.areas import AreaKind
from controller.domain.devices import DeviceKind, Neighbour, Presence
from controller.domain.notices import NoticeState, RenderingState
from controller.domain.people import Role
from controller.storage.columns import ID as _ID
from controller.storage.columns import Instant, metadata
from controller.storage.columns import words as _words
from schedules import OnLoss, Origin

__all__ = ["Instant", "metadata"]

areas = Table(
    "areas",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("parent_id", ForeignKey("areas.id")),
    Column("path", String(500), nullable=False, unique=True),
    Column("kind", _words(AreaKind), nullable=False),
    Column("name", String(200), nullable=False),
    Column("zone", String(60), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("is_in_force", Boolean, nullable=False, server_default="1"),
)

area_standings = Table(
    "area_standings",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("area_id", ForeignKey("areas.id"), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("parent_id", ForeignKey("areas.id")),
    Column("kind", _words(AreaKind), nullable=False),
    Column("name", String(200), nullable=False),
    Column("change", String(40), nullable=False),
    Column("decision_id", _ID, nullable=False, index=True),
    Column("created_by", ForeignKey("users.id")),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("area_id", "starts_on"),
)

device_placements = Table(
    "device_placements",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("device_id", ForeignKey("devices.id"), nullable=False),
    Column("from_area_id", ForeignKey("areas.id"), nullable=False),
    Column("area_id", ForeignKey("areas.id"), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("decision_id", _ID, nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("device_id", "starts_on"),
)

guardrail_settings = Table(
    "guardrail_settings",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("area_id", ForeignKey("areas.id"), nullable=False, index=True),
    Column("profile", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    Column("reason", Text, nullable=False),
    Column("set_by", ForeignKey("users.id")),
    Column("set_at", Instant, nullable=False),
    Column("replaced_at", Instant),
)

delegations = Table(
    "delegations",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("area_id", ForeignKey("areas.id"), nullable=False),
    Column("from_user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("to_user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

reminders = Table(
    "reminders",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("subject", String(120), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("seen_at", Instant),
    UniqueConstraint("user_id", "subject", "number"),
)

users = Table(
    "users",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("username", String(40), nullable=False, unique=True),
    Column("display_name", String(200), nullable=False),
    Column("password_hash", String(300), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
)

grants = Table(
    "grants",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("area_id", ForeignKey("areas.id"), nullable=False),
    Column("role", _words(Role), nullable=False),
    UniqueConstraint("user_id", "area_id", "role"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("csrf_token", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("ended_at", Instant),
)

invitations = Table(
    "invitations",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

failed_tries = Table(
    "failed_tries",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("key", String(200), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_failed_tries_key_at", "key", "at"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("area_id", ForeignKey("areas.id"), nullable=False),
    Column("author_id", ForeignKey("users.id"), nullable=False),
    Column("title", String(300), nullable=False),
    Column("text", Text, nullable=False),
    Column("state", _words(NoticeState), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("submitted_at", Instant),
    Column("decided_at", Instant),
    Column("decided_by", ForeignKey("users.id")),
    Column("reason", Text, nullable=False),
    Column("approved_version", Integer),
    Column("approved_title", String(300), nullable=False, server_default=""),
    Column("approved_text", Text, nullable=False, server_default=""),
    Column("approved_by", _ID),
    Column("approved_writers", Text, nullable=False, server_default=""),
    Column("approved_expires_at", Instant, index=True),
    Column("writers", Text, nullable=False, server_default=""),
    Column("expires_at", Instant),
    Index("ix_notices_area_id_updated_at", "area_id", "updated_at"),
    Index("ix_notices_state_submitted_at", "state", "submitted_at"),
)

contents = Table(
    "contents",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
)

renderings = Table(
    "renderings",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("notice_id", ForeignKey("notices.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", _words(RenderingState), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("upload_path", String(300), nullable=False),
    Column("content_id", ForeignKey("contents.id")),
    Column("duration_ms", Integer, nullable=False),
    Column("engine", String(60), nullable=False),
    Column("fell_back", String(400), nullable=False),
    Column("error_code", String(60), nullable=False),
    Column("finished_at", Instant),
    Index("ix_renderings_notice_id_version", "notice_id", "version"),
    Index("ix_renderings_state_due_at", "state", "due_at"),
)

devices = Table(
    "devices",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("kind", _words(DeviceKind), nullable=False),
    Column("name", String(200), nullable=False),
    Column("area_id", ForeignKey("areas.id"), nullable=False, index=True),
    Column("public_key", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("presence", _words(Presence), nullable=False),
    Column("boot", String(80), nullable=False),
    Column("state_seq", Integer, nullable=False),
    Column("last_seen_at", Instant),
    Column("agent_version", String(40), nullable=False),
    Column("missing_contents", Integer, nullable=False),
    Column("unsent_entries", Integer, nullable=False),
    Column("faults", Text, nullable=False),
    Column("desired_revision", Integer, nullable=False),
    Column("desired_digest", String(64), nullable=False),
    Column("reported_revision", Integer, nullable=False),
    Column("next_push_at", Instant, index=True),
    Column("push_attempts", Integer, nullable=False),
    Column("neighbour", _words(Neighbour), nullable=False, server_default=""),
)

claim_codes = Table(
    "claim_codes",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("kind", _words(DeviceKind), nullable=False),
    Column("name", String(200), nullable=False),
    Column("area_id", ForeignKey("areas.id"), nullable=False),
    Column("created_by", ForeignKey("users.id"), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("device_id", ForeignKey("devices.id")),
)

broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("notice_id", ForeignKey("notices.id"), nullable=False, index=True),
    Column("notice_version", Integer, nullable=False),
    Column("area_id", ForeignKey("areas.id"), nullable=False),
    Column("content_id", ForeignKey("contents.id"), nullable=False),
    Column("start_at", Instant, nullable=False),
    Column("created_by", ForeignKey("users.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("stopped_at", Instant),
    Column("stopped_by", ForeignKey("users.id")),
    Column("stop_reason", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("rule", Text, nullable=False, server_default=""),
    Column("until", Instant),
    Column("planned_until", Instant, index=True),
    Column("priority", Integer, nullable=False, server_default="50"),
    Column("origin", _words(Origin), nullable=False, server_default="commune"),
    Column("on_loss", _words(OnLoss), nullable=False, server_default="resume"),
    Column("order", Integer, nullable=False, server_default="0"),
    Column("window_s", Integer, nullable=False, server_default="1800"),
    Column("board_for_s", Integer, nullable=False, server_default="86400"),
    Column("volume", Integer, nullable=False, server_default="100"),
    Column("state", _words(BroadcastState), nullable=False, server_default="approved"),
    Column("needs", String(200), nullable=False, server_default=""),
    Column("cause", Text, nullable=False, server_default=""),
    Column("second_by", _ID),
    Column("second_at", Instant),
    Column("second_reason", Text, nullable=False, server_default=""),
    Column("updated_by", _ID),
    Column("updated_at", Instant),
    Column("changed_by", Text, nullable=False, server_default=""),
    Index("ix_broadcasts_area_id", "area_id"),
    Index("ix_broadcasts_state", "state"),
)

inbox_items = Table(
    "inbox_items",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("broadcast_id", ForeignKey("broadcasts.id"), nullable=False),
    Column("area_id", ForeignKey("areas.id"), nullable=False, index=True),
    Column("state", _words(InboxState), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", ForeignKey("users.id")),
    Column("reason", Text, nullable=False),
    Column("taken_as", ForeignKey("broadcasts.id")),
    UniqueConstraint("broadcast_id", "area_id"),
)

airings = Table(
    "airings",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("broadcast_id", ForeignKey("broadcasts.id"), nullable=False, index=True),
    Column("notice_id", ForeignKey("notices.id"), nullable=False),
    Column("device_id", ForeignKey("devices.id"), nullable=False),
    Column("title", String(300), nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("state", _words(AiringState), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("volume", Integer, nullable=False),
    Column("content_id", ForeignKey("contents.id")),
    Column("text", Text),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("length_ms", Integer, nullable=False),
    Column("deviation_us", Integer),
    Column("reason", String(200), nullable=False),
    Column("reported_at", Instant),
    Column("key", String(80), nullable=False, server_default=""),
    Column("latest_at", Instant),
    Column("order", Integer, nullable=False, server_default="0"),
    Column("origin", _words(Origin), nullable=False, server_default="commune"),
    Column("on_loss", _words(OnLoss), nullable=False, server_default="resume"),
    Column("authorised_by", String(200), nullable=False, server_default=""),
    Column("cause", Text, nullable=False, server_default=""),
    Column("day", Date),
    Index("uq_airings_occurrence", "broadcast_id", "device_id", "key", unique=True),
    Index("ix_airings_device_id_planned_at", "device_id", "planned_at"),
    Index("ix_airings_state_ends_at", "state", "ends_at"),
)

journal_records = Table(
    "journal_records",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("device_id", ForeignKey("devices.id"), nullable=False),
    Column("journal", String(80), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("airing_id", String(80), nullable=False),
    Column("result", String(20), nullable=False),
    Column("noted_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("device_id", "journal", "seq"),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(120), nullable=False, index=True),
    Column("address", String(80), nullable=False),
    Column("detail", Text, nullable=False),
)
