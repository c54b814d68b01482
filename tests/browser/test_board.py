"""The board as citizens see it: the real Chromium, its pictures and its recovery."""

import json
import logging
import os
import queue
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

from device_agent.board import build_performer
from device_agent.board.adapters._browser import LaunchPlan
from device_agent.board.adapters.chromium import ChromiumPanel
from device_agent.board.panel import Painted, PanelNews, Slide
from device_agent.core.clock import SystemClock
from device_agent.core.errors import DeviceError
from device_agent.core.ports import Cue, Ended, Performer, Report, Started
from tests.browser.pictures import different_share, pixels_of
from tests.fakes.panel_rooms import ChromiumRoom, process_tree, processes_of, renderers, seconds_until_none

_log = logging.getLogger(__name__)
pytestmark = pytest.mark.browser

STATION = "Đài truyền thanh phường Bến Gỗ"
TITLE = "Thu gom rác cồng kềnh"
TEXT = (
    "Sáng thứ Bảy, xe của đội vệ sinh dừng ở nhà văn hóa từ 6 giờ đến 9 giờ. "
    "Bà con mang giường tủ, nệm hỏng ra đúng giờ; không để trên vỉa hè qua đêm."
)
PARAGRAPH = (
    "Mực nước sông đang lên nhanh. Hộ dân ở ven bờ kê cao đồ đạc, giữ giấy tờ trong túi kín nước, "
    "sạc đầy điện thoại và nghe loa của phường vào các giờ chẵn. Không chèo thuyền qua chỗ nước xiết.\n"
)
SHAPES = [(1280, 720), (800, 600), (1080, 1920)]
LIMIT_S = 20.0

T = TypeVar("T")


class Board:
    """A performer with its picture and its reports."""

    def __init__(self, folder: Path, *, shape: tuple[int, int] = SHAPES[0]) -> None:
        self.folder = folder
        self.picture = folder / "board.png"
        self._reports: queue.Queue[Report] = queue.Queue()
        output = f"png:{self.picture}@{shape[0]}x{shape[1]}"
        self.performer: Performer = build_performer(
            output, station=STATION, work_folder=folder, report=self._reports.put
        )

    def perform(self, *, text: str = TEXT, after_s: float = 0.5, for_s: float = 600) -> Cue:
        start_at = datetime.now(UTC) + timedelta(seconds=after_s)
        end_at = start_at + timedelta(seconds=for_s)
        cue = Cue(occurrence=str(start_at), title=TITLE, text=text, start_at=start_at, end_at=end_at)
        self.performer.perform(cue)
        return cue

    def started(self) -> Started:
        report = self._reports.get(timeout=LIMIT_S)
        assert isinstance(report, Started), report
        return report

    def ended(self) -> Ended:
        report = self._reports.get(timeout=LIMIT_S)
        assert isinstance(report, Ended), report
        return report

    def next_picture(
        self, is_wanted: Callable[[bytes], bool] = lambda _: True, *, limit_s: float = 30
    ) -> bytes:
        """Wait for a picture that is written and wanted; return its pixels. Files send no event."""
        until = time.monotonic() + limit_s
        while time.monotonic() < until:
            if self.picture.exists():
                pixels = pixels_of(self.picture)
                if is_wanted(pixels):
                    return pixels
            time.sleep(0.05)
        raise AssertionError(f"no such picture within {limit_s} s")

    @property
    def browser_id(self) -> int:
        (browser,) = [
            one for one in processes_of(self.folder) if os.getpgid(one.pid) == one.pid and _is_browser(one)
        ]
        return browser.pid


def _browser_alone(browser_id: int | None) -> list[psutil.Process]:
    return [psutil.Process(browser_id)]


def _is_browser(process: psutil.Process) -> bool:
    words = process.cmdline()
    return "--remote-debugging-pipe" in words and not any(word.startswith("--type=") for word in words)


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    made = Board(tmp_path)
    made.performer.start()
    yield made
    made.performer.stop()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[ChromiumRoom]:
    made = ChromiumRoom(tmp_path, SystemClock(), station=STATION)
    made.panel.open(made.hear)
    yield made
    made.panel.close()


