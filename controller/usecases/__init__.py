"""What the controller can do for people and devices, one class per subject."""

from dataclasses import dataclass

from controller.usecases.accounts import Accounts
from controller.usecases.area_changes import AreaChanges
from controller.usecases.area_register import AreaRegister
from controller.usecases.broadcast_desk import BroadcastDesk
from controller.usecases.device_register import DeviceRegister
from controller.usecases.device_reports import DeviceReports
from controller.usecases.expiry import Expiry
from controller.usecases.guardrail_desk import GuardrailDesk
from controller.usecases.inbox_desk import InboxDesk
from controller.usecases.notice_desk import NoticeDesk
from controller.usecases.plan_ahead import PlanAhead
from controller.usecases.previews import Previews
from controller.usecases.reminder_desk import ReminderDesk
from controller.usecases.rendering_room import RenderingRoom
from controller.usecases.review_desk import ReviewDesk
from controller.usecases.sign_ins import SignIns
from controller.usecases.stand_ins import StandIns
from controller.usecases.timetables import TimetablePush
from controller.usecases.trail_desk import TrailDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCases:
    """Everything the edges may call."""

    sign_ins: SignIns
    accounts: Accounts
    areas: AreaRegister
    area_changes: AreaChanges
    guardrails: GuardrailDesk
    notices: NoticeDesk
    rendering: RenderingRoom
    broadcasts: BroadcastDesk
    devices: DeviceRegister
    reports: DeviceReports
    timetables: TimetablePush
    planning: PlanAhead
    previews: Previews
    inbox: InboxDesk
    review: ReviewDesk
    stand_ins: StandIns
    reminders: ReminderDesk
    expiry: Expiry
    trail: TrailDesk


__all__ = [
    "Accounts",
    "AreaChanges",
    "AreaRegister",
    "BroadcastDesk",
    "DeviceRegister",
    "DeviceReports",
    "Expiry",
    "GuardrailDesk",
    "InboxDesk",
    "NoticeDesk",
    "PlanAhead",
    "Previews",
    "ReminderDesk",
    "RenderingRoom",
    "ReviewDesk",
    "SignIns",
    "StandIns",
    "TimetablePush",
    "TrailDesk",
    "UseCases",
]
