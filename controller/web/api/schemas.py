"""The API's bodies. Instants are ISO 8601 with a zone; durations end in `_ms`."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from controller.domain.areas import Area, AreaKind
from controller.domain.devices import DeviceKind, Presence
from controller.domain.notices import NoticeState, RenderingState
from controller.domain.people import Role
from controller.usecases.accounts import Person
from controller.usecases.device_register import DeviceView
from controller.usecases.notice_desk import NoticeView
from controller.usecases.sign_ins import SignedIn


class Body(BaseModel):
    """A request body: unknown fields are refused, so that a typing mistake does not pass unnoticed."""

    model_config = ConfigDict(extra="forbid", str_max_length=60_000)


class SignInBody(Body):
    username: str
    password: str


class InvitationBody(Body):
    token: str
    password: str


class GrantBody(Body):
    area_id: str
    role: Role


class UserBody(Body):
    username: str
    display_name: str
    grants: list[GrantBody] = Field(max_length=50)


class AreaBody(Body):
    parent_id: str
    kind: AreaKind
    name: str
    zone: str | None = None


class ClaimCodeBody(Body):
    kind: DeviceKind
    name: str
    area_id: str


class EnrolmentBody(Body):
    code: str
    public_key: str = Field(max_length=2_000)
    agent_version: str = Field(max_length=40)


class NoticeBody(Body):
    area_id: str
    title: str
    text: str
    expires_at: datetime | None = Field(
        None, description="Until when it matters; nothing of it airs after that"
    )


class NoticeEditBody(Body):
    title: str
    text: str
    version: int = Field(description="The version that was read; a newer one is not overwritten")
    expires_at: datetime | None = Field(None, description="Left out: it does not expire")


class ReasonBody(Body):
    reason: str = ""


class SessionOut(BaseModel):
    token: str
    expires_at: datetime

    @classmethod
    def of(cls, signed_in: SignedIn) -> "SessionOut":
        return cls(token=signed_in.token, expires_at=signed_in.expires_at)


class RoleOut(BaseModel):
    area_id: str
    role: Role


class UserOut(BaseModel):
    id: str
    username: str
    display_name: str
    is_disabled: bool
    grants: list[RoleOut]

    @classmethod
    def of(cls, person: Person) -> "UserOut":
        user = person.user
        grants = [RoleOut(area_id=grant.area_id, role=grant.role) for grant in person.grants]
        return cls(
            id=user.id,
            username=user.username,
            display_name=user.display_name,
            is_disabled=user.disabled_at is not None,
            grants=grants,
        )


class InvitationOut(BaseModel):
    invitation: str = Field(description="One-time token; give the person the link PUBLIC_URL/welcome#TOKEN")


class InvitedOut(InvitationOut):
    username: str


class AreaOut(BaseModel):
    id: str
    parent_id: str | None
    kind: AreaKind
    name: str
    zone: str

    @classmethod
    def of(cls, area: Area) -> "AreaOut":
        return cls(id=area.id, parent_id=area.parent_id, kind=area.kind, name=area.name, zone=area.zone)


class ClaimCodeOut(BaseModel):
    code: str
    expires_at: datetime


class BrokerOut(BaseModel):
    host: str
    port: int
    username: str
    password: str
    ca_pem: str


class EnrolledOut(BaseModel):
    device: str
    kind: DeviceKind
    name: str
    station: str
    broker: BrokerOut
    controller_key: str


class DeviceOut(BaseModel):
    id: str
    kind: DeviceKind
    name: str
    area_id: str
    area_name: str
    presence: Presence
    last_seen_at: datetime | None
    agent_version: str
    desired_revision: int
    reported_revision: int
    missing_contents: int
    unsent_entries: int
    faults: list[str]

    @classmethod
    def of(cls, view: DeviceView) -> "DeviceOut":
        device = view.device
        return cls(
            id=device.id,
            kind=device.kind,
            name=device.name,
            area_id=device.area_id,
            area_name=view.area.name,
            presence=device.presence,
            last_seen_at=device.last_seen_at,
            agent_version=device.agent_version,
            desired_revision=device.desired_revision,
            reported_revision=device.reported_revision,
            missing_contents=device.missing_contents,
            unsent_entries=device.unsent_entries,
            faults=device.faults.splitlines(),
        )


class SoundOut(BaseModel):
    state: RenderingState
    content_id: str | None
    duration_ms: int
    engine: str
    fell_back: str = Field(
        description="Voices that failed before this one, as engine:code; empty when none did"
    )
    error_code: str


class NoticeOut(BaseModel):
    id: str
    area_id: str
    author_id: str
    title: str
    text: str
    state: NoticeState
    version: int
    reason: str
    created_at: datetime
    updated_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    expires_at: datetime | None
    approved_version: int | None = Field(description="The version in force; null when none is")
    approved_title: str
    approved_text: str
    approved_by: str | None
    sound: SoundOut | None

    @classmethod
    def of(cls, view: NoticeView) -> "NoticeOut":
        notice, rendering = view.notice, view.rendering
        sound = None
        if rendering is not None:
            sound = SoundOut(
                state=rendering.state,
                content_id=rendering.content_id,
                duration_ms=rendering.duration_ms,
                engine=rendering.engine,
                fell_back=rendering.fell_back,
                error_code=rendering.error_code,
            )
        return cls(
            id=notice.id,
            area_id=notice.area_id,
            author_id=notice.author_id,
            title=notice.title,
            text=notice.text,
            state=notice.state,
            version=notice.version,
            reason=notice.reason,
            created_at=notice.created_at,
            updated_at=notice.updated_at,
            decided_at=notice.decided_at,
            decided_by=notice.decided_by,
            expires_at=notice.expires_at,
            approved_version=notice.approved_version if notice.is_in_force else None,
            approved_title=notice.approved_title if notice.is_in_force else "",
            approved_text=notice.approved_text if notice.is_in_force else "",
            approved_by=notice.approved_by if notice.is_in_force else None,
            sound=sound,
        )


class ServiceOut(BaseModel):
    name: str
    version: str
    controller_key: str