def shown(room: ChromiumRoom, title: str, text: str) -> Painted:
    room.panel.show(Slide(occurrence="a", title=title, text=text, start_at=datetime.now(UTC)))
    return room.painted()


def asked(room: ChromiumRoom, expression: str) -> Any:
    return json.loads(str(room.panel.ask_page(f"JSON.stringify({expression})")))


def looks_like(pixels: bytes) -> Callable[[bytes], bool]:
    """The clock may tick in between: a hundredth of the picture may differ."""
    return lambda other: different_share(pixels, other) < 0.01


def looks_unlike(pixels: bytes) -> Callable[[bytes], bool]:
    return lambda other: different_share(pixels, other) > 0.03


# --- the picture --------------------------------------------------------------------------------------


@pytest.mark.scenario("S-064")
def test_with_nothing_to_show_or_everything_expired_the_identity_slide_is_up(board: Board) -> None:
    identity = board.next_picture()
    assert len({identity[i : i + 3] for i in range(0, len(identity), 3 * 97)}) > 5, "not an empty picture"
    board.perform(after_s=0.5, for_s=3)
    board.started()
    board.next_picture(looks_unlike(identity))
    ended = board.ended()
    board.next_picture(looks_like(identity), limit_s=1.0)  # the expired notice does not stay
    assert ended.is_whole
    board.perform(after_s=-60, for_s=30)  # expired before it came
    for process in renderers(board.browser_id):
        process.kill()  # and not after a restart either
    board.picture.unlink(missing_ok=True)
    assert looks_like(identity)(board.next_picture())


@pytest.mark.parametrize("shape", SHAPES)
def test_a_notice_is_painted_on_every_shape_of_panel(shape: tuple[int, int], tmp_path: Path) -> None:
    board = Board(tmp_path, shape=shape)
    board.performer.start()
    try:
        identity = board.next_picture()
        assert len(identity) == shape[0] * shape[1] * 3
        board.perform()
        board.started()
        assert board.next_picture(looks_unlike(identity))
    finally:
        board.performer.stop()


def test_a_paint_comes_within_two_frames_of_its_start(board: Board) -> None:
    board.next_picture()
    late_ms = []
    for _ in range(10):
        cue = board.perform(after_s=1.2, for_s=60)
        late_ms.append((board.started().at - cue.start_at) / timedelta(milliseconds=1))
        board.performer.cease(cue.occurrence)
        board.ended()
    _log.info("paint late by %.1f ms (median), %.1f ms (most)", statistics.median(late_ms), max(late_ms))
    assert statistics.median(late_ms) < 50
    assert max(late_ms) < 400  # a machine that is busy with other tests misses frames
    assert min(late_ms) > -2


def test_a_ceased_notice_is_off_the_panel_within_half_a_second(board: Board) -> None:
    identity = board.next_picture()
    cue = board.perform(after_s=0)
    board.started()
    board.next_picture(looks_unlike(identity))
    before = datetime.now(UTC)
    board.performer.cease(cue.occurrence)
    board.next_picture(looks_like(identity))
    assert board.ended().at - before < timedelta(milliseconds=500)


def test_all_vietnamese_letters_and_the_dong_sign_are_drawn_and_differ(room: ChromiumRoom) -> None:
    bases, tones = "aăâeêioôơuưy", ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
    small = [(base + tone) for base in bases for tone in tones if tone or base not in "aeiouy"] + ["đ"]
    script = """
    (async () => {
      const font = getComputedStyle(document.body).fontFamily, found = [];
      const brush = Object.assign(document.createElement("canvas"), { width: 90, height: 120 })
        .getContext("2d", { willReadFrequently: true });
      for (const letter of LETTERS) {
        brush.clearRect(0, 0, 90, 120);
        brush.font = `64px ${font}`;
        brush.fillText(letter.normalize("NFC"), 8, 85);
        const ink = brush.getImageData(0, 0, 90, 120).data.filter((_, at) => at % 4 === 3);
        found.push([ink.some((value) => value > 128), ink.join("")]);
      }
      return [found.length, found.every(([has]) => has), new Set(found.map(([, ink]) => ink)).size];
    })()"""
    letters = [*small, *(letter.upper() for letter in small), "₫"]
    assert room.panel.ask_page(script.replace("LETTERS", json.dumps(letters))) == [
        135,
        True,
        135,
    ]  # how many, all with ink, so many different


