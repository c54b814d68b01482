from datetime import timedelta
from itertools import pairwise

import pytest

from controller.domain.airings import Airing, AiringState, JournalRecord
from controller.domain.devices import Presence
from controller.usecases.board_returns import MOST_RETURNS
from tests.factories.controller import ControlRoom, journal_line, span_s

# --- state ---------------------------------------------------------------------------------------------


def test_a_report_is_what_the_console_shows(room: ControlRoom) -> None:
    device = room.device()
    room.report(device, agent_version="9", missing_contents=3, unsent_entries=4, faults=("card", "disk"))
    kept = room.reload(device)
    assert (kept.presence, kept.last_seen_at) == (Presence.ONLINE, room.clock.now())
    assert (kept.agent_version, kept.missing_contents, kept.unsent_entries) == ("9", 3, 4)
    assert kept.faults.splitlines() == ["card", "disk"]
    assert "devices" in room.news.topics


def test_a_late_or_doubled_report_changes_nothing(room: ControlRoom) -> None:
    device = room.device()
    room.report(device, seq=5, missing_contents=1)
    for seq in (5, 4):
        room.report(device, seq=seq, missing_contents=9, revision=0)
    assert room.reload(device).missing_contents == 1


def test_a_device_that_came_back_stays_online_when_its_old_will_arrives(room: ControlRoom) -> None:
    device = room.device()
    room.report(device, boot="before", seq=40)
    room.report(device, boot="after", seq=1)
    room.uses.reports.take_farewell(device.id, boot="before", on_purpose=False)
    assert room.reload(device).presence is Presence.ONLINE
    room.uses.reports.take_farewell(device.id, boot="after", on_purpose=False)
    assert room.reload(device).presence is Presence.OFFLINE


def test_a_clean_stop_is_neither_online_nor_lost(room: ControlRoom) -> None:
    device = room.device()
    room.report(device)
    room.uses.reports.take_farewell(device.id, boot="boot-1", on_purpose=True)
    room.clock.move(timedelta(minutes=5))
    assert room.uses.reports.mark_silent() == 0
    assert room.reload(device).presence is Presence.STOPPED


def test_a_device_that_holds_more_than_a_restored_database_knows_gets_a_higher_revision(
    room: ControlRoom,
) -> None:
    device = room.device()
    room.report(device, revision=77)
    assert room.uses.timetables.push_due() == 1
    assert room.downlink.timetables[device.id][0] == 78


def test_what_a_device_plays_is_on_air_and_what_is_closed_stays_closed(room: ControlRoom) -> None:
    device = room.device()
    airing = room.schedule().airings[0]
    room.report(device, playing=(airing.id,))
    assert room.airings_of(device)[0].state is AiringState.PLAYING
    room.uses.reports.take_journal(device.id, "j", [journal_line(airing)])
    room.report(device, playing=(airing.id,))
    assert room.airings_of(device)[0].state is AiringState.DONE


def test_a_device_does_not_speak_of_another_ones_airings(room: ControlRoom) -> None:
    device, other = room.device(name="một"), room.device(name="hai")
    room.schedule()
    theirs = room.airings_of(other)[0]
    room.report(device, playing=(theirs.id, "nothing"))
    assert room.airings_of(other)[0].state is AiringState.PLANNED


def test_a_device_that_missed_three_heartbeats_is_offline(room: ControlRoom) -> None:
    device, never = room.device(name="một"), room.device(name="hai")
    room.report(device)
    room.clock.move(timedelta(seconds=31))
    assert room.uses.reports.mark_silent() == 0
    room.clock.move(timedelta(seconds=1))
    assert room.uses.reports.mark_silent() == 1
    assert room.reload(device).presence is Presence.OFFLINE
    assert room.reload(never).presence is Presence.UNKNOWN
    assert room.uses.reports.mark_silent() == 0


def test_an_unknown_or_revoked_device_has_no_key(room: ControlRoom) -> None:
    device = room.device(public_key="its key")
    assert room.uses.reports.public_key(device.id) == "its key"
    room.uses.devices.revoke(room.operator(), device.id)
    assert room.uses.reports.public_key(device.id) is None
    assert room.uses.reports.public_key("nobody") is None


