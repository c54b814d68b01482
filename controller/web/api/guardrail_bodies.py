"""The API's bodies about guard rails. A profile has the plain form of docs/planning.md; a field left out is silent."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from controller.domain.devices import Neighbour
from controller.domain.guardrails import GuardrailSetting
from controller.usecases.guardrail_desk import Broken, GuardrailView
from controller.usecases.rails_book import profile_of
from controller.web.api.schemas import Body
from schedules import guardrail_to_plain

Profile = dict[str, Any]


class GuardrailBody(Body):
    profile: Profile | str = Field(
        description="Fields of a profile, or the name of a built-in one; {} sets nothing"
    )
    starts_on: date
    ends_on: date | None = Field(None, description="The last day; left out, until another one is set")
    reason: str
    seen: str = Field(description="`seen` of the guard rails that were read; later ones are not overwritten")


class NeighbourBody(Body):
    neighbour: Neighbour = Field(description="What stands beside the loudspeaker; empty for nothing to spare")


class SettingOut(BaseModel):
    id: str
    profile: Profile
    starts_on: date
    ends_on: date | None
    reason: str
    set_at: datetime

    @classmethod
    def of(cls, setting: GuardrailSetting) -> "SettingOut":
        return cls(
            id=setting.id,
            profile=guardrail_to_plain(profile_of(setting)),
            starts_on=setting.starts_on,
            ends_on=setting.ends_on,
            reason=setting.reason,
            set_at=setting.set_at,
        )


class GuardrailsOut(BaseModel):
    area_id: str
    day: date
    own: SettingOut | None = Field(description="What is set on this very area and counts on this day")
    above: Profile = Field(description="What holds right above it")
    effective: Profile = Field(description="What holds in it: its own, tightened by everything above")
    without_effect: list[str] = Field(description="Fields of `own` that ask for more than `above` allows")
    settings: list[SettingOut] = Field(description="In force or to come")
    seen: str

    @classmethod
    def of(cls, view: GuardrailView) -> "GuardrailsOut":
        return cls(
            area_id=view.area.id,
            day=view.day,
            own=SettingOut.of(view.own) if view.own is not None else None,
            above=guardrail_to_plain(view.above),
            effective=guardrail_to_plain(view.effective),
            without_effect=list(view.loosened),
            settings=[SettingOut.of(one) for one in view.settings],
            seen=view.seen,
        )


class ReasonOut(BaseModel):
    code: str
    params: dict[str, str | int]


class BrokenOut(BaseModel):
    """Something planned that the guard rails forbid."""

    notice_id: str
    broadcast_id: str
    title: str
    planned_at: datetime
    devices: list[str]
    breaches: list[ReasonOut]

    @classmethod
    def of(cls, broken: Broken) -> "BrokenOut":
        return cls(
            notice_id=broken.notice_id,
            broadcast_id=broken.broadcast_id,
            title=broken.title,
            planned_at=broken.planned_at,
            devices=list(broken.devices),
            breaches=[ReasonOut(code=one.code, params=dict(one.params)) for one in broken.breaches],
        )
