"""Protocol messages in domain words, and back."""

from collections.abc import Iterator, Sequence

from controller.domain.airings import LATE_LIMIT, AiringState
from controller.domain.devices import Device
from controller.usecases.device_reports import JournalLine, StateReport
from controller.usecases.ports import TimetableItem
from protocol import MAX_ITEMS, MAX_MESSAGE_BYTES, MAX_RAILS, ContentRef, Item, JournalEntry, State, Timetable
from protocol import Rails as WireRails
from protocol.codec import encode_plain, rails_from_plain
from schedules import Rails, guardrail_to_plain

# A signed message is base64, four letters for three bytes; the rest of it takes less than 4 KiB.
_ROOM_FOR_ITEMS = (MAX_MESSAGE_BYTES - 4096) * 3 // 4


def timetable_message(
    device: Device, *, station: str, items: Sequence[TimetableItem], rails: Sequence[Rails] = ()
) -> Timetable:
    """Return the timetable message of a device's desired revision.

    Past MAX_ITEMS, or what fits into one message, the soonest ones travel; the others follow as time goes by.
    """
    told = tuple(_rails(one) for one in rails[:MAX_RAILS])
    room = _ROOM_FOR_ITEMS - sum(len(encode_plain(one).encode()) + 1 for one in told)
    return Timetable(
        revision=device.desired_revision,
        station=station,
        items=tuple(_that_fit(items[:MAX_ITEMS], room)),
        rails=told,
    )


def _that_fit(items: Sequence[TimetableItem], room: int) -> Iterator[Item]:
    for item in map(_item, items):
        room -= len(encode_plain(item).encode()) + 1
        if room < 0:
            return
        yield item


def _item(item: TimetableItem) -> Item:
    airing, content = item.airing, item.content
    reference = None
    if content is not None:
        reference = ContentRef(id=content.id, size=content.size, media_type=content.media_type)
    return Item(
        occurrence=airing.id,
        title=airing.title,
        start_at=airing.planned_at,
        end_at=airing.ends_at,
        late_limit_s=round(LATE_LIMIT.total_seconds()) if reference else 86_400,
        priority=airing.priority,
        volume=airing.volume,
        content=reference,
        text=airing.text,
        latest_at=airing.latest_at,
        order=airing.order,
        origin=airing.origin.value,
        on_loss=airing.on_loss.value,
        authorised_by=airing.authorised_by[:200],
        cause=airing.cause[:1_000],
    )


def _rails(rails: Rails) -> WireRails:
    """Return guard rails as they travel: the fields that are set, in their plain form."""
    limits = guardrail_to_plain(rails.guardrail)
    return rails_from_plain(
        {
            "holds_from": rails.holds_from,
            "zone": rails.zone,
            "has_neighbour": rails.has_neighbour,
            **limits,
        }
    )


def state_report(message: State) -> StateReport:
    """Return a state message in domain words."""
    return StateReport(
        boot=message.boot,
        seq=message.seq,
        revision=message.revision,
        agent_version=message.agent_version,
        playing=message.playing,
        missing_contents=message.missing_contents,
        unsent_entries=message.unsent_entries,
        faults=message.faults,
    )


def journal_line(entry: JournalEntry) -> JournalLine:
    """Return a journal entry in domain words, with the entry itself kept as proof."""
    return JournalLine(
        seq=entry.seq,
        airing_id=entry.occurrence,
        result=AiringState(entry.result),
        noted_at=entry.noted_at,
        started_at=entry.started_at,
        ended_at=entry.ended_at,
        length_ms=entry.length_ms,
        deviation_us=entry.deviation_us,
        volume=entry.volume,
        reason=entry.reason,
        body=encode_plain(entry),
    )
