"""The main job with real processes, and what it survives."""

import signal
from datetime import datetime
from typing import Any

import pytest

from controller.demo import cast
from controller.demo.api import ApiRefusalError
from tests.fixtures.whole_system import WholeSystem, recording

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]
MAX_DEVIATION_US = 50_000
LONG_TEXT = "Đề nghị bà con chú ý theo dõi thông báo sau đây. " * 12


def test_a_notice_is_spoken_shown_and_proved(shared_system: WholeSystem) -> None:
    system = shared_system
    heard = {speaker.id: system.heard_ms(speaker) for speaker in system.speakers}
    notice = system.approved_notice()
    assert notice["sound"]["state"] == "ready"
    airings = system.finished(system.schedule(notice, lead_s=4))
    assert [one["state"] for one in airings] == ["done"] * 3
    assert all(abs(one["deviation_us"]) < MAX_DEVIATION_US for one in airings)
    by_device = {one["device_id"]: one for one in airings}
    for speaker in system.speakers:
        airing = by_device[speaker.id]
        length_ms, level = recording(system.wav(speaker))
        assert airing["content_id"] == notice["sound"]["content_id"]
        assert airing["reason"] == ""
        assert abs(length_ms - heard[speaker.id] - notice["sound"]["duration_ms"]) < 250
        assert abs(length_ms - heard[speaker.id] - airing["length_ms"]) < 250
        assert level > 5_000
    board = next(one for one in airings if one["content_id"] is None)
    assert abs(board["length_ms"] - 5_000) < 500


@pytest.mark.scenario("S-009")
@pytest.mark.parametrize("seconds_after_due", [-2.0, 0.0, 30.0])
def test_a_device_airs_a_notice_once_whenever_the_controller_is_killed(
    system: WholeSystem, seconds_after_due: float
) -> None:
    text = LONG_TEXT if seconds_after_due > 0 else "UBND xã mời bà con họp thôn lúc 19h30."
    notice = system.approved_notice(text=text)
    broadcast = system.schedule(notice, lead_s=8)
    system.until_held(broadcast)
    due_at = datetime.fromisoformat(broadcast["start_at"])
    system.until(
        lambda: (system.now() - due_at).total_seconds() >= seconds_after_due, "the moment of the kill"
    )
    system.kill_controller()
    expected_ms = notice["sound"]["duration_ms"]
    for speaker in system.speakers:
        system.until(lambda one=speaker: system.heard_ms(one) > expected_ms - 250, "it sounds to its end")  # type: ignore[misc]
    system.stage.start_controller()
    airings = system.finished(broadcast)
    assert [one["state"] for one in airings] == ["done"] * 3
    assert all(abs(one["deviation_us"]) < MAX_DEVIATION_US for one in airings)
    for speaker in system.speakers:
        assert abs(system.heard_ms(speaker) - expected_ms) < 250, "aired exactly once"


def test_stop_now_silences_every_device_and_says_so(shared_system: WholeSystem) -> None:
    system = shared_system
    heard = {speaker.id: system.heard_ms(speaker) for speaker in system.speakers}
    notice = system.approved_notice(text=LONG_TEXT)
    broadcast = system.schedule(notice, lead_s=4, board_s=60)
    system.until(
        lambda: all(one["state"] == "playing" for one in system.airings(broadcast)), "all are on air"
    )
    system.official.post(f"/broadcasts/{broadcast['id']}/stop", reason="Nhầm bản tin")
    airings = system.finished(broadcast)
    assert {(one["state"], one["reason"]) for one in airings} == {("preempted", "withdrawn")}
    for speaker in system.speakers:
        assert system.heard_ms(speaker) - heard[speaker.id] < notice["sound"]["duration_ms"] - 5_000


def test_a_broadcast_that_was_called_off_before_its_time_never_sounds(shared_system: WholeSystem) -> None:
    system = shared_system
    heard = {speaker.id: system.heard_ms(speaker) for speaker in system.speakers}
    notice = system.approved_notice()
    called_off = system.schedule(notice, lead_s=6)
    system.until_held(called_off)
    system.official.post(f"/broadcasts/{called_off['id']}/stop", reason="Hoãn")
    later = system.schedule(notice, lead_s=9)
    assert [one["state"] for one in system.finished(later)] == ["done"] * 3
    assert {one["state"] for one in system.airings(called_off)} == {"withdrawn"}
    for speaker in system.speakers:
        assert abs(system.heard_ms(speaker) - heard[speaker.id] - notice["sound"]["duration_ms"]) < 250


def test_a_later_bulletin_takes_the_board_and_the_earlier_one_returns(shared_system: WholeSystem) -> None:
    system = shared_system
    notice = system.approved_notice(title="Tin dài")
    long = system.schedule(notice, lead_s=4, board_s=16)
    short = system.schedule(notice, lead_s=13, board_s=3)
    system.finished(short)
    # It is "preempted" for as long as the later one is shown.
    system.until(lambda: board_of(system, long)["state"] == "done", "the earlier one is over")
    first, second = board_of(system, long), board_of(system, short)
    assert (first["state"], second["state"]) == ("done", "done")
    begun, over = (datetime.fromisoformat(first[name]) for name in ("started_at", "ended_at"))
    assert begun < datetime.fromisoformat(second["started_at"]) < over
    assert first["ends_at"] > second["ends_at"]
    # Both parts of the one and the other fill the time: nothing was dark, nothing was shown twice.
    shown_ms = first["length_ms"] + second["length_ms"]
    assert abs(shown_ms - (over - begun).total_seconds() * 1_000) < 400


def board_of(system: WholeSystem, broadcast: Any) -> dict[str, Any]:
    """Return the one airing of a broadcast on the board."""
    (found,) = [one for one in system.airings(broadcast) if one["content_id"] is None]
    return found


def test_ctrl_c_stops_everything_and_leaves_no_process(system: WholeSystem) -> None:
    names = ["controller", *(device.id for device in system.devices)]
    processes = [system.stage.process(name) for name in names]
    for process in processes:
        process.send_signal(signal.SIGINT)
    assert [process.wait(15) for process in processes] == [0] * 4
    for name in names:
        system.stage.forget(name)
    log = (system.stage.place.folder / "controller.log").read_text(encoding="utf-8")
    assert "ERROR" not in log
    assert "Traceback" not in log
    drafts = system.stage.place.folder / "controller" / "contents" / "drafts"
    assert list(drafts.iterdir()) == []


def test_a_device_outside_the_users_area_does_not_exist_for_them(shared_system: WholeSystem) -> None:
    system = shared_system
    hamlet = system.areas["Thôn Đông"]
    stranger = cast.invite(system.administrator, "thon-dong", "Trưởng thôn", role="editor", area_id=hamlet)
    neighbour = type(system.official)(system.stage.place.url).signed_in(stranger, "mot mat khau dai")
    assert [one["area_id"] for one in neighbour.get("/devices")] == [hamlet]
    hidden = next(one["id"] for one in system.state() if one["area_id"] != hamlet)
    with pytest.raises(ApiRefusalError, match="404 not_found"):
        neighbour.get(f"/devices/{hidden}")
