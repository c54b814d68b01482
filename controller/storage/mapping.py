"""Ties each domain class to its table, so that the domain itself knows nothing of SQL."""

from functools import cache

from sqlalchemy.orm import registry

from controller.domain.airings import Airing, AuditEntry, Broadcast, InboxItem, JournalRecord
from controller.domain.areas import Area, AreaStanding, DevicePlacement
from controller.domain.devices import ClaimCode, Device
from controller.domain.guardrails import GuardrailSetting
from controller.domain.notices import Content, Notice, Rendering
from controller.domain.people import FailedTry, Grant, Invitation, Session, User
from controller.domain.review import Delegation, Reminder
from controller.storage import tables


@cache
def map_domain() -> registry:
    """Map every domain class, once a process; SQLAlchemy keeps mappings on the classes themselves."""
    mappers = registry(metadata=tables.metadata)
    for kind, table in (
        (Area, tables.areas),
        (AreaStanding, tables.area_standings),
        (DevicePlacement, tables.device_placements),
        (GuardrailSetting, tables.guardrail_settings),
        (Delegation, tables.delegations),
        (Reminder, tables.reminders),
        (User, tables.users),
        (Grant, tables.grants),
        (Session, tables.sessions),
        (Invitation, tables.invitations),
        (FailedTry, tables.failed_tries),
        (Notice, tables.notices),
        (Rendering, tables.renderings),
        (Content, tables.contents),
        (Device, tables.devices),
        (ClaimCode, tables.claim_codes),
        (Broadcast, tables.broadcasts),
        (InboxItem, tables.inbox_items),
        (Airing, tables.airings),
        (JournalRecord, tables.journal_records),
        (AuditEntry, tables.audit_entries),
    ):
        mappers.map_imperatively(kind, table)
    return mappers