# --- journal -------------------------------------------------------------------------------------------


def test_a_line_closes_its_airing_and_is_acknowledged(room: ControlRoom) -> None:
    device = room.device()
    airing = room.schedule().airings[0]
    line = journal_line(airing, seq=7, deviation_us=-350, volume=60, length_ms=12_345, body='{"seq":7}')
    room.uses.reports.take_journal(device.id, "j", [line])
    kept = room.airings_of(device)[0]
    assert (kept.state, kept.deviation_us, kept.volume, kept.length_ms) == (
        AiringState.DONE,
        -350,
        60,
        12_345,
    )
    assert (kept.started_at, kept.ended_at, kept.reported_at) == (
        line.started_at,
        line.ended_at,
        room.clock.now(),
    )
    assert room.downlink.acknowledged == [(device.id, "j", 7)]
    assert room.count("journal_records") == 1


def test_a_line_that_comes_again_is_acknowledged_and_changes_nothing(room: ControlRoom) -> None:
    device = room.device()
    airing = room.schedule().airings[0]
    line = journal_line(airing)
    room.uses.reports.take_journal(device.id, "j", [line, line])
    first = room.airings_of(device)[0].reported_at
    room.clock.move(timedelta(minutes=1))
    again = journal_line(airing, result=AiringState.FAILED, reason="changed")
    for _ in range(50):
        room.uses.reports.take_journal(device.id, "j", [again])
    kept = room.airings_of(device)[0]
    assert (kept.state, kept.reason, kept.reported_at) == (AiringState.DONE, "", first)
    assert room.count("journal_records") == 1
    assert len(room.downlink.acknowledged) == 51


def test_the_same_number_in_a_new_journal_is_a_new_line(room: ControlRoom) -> None:
    device = room.device()
    airing = room.schedule().airings[0]
    room.uses.reports.take_journal(device.id, "first card", [journal_line(airing)])
    room.uses.reports.take_journal(device.id, "new card", [journal_line(airing)])
    assert room.count("journal_records") == 2


def test_a_line_about_another_devices_airing_is_kept_and_closes_nothing(room: ControlRoom) -> None:
    device, other = room.device(name="một"), room.device(name="hai")
    room.schedule()
    theirs = room.airings_of(other)[0]
    room.uses.reports.take_journal(device.id, "j", [journal_line(theirs)])
    assert room.airings_of(other)[0].state is AiringState.PLANNED
    with room.work() as work:
        kept = work.areas._session.query(JournalRecord).one()
    assert (kept.device_id, kept.airing_id) == (device.id, theirs.id)


def test_a_line_about_nothing_that_we_know_does_not_stop_the_others(room: ControlRoom) -> None:
    device = room.device()
    airing = room.schedule().airings[0]
    lost = journal_line(airing, seq=1, airing_id="from-before-the-restore")
    room.uses.reports.take_journal(device.id, "j", [lost, journal_line(airing, seq=2)])
    assert room.airings_of(device)[0].state is AiringState.DONE
    assert room.downlink.acknowledged == [(device.id, "j", 2)]


def test_a_line_that_could_not_be_stored_is_not_acknowledged(room: ControlRoom) -> None:
    device = room.device()
    airing = room.schedule().airings[0]
    bad = journal_line(airing, seq=2, noted_at=airing.ends_at.replace(tzinfo=None))
    with pytest.raises(Exception, match="naive"):
        room.uses.reports.take_journal(device.id, "j", [journal_line(airing), bad])
    assert room.downlink.acknowledged == []
    assert room.count("journal_records") == 0
    assert room.airings_of(device)[0].state is AiringState.PLANNED


def test_an_airing_of_which_nobody_hears_for_a_day_is_missed_and_a_late_journal_still_counts(
    room: ControlRoom,
) -> None:
    device = room.device()
    airing = room.schedule().airings[0]
    room.clock.set(airing.ends_at + timedelta(hours=24))
    assert room.uses.reports.close_unreported() == 0
    room.clock.move(timedelta(seconds=1))
    assert room.uses.reports.close_unreported() == 1
    closed = room.airings_of(device)[0]
    assert (closed.state, closed.reason) == (AiringState.MISSED, "no_report")
    room.uses.reports.take_journal(device.id, "j", [journal_line(airing)])
    heard = room.airings_of(device)[0]
    assert (heard.state, heard.reason) == (AiringState.DONE, "")


