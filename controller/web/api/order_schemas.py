"""The API's bodies about orders, airings, previews and the inbox. Local days and times are those of the area."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from controller.domain.airings import Airing, AiringState, BroadcastState, InboxState
from controller.domain.devices import DeviceKind
from controller.domain.orders import plain_rule
from controller.usecases.broadcast_views import BroadcastView
from controller.usecases.from_above import PlayOrder
from controller.usecases.inbox_desk import InboxView
from controller.usecases.outlook_warnings import warnings_of
from controller.usecases.outlooks import Outlook
from controller.usecases.wishes import OrderWish
from controller.web.api.schemas import Body
from schedules import Band, Ending, Fate, Occurrence, OnLoss, Origin, Segment, Unaired, band_of


def local_text(instant: datetime, zone: str) -> str:
    """Return an instant as the clock on the wall of the area shows it, with its offset."""
    return instant.astimezone(ZoneInfo(zone)).isoformat()


def _day(airing: Airing, zone: str) -> date:
    return airing.day or airing.planned_at.astimezone(ZoneInfo(zone)).date()


class OrderTermsBody(Body):
    """What is left out stays as it was, or is the default."""

    # An instant without a zone gets past the schema: the use case refuses it with a sentence that helps.
    start_at: datetime | None = Field(None, description="One start; or give a rule")
    rule: dict[str, Any] | None = Field(None, description="The plain form of a rule, see docs/api.md")
    band: Band | None = Field(None, description="Stands for its usual priority: 50, 150 or 250")
    priority: int | None = Field(None, description="0 to 255: routine below 100, emergency from 200 on")
    on_loss: OnLoss | None = None
    order: int | None = Field(None, description="Among equals, lower first; to give it allows an overlap")
    window_s: int | None = Field(None, description="How long after its planned end a loser may still air")
    board_for_s: int | None = Field(None, description="How long boards show each occurrence; a day")
    board_until: datetime | None = Field(None, description="Until when boards show the first occurrence")
    volume: int | None = None
    cause: str | None = Field(None, description="Why; an emergency must say so")

    def wish(self) -> OrderWish:
        """Return the same for the use cases."""
        return {  # type: ignore[return-value]  # the fields of both are the same; a test holds them to it
            name: getattr(self, name) for name in OrderTermsBody.model_fields
        }


class BroadcastBody(OrderTermsBody):
    area_id: str


class BroadcastEditBody(OrderTermsBody):
    version: int = Field(description="The version that was read; a newer one is not overwritten")


class AiringOut(BaseModel):
    id: str
    broadcast_id: str
    notice_id: str
    device_id: str
    place: str = Field(description="The device's area, by its name of that day; empty outside the log")
    title: str
    day: date = Field(description="The local day to which it belongs")
    weekday: int = Field(description="1 is Monday, 7 is Sunday")
    planned_at: datetime
    local_start: str
    ends_at: datetime
    state: AiringState
    priority: int
    origin: Origin
    started_at: datetime | None
    ended_at: datetime | None
    length_ms: int
    deviation_us: int | None = Field(description="Real start minus planned start, in microseconds")
    volume: int
    content_id: str | None
    reason: str

    @classmethod
    def of(cls, airing: Airing, zone: str, *, place: str = "") -> "AiringOut":
        day = _day(airing, zone)
        return cls(
            id=airing.id,
            broadcast_id=airing.broadcast_id,
            notice_id=airing.notice_id,
            device_id=airing.device_id,
            place=place,
            title=airing.title,
            day=day,
            weekday=day.isoweekday(),
            planned_at=airing.planned_at,
            local_start=local_text(airing.planned_at, zone),
            ends_at=airing.ends_at,
            state=airing.state,
            priority=airing.priority,
            origin=airing.origin,
            started_at=airing.started_at,
            ended_at=airing.ended_at,
            length_ms=airing.length_ms,
            deviation_us=airing.deviation_us,
            volume=airing.volume,
            content_id=airing.content_id,
            reason=airing.reason,
        )


class StartOut(BaseModel):
    key: str
    day: date
    weekday: int
    start_at: datetime
    local_start: str


class BroadcastOut(BaseModel):
    id: str
    version: int
    notice_id: str
    notice_version: int
    area_id: str
    zone: str
    content_id: str
    rule: dict[str, Any]
    start_at: datetime
    local_start: str
    until: datetime | None
    priority: int
    band: Band
    origin: Origin
    on_loss: OnLoss
    order: int
    window_s: int
    board_for_s: int
    volume: int
    cause: str
    state: BroadcastState
    needs: list[str] = Field(description="Why a second approver is needed")
    created_by: str
    updated_by: str | None
    updated_at: datetime | None
    stopped_at: datetime | None
    stop_reason: str
    starts: list[StartOut] = Field(description="The next starts of the rule")
    counts: dict[AiringState, int] = Field(description="How many airings are in each state")
    airings: list[AiringOut] = Field(description="The first thousand; page on in /airings")

    @classmethod
    def of(cls, view: BroadcastView) -> "BroadcastOut":
        broadcast, zone = view.broadcast, view.zone
        same = {name: getattr(broadcast, name) for name in _SAME}
        return cls(
            **same,
            zone=zone,
            rule=dict(plain_rule(broadcast)),
            local_start=local_text(broadcast.start_at, zone),
            band=band_of(broadcast.priority),
            needs=[one for one in broadcast.needs.split(",") if one],
            starts=[
                StartOut(
                    key=one.key,
                    day=one.day,
                    weekday=one.day.isoweekday(),
                    start_at=one.start_at,
                    local_start=local_text(one.start_at, zone),
                )
                for one in view.starts
            ],
            counts=dict(view.counts),
            airings=[AiringOut.of(airing, zone) for airing in view.airings],
        )


_SAME = (
    *("id", "version", "notice_id", "notice_version", "area_id", "content_id", "start_at", "until"),
    *("priority", "origin", "on_loss", "order", "window_s", "board_for_s", "volume", "cause", "state"),
    *("created_by", "updated_by", "updated_at", "stopped_at", "stop_reason"),
)


class ForeseenOut(BaseModel):
    """What both sorts of outcome have: of which occurrence they tell."""

    occurrence: str
    title: str
    notice_id: str
    broadcast_id: str
    is_wish: bool = Field(description="It belongs to the order that is not saved")
    priority: int
    band: Band
    origin: Origin


class SegmentOut(ForeseenOut):
    """On the air from `start_at` to `end_at`, from `offset_s` into its sound."""

    day: date
    weekday: int
    start_at: datetime
    local_start: str
    end_at: datetime
    local_end: str
    offset_s: float
    volume: int
    ending: Ending


class BreachOut(BaseModel):
    code: str
    params: dict[str, str | int]


class UnairedOut(ForeseenOut):
    """Not on the air, and why: `breaches` when guard rails forbid it, `winner` when another has the air."""

    planned_at: datetime
    local_start: str
    day: date
    weekday: int
    fate: Fate
    winner: str
    breaches: list[BreachOut]


class WarningOut(BreachOut):
    occurrence: str


class DeviceNameOut(BaseModel):
    id: str
    name: str


class OutlookOut(BaseModel):
    """What devices that all do the same will and will not air."""

    devices: list[DeviceNameOut]
    kind: DeviceKind
    zone: str
    start_at: datetime
    end_at: datetime
    segments: list[SegmentOut]
    unaired: list[UnairedOut]
    warnings: list[WarningOut]

    @classmethod
    def of(cls, outlook: Outlook) -> "OutlookOut":
        found = outlook.outcome
        return cls(
            devices=[DeviceNameOut(id=one.device_id, name=one.name) for one in outlook.devices],
            kind=outlook.kind,
            zone=outlook.zone,
            start_at=outlook.start_at,
            end_at=outlook.end_at,
            segments=[_segment(outlook, one) for one in found if isinstance(one, Segment)],
            unaired=[_unaired(outlook, one) for one in found if isinstance(one, Unaired)],
            warnings=[
                WarningOut(code=one.code, params=dict(one.params), occurrence=one.occurrence)
                for one in warnings_of(outlook)
            ],
        )


def _named(outlook: Outlook, one: Occurrence) -> dict[str, Any]:
    name = outlook.names[one.id]
    return {
        "occurrence": one.id,
        "title": name.title,
        "notice_id": name.notice_id,
        "broadcast_id": name.broadcast_id,
        "is_wish": name.is_wish,
        "priority": one.priority,
        "band": band_of(one.priority),
        "origin": one.origin,
    }


def _local(outlook: Outlook, at: datetime) -> dict[str, Any]:
    day = at.astimezone(ZoneInfo(outlook.zone)).date()
    return {"local_start": local_text(at, outlook.zone), "day": day, "weekday": day.isoweekday()}


def _segment(outlook: Outlook, one: Segment) -> SegmentOut:
    return SegmentOut(
        **_named(outlook, one.occurrence),
        **_local(outlook, one.start_at),
        start_at=one.start_at,
        end_at=one.end_at,
        local_end=local_text(one.end_at, outlook.zone),
        offset_s=one.offset.total_seconds(),
        volume=one.volume,
        ending=one.ending,
    )


def _unaired(outlook: Outlook, one: Unaired) -> UnairedOut:
    return UnairedOut(
        **_named(outlook, one.occurrence),
        **_local(outlook, one.occurrence.start_at),
        planned_at=one.occurrence.start_at,
        fate=one.fate,
        winner=one.winner,
        breaches=[BreachOut(code=breach.code, params=dict(breach.params)) for breach in one.breaches],
    )


class PlayOrderBody(Body):
    play_order: PlayOrder = Field(description="Whether it goes before or after the commune's own")


class InboxItemOut(BaseModel):
    id: str
    state: InboxState
    area_id: str
    area_name: str
    broadcast_id: str
    notice_id: str
    title: str
    text: str
    origin: Origin
    priority: int
    band: Band
    duration_ms: int
    rule: dict[str, Any] = Field(description="When who sent it would air it")
    received_at: datetime
    decided_at: datetime | None
    reason: str
    taken_as: str | None

    @classmethod
    def of(cls, view: InboxView) -> "InboxItemOut":
        item, broadcast = view.item, view.broadcast
        return cls(
            id=item.id,
            state=item.state,
            area_id=item.area_id,
            area_name=view.area.name,
            broadcast_id=broadcast.id,
            notice_id=view.notice.id,
            title=view.notice.approved_title,
            text=view.notice.approved_text,
            origin=broadcast.origin,
            priority=broadcast.priority,
            band=view.band,
            duration_ms=view.duration_ms,
            rule=dict(plain_rule(broadcast)),
            received_at=item.received_at,
            decided_at=item.decided_at,
            reason=item.reason,
            taken_as=item.taken_as,
        )
