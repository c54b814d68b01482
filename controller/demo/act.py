"""The main job, played through the public API: the official writes, the approver approves, the devices air it."""

import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from controller.demo import cast
from controller.demo.api import Api, ApiRefusalError
from controller.demo.cast import DemoDevice
from controller.demo.notice import TEXT, TITLE
from controller.demo.report import FINAL, local_time, table
from controller.demo.stage import Stage, StageError

_LEAD = timedelta(seconds=4)


def perform(stage: Stage) -> int:
    """Run the job once and print the proof; 0 when every airing is `done`."""
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:5.1f} s] {text}", flush=True)

    administrator = cast.administrator(stage)
    areas = cast.build_areas(administrator)
    commune = areas[cast.COMMUNE]
    official, approver, second = cast.people(administrator, commune)
    notice_id = official.post("/notices", area_id=commune, title=TITLE, text=TEXT)["id"]
    official.post(f"/notices/{notice_id}/submit")
    say(
        f"controller up at {stage.place.url}; the official has submitted a notice of {len(TEXT.split())} words"
    )
    devices = cast.enrol_devices(stage, administrator, areas)
    for device in devices:
        cast.start_agent(stage, device)
    say(f"enrolled by claim code: {', '.join(device.id for device in devices)}")
    sound = _sound(stage, official, notice_id)
    say(f"{sound['duration_ms'] / 1000:.1f} s of sound by {sound['engine']}, content {sound['content_id']}")
    if sound["fell_back"]:
        say(f"  the editor is told why another voice did not speak: {sound['fell_back']}")
    approver.post(f"/notices/{notice_id}/approve")
    say(f"an order for 03:15 is refused: {_refusal_at_night(official, notice_id, commune)}")
    cast.open_guardrails(administrator, reason="Trình diễn: phát được vào bất kỳ giờ nào")
    _wait(stage, lambda: _all_online(official), "the devices to come online")
    broadcast = _schedule(official, second, notice_id, commune, duration_ms=sound["duration_ms"])
    say(f"approved, and scheduled for the whole commune at {local_time(broadcast['start_at'])}")
    if broadcast["needs"]:
        say(f"  a second person had to approve the order: {', '.join(broadcast['needs'])}")
    airings = _follow(stage, official, broadcast, devices)
    print(f"\n{table(airings)}\n")
    for device in devices:
        print(f"  {stage.place.output_of(device.id, device.kind)}")
    is_good = all(one["state"] == "done" for one in airings)
    say("every device has aired it, and proved it" if is_good else "NOT every airing is done")
    return 0 if is_good else 1


def _all_online(official: Api) -> bool:
    return all(one["presence"] == "online" for one in official.get("/devices"))


def _sound(stage: Stage, official: Api, notice_id: str) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def is_ready() -> bool:
        found.update(official.get(f"/notices/{notice_id}")["sound"])
        if found["state"] == "failed":
            raise StageError(f"no voice could speak the notice: {found['error_code']}")
        return bool(found["state"] == "ready")

    try:
        _wait(stage, is_ready, "the sound of the notice", timeout_s=60)
    except TimeoutError as error:
        hint = "" if shutil.which("espeak-ng") else "; without a network, reading aloud needs espeak-ng"
        raise StageError(f"{error} ({found['error_code'] or found['state']}){hint}") from error
    return found


def _refusal_at_night(official: Api, notice_id: str, area_id: str) -> str:
    """Order what once woke a commune, and return the sentence that refuses it."""
    tomorrow = datetime.now(cast.ZONE) + timedelta(days=1)
    start_at = tomorrow.replace(hour=3, minute=15, second=0, microsecond=0)
    try:
        official.post(
            f"/notices/{notice_id}/broadcasts", area_id=area_id, start_at=start_at.isoformat(), cause="-"
        )
    except ApiRefusalError as refusal:
        return refusal.detail
    raise StageError("an order for 03:15 was not refused")


def _schedule(official: Api, second: Api, notice_id: str, area_id: str, *, duration_ms: int) -> Any:
    start_at = (datetime.now(UTC) + _LEAD).replace(microsecond=0)
    return cast.order(
        official,
        second,
        notice_id,
        cause="Trình diễn",
        area_id=area_id,
        start_at=start_at.isoformat(),
        board_until=(start_at + timedelta(milliseconds=duration_ms)).isoformat(),
    )


def _follow(stage: Stage, official: Api, broadcast: Any, devices: list[DemoDevice]) -> list[dict[str, Any]]:
    """Wait for every journal, keeping the board's picture of the notice meanwhile; return the airings."""
    start_at = datetime.fromisoformat(broadcast["start_at"])
    last_end = max(datetime.fromisoformat(one["ends_at"]) for one in broadcast["airings"])
    boards = [device for device in devices if device.kind == "board"]
    airings: list[dict[str, Any]] = []

    def is_over() -> bool:
        for board in boards:
            _keep_picture(stage, board, start_at=start_at)
        airings[:] = official.get(f"/broadcasts/{broadcast['id']}")["airings"]
        return all(one["state"] in FINAL for one in airings)

    try:
        _wait(stage, is_over, "the journals", timeout_s=(last_end - datetime.now(UTC)).total_seconds() + 30)
    except TimeoutError as error:
        print(error)
    return airings


def _keep_picture(stage: Stage, board: DemoDevice, *, start_at: datetime) -> None:
    """Copy the first picture that the panel took after the start: later ones show the next page or the idle slide."""
    panel, kept = stage.place.panel_of(board.id), stage.place.output_of(board.id, board.kind)
    if not kept.exists() and panel.exists() and panel.stat().st_mtime > start_at.timestamp():
        shutil.copyfile(panel, kept)


def _wait(stage: Stage, is_so: Callable[[], bool], what: str, *, timeout_s: float = 30) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        stage.check()
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout_s:.0f} s in vain for {what}")
        time.sleep(0.2)
