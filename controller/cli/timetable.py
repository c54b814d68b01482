"""`loa timetable DEVICE`: what a device will really air, and what it will not and why."""

import argparse
import json
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

from controller.bootstrap import build
from controller.domain.errors import NotFoundError
from controller.settings import ControllerSettings
from controller.usecases.outlook_warnings import warnings_of
from controller.usecases.outlooks import Outlook
from controller.usecases.previews import DAY_HOURS, WEEK_HOURS
from controller.web.api.order_schemas import OutlookOut
from controller.web.wording import fill
from schedules import Ending, Segment, Unaired, band_of


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "timetable",
        help="print what a device will air, and what not and why",
        description="Print second by second what a device will air within the next hours, in the time of its "
        "area; what guard rails forbid or something else keeps off the air is told with its reason.",
    )
    parser.add_argument("device", metavar="DEVICE", help="device id, as on the Devices page")
    parser.add_argument("--hours", type=_hours, default=DAY_HOURS, metavar="N", help="how far ahead (24)")
    parser.add_argument(
        "--json", action="store_true", help="print JSON, as GET /devices/DEVICE/preview gives it"
    )
    parser.set_defaults(command=timetable)


def _hours(text: str) -> int:
    hours = int(text)
    if not 1 <= hours <= WEEK_HOURS:
        raise argparse.ArgumentTypeError(f"from 1 to {WEEK_HOURS}, please")
    return hours


def timetable(settings: ControllerSettings, chosen: argparse.Namespace) -> int:
    """Print the forecast of a device, in the zone of its area as lines or in UTC as JSON."""
    controller = build(settings)
    try:
        controller.prepare()
        outlook = controller.uses.previews.of_device(None, chosen.device, hours=chosen.hours)
    except NotFoundError as error:
        print(
            f"loa: {settings.state} knows no device {chosen.device}; the Devices page shows the ids, "
            f"and --state or LOA_STATE names the folder ({error.code})",
            file=sys.stderr,
        )
        return 1
    finally:
        controller.database.close()
    if chosen.json:
        print(json.dumps(OutlookOut.of(outlook).model_dump(mode="json"), ensure_ascii=False, indent=2))
    elif not outlook.outcome and not outlook.held:
        print(f"nothing is planned on {chosen.device} within {chosen.hours} hours", file=sys.stderr)
    else:
        print("\n".join(_lines(outlook)))
    return 0


def _lines(outlook: Outlook) -> list[str]:
    lines = [
        _segment(outlook, one) if isinstance(one, Segment) else _unaired(outlook, one)
        for one in outlook.outcome
    ]
    undecided = (one for one in warnings_of(outlook) if one.code in ("choose_order", "order_not_chosen"))
    lines.extend(f"! {outlook.names[one.occurrence].title}: choose the order of play" for one in undecided)
    return lines


def _segment(outlook: Outlook, one: Segment) -> str:
    start, end = (_local(outlook, at) for at in (one.start_at, one.end_at))
    how = [f"{one.volume}%", band_of(one.occurrence.priority).value]
    if one.offset:
        how.append("goes on")
    if one.ending is not Ending.WHOLE:
        how.append(one.ending.value)
    return f"{start} - {end}  {outlook.names[one.occurrence.id].title}  ({', '.join(how)})"


def _unaired(outlook: Outlook, one: Unaired) -> str:
    start = _local(outlook, one.occurrence.start_at)
    day = f"{one.occurrence.start_at.astimezone(ZoneInfo(outlook.zone)):%d/%m/%Y}"
    reasons = [fill(breach.code, "en", {"day": day, **dict(breach.params)}) for breach in one.breaches]
    if one.winner in outlook.names:
        reasons.append(f"{one.fate.value} by {outlook.names[one.winner].title}")
    told = "; ".join(reasons) or one.fate.value
    return f"{start}   not aired   {outlook.names[one.occurrence.id].title}: {told}"


def _local(outlook: Outlook, instant: datetime) -> str:
    return instant.astimezone(ZoneInfo(outlook.zone)).strftime("%a %Y-%m-%d %H:%M:%S")
