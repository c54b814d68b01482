"""The API's bodies about review: second approval, standing in, reminders, the trail."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from controller.domain.airings import BroadcastState
from controller.usecases.reminder_desk import ReminderView
from controller.usecases.review_desk import HeldView
from controller.usecases.stand_ins import DelegationView
from controller.usecases.trail_desk import TrailEntry
from controller.web.api.schemas import Body


class SecondBody(Body):
    reason: str = ""
    version: int = Field(description="The version of the order that was read; a later one is not decided")


class DelegationBody(Body):
    area_id: str
    username: str = Field(description="Who stands in: somebody else with a role in the area")
    starts_on: date = Field(description="First day, in the area's own time")
    ends_on: date = Field(description="Last day; the right ends with it")


class LockedOutOut(BaseModel):
    held: int = Field(description="Orders that were taken off the air and wait for a second approver")


class HeldOut(BaseModel):
    id: str
    version: int
    state: BroadcastState
    notice_id: str
    notice_version: int
    title: str
    text: str
    area_id: str
    area_name: str
    start_at: datetime
    needs: list[str] = Field(
        description="Why it is held: out_of_hours, whole_area, emergency, changed, locked_out, elsewhere"
    )
    cause: str
    created_by: str
    missed_start: bool = Field(
        description="Its first start passed while it waited: not caught up, but for an emergency"
    )
    second_by: str | None
    second_at: datetime | None
    second_reason: str

    @classmethod
    def of(cls, view: HeldView) -> "HeldOut":
        broadcast, notice = view.broadcast, view.notice
        return cls(
            id=broadcast.id,
            version=broadcast.version,
            state=broadcast.state,
            notice_id=notice.id,
            notice_version=broadcast.notice_version,
            title=notice.approved_title,
            text=notice.approved_text,
            area_id=view.area.id,
            area_name=view.area.name,
            start_at=broadcast.start_at,
            needs=list(view.needs),
            cause=broadcast.cause,
            created_by=broadcast.created_by,
            missed_start=view.missed_start,
            second_by=broadcast.second_by,
            second_at=broadcast.second_at,
            second_reason=broadcast.second_reason,
        )


class DelegationOut(BaseModel):
    id: str
    area_id: str
    from_user_id: str
    from_name: str
    to_user_id: str
    to_name: str
    starts_on: date
    ends_on: date
    holds_today: bool

    @classmethod
    def of(cls, view: DelegationView) -> "DelegationOut":
        one = view.delegation
        return cls(
            id=one.id,
            area_id=one.area_id,
            from_user_id=one.from_user_id,
            from_name=view.from_name,
            to_user_id=one.to_user_id,
            to_name=view.to_name,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            holds_today=view.holds_today,
        )


class ReminderOut(BaseModel):
    subject: str = Field(description="notice:ID or broadcast:ID")
    title: str
    area_id: str
    waiting_since: datetime
    number: int
    at: datetime

    @classmethod
    def of(cls, view: ReminderView) -> "ReminderOut":
        return cls(
            subject=view.waiting.subject,
            title=view.waiting.title,
            area_id=view.waiting.area.id,
            waiting_since=view.waiting.since,
            number=view.reminder.number,
            at=view.reminder.at,
        )


class TrailOut(BaseModel):
    at: datetime
    actor: str
    name: str
    action: str
    address: str = Field(description="Empty for who may not know it")
    detail: str

    @classmethod
    def of(cls, line: TrailEntry) -> "TrailOut":
        entry = line.entry
        return cls(
            at=entry.at,
            actor=entry.actor,
            name=line.name,
            action=entry.action,
            address=line.address,
            detail=entry.detail,
        )