# --- a board that was off ------------------------------------------------------------------------------


def report_off(room: ControlRoom, airing: Airing, seq: int = 1, *, reason: str = "renderer_lost") -> None:
    line = journal_line(airing, seq, result=AiringState.FAILED, reason=reason)
    room.uses.reports.take_journal(airing.device_id, "journal-1", [line])


@pytest.mark.parametrize("reason", ["renderer_hung", "paint_timeout", "no_start", "renderer_lost"])
def test_a_bulletin_returns_to_a_board_whose_picture_was_lost_for_the_rest_of_its_time(
    room: ControlRoom, reason: str
) -> None:
    board, since = room.board(), room.clock.now()
    room.schedule(in_s=60, board_for_s=3600)
    room.report(board)
    before = room.reload(board).desired_revision
    room.clock.move(timedelta(seconds=600))

    report_off(room, room.airings_of(board)[0], reason=reason)

    first, rest = room.airings_of(board)
    assert (first.state, first.reason, span_s(first, since)) == (AiringState.FAILED, reason, (60, 600))
    assert (rest.state, span_s(rest, since)) == (AiringState.PLANNED, (600, 3660))
    assert rest.text == first.text
    assert room.reload(board).desired_revision == before + 1


@pytest.mark.parametrize("reason", ["interrupted", "agent_stopped"])
def test_a_bulletin_whose_board_was_off_is_shown_again_by_the_board_itself(
    room: ControlRoom, reason: str
) -> None:
    board = room.board()
    room.schedule(in_s=60, board_for_s=3600)
    room.clock.move(timedelta(seconds=600))
    report_off(room, room.airings_of(board)[0], reason=reason)
    (airing,) = room.airings_of(board)
    room.report(board, playing=(airing.id,))
    assert room.airings_of(board)[0].state is AiringState.PLAYING


def test_segments_of_one_airing_add_up_and_the_last_result_counts(room: ControlRoom) -> None:
    device = room.device()
    airing = room.schedule().airings[0]
    at = airing.planned_at
    first = journal_line(
        airing, 1, result=AiringState.PREEMPTED, reason="outranked",
        started_at=at, ended_at=at + timedelta(seconds=5), length_ms=5_000, deviation_us=700,
    )  # fmt: skip
    second = journal_line(
        airing, 2, started_at=at + timedelta(seconds=30), ended_at=at + timedelta(seconds=42),
        length_ms=12_000, deviation_us=90,
    )  # fmt: skip
    for lines in ([first], [first], [first, second], [second]):
        room.uses.reports.take_journal(device.id, "j", lines)
    heard = room.airings_of(device)[0]
    assert (heard.state, heard.reason) == (AiringState.DONE, "")
    assert (heard.started_at, heard.ended_at) == (at, at + timedelta(seconds=42))
    assert (heard.length_ms, heard.deviation_us) == (17_000, 700)


def test_a_cut_airing_that_goes_on_is_playing_again(room: ControlRoom) -> None:
    device = room.device()
    airing = room.schedule().airings[0]
    line = journal_line(airing, 1, result=AiringState.PREEMPTED, reason="outranked")
    room.uses.reports.take_journal(device.id, "j", [line])
    assert room.airings_of(device)[0].state is AiringState.PREEMPTED
    room.report(device, playing=(airing.id,))
    assert room.airings_of(device)[0].state is AiringState.PLAYING


def test_what_the_guard_rails_of_the_device_refused_says_so(room: ControlRoom) -> None:
    device = room.device()
    airing = room.schedule().airings[0]
    line = journal_line(
        airing, 1, result=AiringState.REFUSED, reason="quiet_hours",
        started_at=None, ended_at=None, length_ms=0, deviation_us=None,
    )  # fmt: skip
    room.uses.reports.take_journal(device.id, "j", [line])
    refused = room.airings_of(device)[0]
    assert (refused.state, refused.reason, refused.length_ms) == (AiringState.REFUSED, "quiet_hours", 0)


