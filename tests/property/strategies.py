"""How to draw messages, envelopes and occurrences that are valid, up to their bounds."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from protocol import (
    CONTROLLER,
    ContentRef,
    Envelope,
    Gone,
    Item,
    Journal,
    JournalAck,
    JournalEntry,
    Message,
    Rails,
    State,
    Timetable,
    Want,
)
from schedules import Occurrence

instants = st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
identifiers = st.from_regex(r"[A-Za-z0-9_.:-]{1,80}", fullmatch=True)
device_ids = st.from_regex(r"[a-z0-9][a-z0-9-]{1,38}[a-z0-9]", fullmatch=True).filter(
    lambda one: one != CONTROLLER
)
contents = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)
counts = st.integers(0, 2**53)
percents = st.integers(0, 100)


def texts(longest: int) -> st.SearchStrategy[str]:
    """Draw text of any letters; lone surrogates are no text."""
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=longest)


items = st.builds(
    Item,
    occurrence=identifiers,
    title=texts(300),
    start_at=instants,
    end_at=instants,
    late_limit_s=st.integers(0, 86_400),
    priority=st.integers(0, 255),
    volume=percents,
    content=st.none() | st.builds(ContentRef, id=contents, size=st.integers(1, 2**31), media_type=texts(100)),
    text=st.none() | texts(500),
    latest_at=st.none() | instants,
    order=st.integers(-(2**31), 2**31),
    origin=st.sampled_from(["central", "province", "commune"]),
    on_loss=st.sampled_from(["resume", "restart", "later", "skip"]),
    authorised_by=texts(200),
    cause=texts(300),
)
clock_times = st.from_regex(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?", fullmatch=True)
wire_slots = st.lists(st.tuples(clock_times, clock_times), max_size=3).map(tuple)
wire_rails = st.builds(
    Rails,
    holds_from=instants,
    zone=st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Berlin", "UTC", "Nowhere/At_All"]),
    has_neighbour=st.booleans(),
    quiet_hours=wire_slots,
    slots=st.none() | wire_slots,
    days=st.none() | st.lists(st.integers(1, 7), max_size=7).map(tuple),
    sessions_per_day=st.none() | st.integers(0, 48),
    session_minutes=st.none() | st.integers(0, 1_440),
    day_minutes=st.none() | st.integers(0, 1_440),
    volume_curve=st.lists(st.tuples(clock_times, percents), max_size=3).map(tuple),
    night_volume=st.none() | percents,
    neighbour_volume=st.none() | percents,
    emergency_volume=st.none() | percents,
    emergency_item_minutes=st.none() | st.integers(1, 240),
    emergency_day_minutes=st.none() | st.integers(1, 1_440),
)
entries = st.builds(
    JournalEntry,
    seq=counts,
    occurrence=identifiers,
    result=st.sampled_from(["done", "failed", "missed", "preempted", "refused"]),
    planned_at=instants,
    noted_at=instants,
    started_at=st.none() | instants,
    ended_at=st.none() | instants,
    length_ms=st.integers(-(2**53), 2**53),
    deviation_us=st.none() | st.integers(-(2**53), 2**53),
    volume=st.none() | percents,
    content=st.none() | contents,
    revision=counts,
    reason=texts(200),
    offset_ms=counts,
    detail=texts(300),
    boot=st.none() | identifiers,
    up_ms=st.none() | counts,
    dated_by=st.sampled_from(["clock", "uptime", "nothing"]),
)
messages: st.SearchStrategy[Message] = st.one_of(
    st.builds(
        Timetable,
        revision=counts,
        station=texts(300),
        items=st.lists(items, max_size=4).map(tuple),
        rails=st.lists(wire_rails, max_size=3).map(tuple),
    ),
    st.builds(JournalAck, journal=identifiers, upto=counts),
    st.builds(
        State,
        boot=identifiers,
        seq=counts,
        at=instants,
        revision=counts,
        agent_version=texts(40),
        playing=st.lists(identifiers, max_size=20).map(tuple),
        missing_contents=counts,
        unsent_entries=counts,
        faults=st.lists(texts(200), max_size=20).map(tuple),
    ),
    st.builds(Gone, boot=identifiers, is_on_purpose=st.booleans()),
    st.builds(Want, content=contents, missing=st.binary(max_size=8_192)),
    st.builds(Journal, journal=identifiers, entries=st.lists(entries, min_size=1, max_size=4).map(tuple)),
)
envelopes = st.builds(
    Envelope,
    id=identifiers,
    sender=device_ids | st.just(CONTROLLER),
    recipient=device_ids | st.just(CONTROLLER),
    issued_at=instants,
    expires_at=instants,
    message=messages,
)
plain: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts(40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts(12), inner, max_size=4),
    max_leaves=20,
)
"""Whatever JSON can say."""

_DAY = datetime(2026, 3, 3, tzinfo=UTC)
minutes = st.integers(0, 24 * 60)


@st.composite
def occurrences(draw: st.DrawFn) -> Occurrence:
    """Draw an occurrence of up to two hours on one day; few ids and priorities, so that ties happen."""
    start_at = _DAY + timedelta(minutes=draw(minutes))
    return Occurrence(
        id=draw(st.sampled_from("abcdefgh")) + str(draw(st.integers(0, 3))),
        start_at=start_at,
        end_at=start_at + timedelta(minutes=draw(st.integers(1, 120))),
        priority=draw(st.sampled_from([0, 10, 20, 255])),
    )