# --- reading ------------------------------------------------------------------------------------------


def test_a_long_text_becomes_pages_that_fit_and_stay_long_enough(room: ChromiumRoom) -> None:
    text = (PARAGRAPH * 120)[:20_000]
    painted = shown(room, "Nước sông dâng cao", text)
    pages = asked(room, "board.look().pages")
    assert len(pages) > 10
    joined = " ".join(page["text"] for page in pages).split()
    assert joined == text.split(), "every word is on a page, in order"
    for page in pages:
        assert page["fits"]
        assert page["dwell_ms"] >= max(8000, 1000 * (len(page["text"].split()) / 2.2 + 3) - 1)
    assert painted.last_page_after_ms == pytest.approx(sum(page["dwell_ms"] for page in pages[:-1]), abs=50)


ODD_TEXTS = {
    "one endless word": "x" * 20_000,
    "many short lines": "Ệ\n" * 3_000,
    "pictograms": "Loa 📢 " * 500,
    "stray spaces": "   \n\n  Một   chữ \n\n\n hai ",
}


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
def test_odd_texts_fit_too(room: ChromiumRoom, text: str) -> None:
    shown(room, "Tiêu đề rất dài " * 15, text)
    look = asked(room, "board.look()")
    assert all(page["fits"] for page in look["pages"])
    assert "".join("".join(page["text"] for page in look["pages"]).split()) == "".join(text.split())
    assert look["title_fits"]


def test_markup_in_a_notice_is_shown_as_it_was_written(room: ChromiumRoom) -> None:
    title, text = "<b>Tin</b>", "<img src=x onerror=\"document.title='hacked'\"> & <script>1</script>"
    shown(room, title, text)
    assert asked(room, "document.querySelector('.title').textContent") == title
    assert asked(room, "document.querySelector('.text').textContent") == text
    assert asked(room, "document.querySelectorAll('.sheet img, .sheet script, .sheet b').length") == 0


def test_every_text_has_a_contrast_of_seven_to_one(room: ChromiumRoom) -> None:
    """The ground is taken at its lightest: bands, both ends of the gradient, ornament over it."""
    script = """
    (() => {
      const style = (element) => getComputedStyle(element);
      const bandOf = (element) => {
        const band = element.closest("header, footer");
        return band ? style(band).backgroundColor : "";
      };
      const ornament = style(document.querySelector(".drum"));
      const texts = [...document.querySelectorAll("body *")].filter((element) => element.checkVisibility()
        && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
      return { texts: texts.map((element) => ({ colour: style(element).color, text: element.textContent,
                 band: bandOf(element) })),
               ground: style(document.body).backgroundImage, drum: ornament.color, drum_share: +ornament.opacity };
    })()"""
    for step in ("identity", "notice"):
        if step == "notice":
            shown(room, TITLE, TEXT)
        seen = asked(room, script)
        drum = _colour(seen["drum"])
        stops = [_colour("rgb" + part) for part in seen["ground"].split("rgb")[1:]]
        grounds = [
            tuple(g + (d - g) * seen["drum_share"] for g, d in zip(stop, drum, strict=True)) for stop in stops
        ]
        assert len(seen["texts"]) >= 4
        for text in seen["texts"]:
            behind = [_colour(text["band"])] if text["band"] else grounds
            assert min(_contrast(_colour(text["colour"]), ground) for ground in behind) >= 7, text


def _colour(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.partition("(")[2].partition(")")[0].split(",")[:3])


def _contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    def light(colour: tuple[float, ...]) -> float:
        parts = [c / 255 for c in colour]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