def test_a_bulletin_does_not_return_when_it_was_stopped_or_its_time_is_over(room: ControlRoom) -> None:
    board = room.board()
    stopped = room.schedule(in_s=60, board_for_s=3600)
    room.uses.broadcasts.stop(room.operator(), stopped.broadcast.id)
    report_off(room, room.airings_of(board)[0])
    assert len(room.airings_of(board)) == 1
    short = room.schedule(in_s=60, board_for_s=600)
    room.clock.move(timedelta(seconds=700))
    report_off(room, short.airings[0], 2)
    assert len(room.airings_of(board)) == 2


def test_sound_never_returns_and_a_fault_of_the_board_is_not_tried_for_ever(room: ControlRoom) -> None:
    speaker, board = room.device(), room.board()
    room.schedule(in_s=30, board_for_s=31 * 86_400)
    report_off(room, room.airings_of(speaker)[0])
    assert len(room.airings_of(speaker)) == 1
    for seq in range(1, 150):
        room.clock.set(room.airings_of(board)[-1].planned_at + timedelta(seconds=10))
        report_off(room, room.airings_of(board)[-1], seq)
    assert len(room.airings_of(board)) == MOST_RETURNS + 1


def test_a_bulletin_that_returns_has_the_timetable_for_itself(room: ControlRoom) -> None:
    board = room.board()
    room.schedule(in_s=60, board_for_s=86_400)
    for seq in range(1, 9):
        room.clock.set(room.airings_of(board)[-1].planned_at + timedelta(minutes=15))
        report_off(room, room.airings_of(board)[-1], seq)
    room.uses.timetables.push_due()
    _, items = room.downlink.timetables[board.id]
    assert [one.airing.id for one in items] == [one.id for one in room.airings_of(board)[-2:]]


def test_a_board_that_falls_over_its_bulletin_is_given_more_time_each_time(room: ControlRoom) -> None:
    board = room.board()
    room.schedule(in_s=60, board_for_s=86_400)
    for seq in range(1, 4):
        room.clock.set(room.airings_of(board)[-1].planned_at + timedelta(seconds=30))
        report_off(room, room.airings_of(board)[-1], seq, reason="paint_timeout")
    times = [one.planned_at for one in room.airings_of(board)]
    assert [(later - sooner).total_seconds() for sooner, later in pairwise(times)] == [30, 90, 150]


# --- content -------------------------------------------------------------------------------------------


def test_a_device_gets_the_blocks_of_what_it_is_to_play(room: ControlRoom) -> None:
    device = room.device()
    content_id = room.schedule().broadcast.content_id
    whole = room.contents.path(content_id).read_bytes()
    sent = room.uses.reports.send_content(device.id, content_id, range(100), block_bytes=1000)
    assert sent == -(-len(whole) // 1000)
    assert b"".join(payload for _, _, _, payload in room.downlink.blocks) == whole
    assert room.uses.reports.send_content(device.id, content_id, [3], block_bytes=1000) == 1
    assert room.downlink.blocks[-1] == (device.id, content_id, 3, whole[3000:4000])


def test_a_device_gets_nothing_that_is_not_in_its_own_plan(room: ControlRoom) -> None:
    room.device(area="A")
    stranger = room.device(area="B")
    content_id = room.schedule(area="A").broadcast.content_id
    assert room.uses.reports.send_content(stranger.id, content_id, [0], block_bytes=1000) == 0
    assert room.downlink.blocks == []


def test_sending_stops_when_the_broker_takes_no_more(room: ControlRoom) -> None:
    device = room.device()
    content_id = room.schedule().broadcast.content_id
    room.downlink.cut()
    assert room.uses.reports.send_content(device.id, content_id, range(9), block_bytes=1000) == 0


def test_a_content_file_that_is_gone_is_a_fault_in_the_log_and_not_an_end(
    room: ControlRoom, caplog: pytest.LogCaptureFixture
) -> None:
    device = room.device()
    content_id = room.schedule().broadcast.content_id
    room.contents.path(content_id).unlink()
    assert room.uses.reports.send_content(device.id, content_id, [0], block_bytes=1000) == 0
    assert content_id in caplog.text