# --- recovery -----------------------------------------------------------------------------------------


def test_a_killed_renderer_has_the_picture_back_within_five_seconds(board: Board) -> None:
    identity = board.next_picture()
    board.perform(after_s=0)
    board.started()
    notice = board.next_picture(looks_unlike(identity))
    for victims_of in (renderers, _browser_alone):
        board.picture.unlink()
        for process in victims_of(board.browser_id):
            process.kill()
        board.next_picture(looks_like(notice), limit_s=5)


@pytest.mark.timeout(180)
def test_a_stopped_renderer_or_browser_is_noticed_within_thirty_seconds(board: Board) -> None:
    identity = board.next_picture()
    cue = board.perform(after_s=0)
    board.started()
    notice = board.next_picture(looks_unlike(identity))
    for pick in (renderers, process_tree):
        browser_id = board.browser_id
        board.picture.unlink()
        for process in pick(browser_id):
            process.send_signal(signal.SIGSTOP)
        board.next_picture(looks_like(notice), limit_s=30)
        assert board.browser_id != browser_id
    board.performer.cease(cue.occurrence)
    assert not board.ended().is_whole


# --- the process --------------------------------------------------------------------------------------


def test_stop_leaves_no_process_and_no_profile(board: Board) -> None:
    board.next_picture()
    assert processes_of(board.folder)
    board.performer.stop()
    assert seconds_until_none(board.folder, limit_s=5) < 5
    assert list((board.folder / "board").iterdir()) == []


def test_the_browser_ends_when_the_agent_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, threading; from pathlib import Path; from device_agent.board import build_performer\n"
        "board = build_performer(f'png:{sys.argv[1]}/board.png', station='Đài', work_folder=Path(sys.argv[1]),"
        " report=print)\n"
        "board.start(); threading.Event().wait()"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=root) as agent:
        board = Board(tmp_path)  # never started: it only looks
        board.next_picture()
        assert processes_of(tmp_path)
        os.kill(agent.pid, signal.SIGKILL)
    seconds_until_none(tmp_path, limit_s=5)


def test_the_browser_is_polite_and_listens_on_no_port(board: Board) -> None:
    board.next_picture()
    tree = process_tree(board.browser_id)
    assert {process.nice() for process in tree} == {min(19, psutil.Process().nice() + 10)}
    assert [c for process in tree for c in process.net_connections() if c.status == psutil.CONN_LISTEN] == []
    memory = sum(process.memory_full_info().pss for process in tree) / 2**20
    _log.info("the browser takes %.0f MB in %d processes", memory, len(tree))
    assert memory < 700


def test_the_kiosk_fills_the_panel_with_the_same_page(tmp_path: Path) -> None:
    """A panel without glass: the whole, not headless browser on Chromium's own invisible display."""
    plan = LaunchPlan(
        work_folder=tmp_path, is_headless=False, extra_flags=("--ozone-platform=headless", "--disable-gpu")
    )
    news: queue.Queue[PanelNews] = queue.Queue()
    panel = ChromiumPanel(plan, station=STATION)
    panel.open(news.put)
    try:
        panel.show(Slide(occurrence="a", title=TITLE, text=TEXT, start_at=datetime.now(UTC)))
        assert isinstance(news.get(timeout=LIMIT_S), Painted)
        sizes = "[innerWidth, innerHeight, screen.width, screen.height].join()"
        width, height, *screen = str(panel.ask_page(sizes)).split(",")
        assert [width, height] == screen
        assert panel.ask_page("getComputedStyle(document.body).cursor") == "none"
    finally:
        panel.close()


def test_a_machine_without_chromium_is_told_at_the_start(tmp_path: Path) -> None:
    plan = LaunchPlan(work_folder=tmp_path, is_headless=True, program="no-such-browser")
    with pytest.raises(DeviceError) as refusal:
        ChromiumPanel(plan, station=STATION).require()
    assert refusal.value.code == "chromium_missing"
    assert "apt install" in refusal.value.hint
