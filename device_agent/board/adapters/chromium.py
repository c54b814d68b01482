"""A panel painted by one long-lived Chromium."""

import json
import logging
import queue
import time
from datetime import UTC, datetime
from importlib import resources

from device_agent.board.adapters._browser import Browser, LaunchPlan, find_program, sweep_profiles
from device_agent.board.adapters._camera import Camera, Picture
from device_agent.board.adapters.devtools import Answer, DevToolsError, DevToolsPipe, OnAnswer
from device_agent.board.panel import Lost, Painted, PanelLostError, Slide, TellNews
from device_agent.core.errors import DeviceError

_log = logging.getLogger(__name__)

OPEN_LIMIT_S = 20.0
PAINT_LIMIT_S = 8.0
# Laying out 20,000 letters keeps a small machine's renderer busy for a while: that is not a hang.
CHECK_LIMIT_S = 8.0
_REVIVE_LIMIT_S = 3.0


class ChromiumPanel:
    """Shows slides on the page `board.html`. With a `picture` it is headless and writes PNGs."""

    def __init__(self, plan: LaunchPlan, *, station: str, picture: Picture | None = None) -> None:
        self._plan, self._station, self._picture = plan, station, picture
        self._run: _Run | None = None

    def require(self) -> None:
        find_program(self._plan)
        self._plan.work_folder.mkdir(parents=True, exist_ok=True)
        if self._picture is not None and not self._picture.path.parent.is_dir():
            raise DeviceError(
                "picture_folder_missing",
                f"there is no folder {self._picture.path.parent}",
                hint="create the folder, or name another path in png:PATH",
            )

    def open(self, tell: TellNews) -> None:
        if self._run is not None and self._run.revive(self._station):
            return
        self.close()
        sweep_profiles(self._plan.work_folder)
        self._run = _Run(self._plan, tell, self._picture)
        try:
            self._run.start(self._station)
        except (DevToolsError, OSError) as error:
            self.close()
            raise PanelLostError("renderer_lost", f"Chromium did not start: {error}") from error

    def show(self, slide: Slide) -> None:
        item = {
            "occurrence": slide.occurrence,
            "title": slide.title,
            "text": slide.text,
            "start_at_ms": int(slide.start_at.timestamp() * 1000),
            "station": self._station,
        }
        self._live().show(slide.occurrence, f"board.show({_literal(item)})")

    def drop(self) -> None:
        self._live().evaluate("board.drop()", limit_s=PAINT_LIMIT_S, reason="paint_timeout")

    def blank(self) -> None:
        run = self._live()
        run.evaluate("board.blank()", limit_s=PAINT_LIMIT_S, reason="paint_timeout")
        run.take_picture()

    def check(self) -> None:
        self._live().evaluate("board.pulse()", limit_s=CHECK_LIMIT_S, reason="renderer_hung")

    def close(self) -> None:
        run, self._run = self._run, None
        if run is not None:
            run.stop()

    @property
    def process_id(self) -> int | None:
        """The browser's process, which is also its process group; None while closed."""
        return self._run.process_id if self._run is not None else None

    def ask_page(self, expression: str) -> object:
        """Return the value of a JavaScript expression on the page: for diagnosis and tests."""
        return self._live().evaluate(expression, limit_s=PAINT_LIMIT_S, reason="paint_timeout")

    def _live(self) -> "_Run":
        if self._run is None:
            raise PanelLostError("renderer_lost", "the panel is closed")
        return self._run


class _Run:
    """One life of the browser, from start to stop; `tell` is silent once it is stopped."""

    def __init__(self, plan: LaunchPlan, tell: TellNews, picture: Picture | None) -> None:
        self._browser = Browser(plan)
        self._tell = tell
        self._pipe: DevToolsPipe | None = None
        self._session = ""
        self._lost = ""
        self._is_stopped = self._is_pipe_closed = False
        self._loaded: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._picture = picture
        self._camera = self._new_camera()

    def start(self, station: str) -> None:
        to_browser, from_browser = self._browser.start()
        self._pipe = DevToolsPipe(
            to_browser, from_browser, on_event=self._on_event, on_closed=self._on_closed
        )
        self._pipe.start()
        self._attach()
        self._fill(station)

    def revive(self, station: str) -> bool:
        """Load the page anew after its renderer crashed, which is much faster than a new browser; say if it works."""
        if self._is_pipe_closed:
            return False
        self._lost = ""
        self._camera = self._new_camera()  # the old one may wait for a shot that never comes
        try:
            self._fill(station, limit_s=_REVIVE_LIMIT_S)
        except DevToolsError as error:
            _log.warning("the page could not be revived: %s", error)
            return False
        return not self._lost

    def stop(self) -> None:
        self._is_stopped = True
        if self._pipe is not None:
            self._pipe.stop(wait_s=1.0)  # Chromium ends by itself, quickly, when its pipe closes
        self._browser.stop()
        if self._pipe is not None:
            self._pipe.stop()  # it was stopped or hung: now that it is killed the reader has ended

    def show(self, occurrence: str, expression: str) -> None:
        def painted(answer: Answer) -> None:
            outcome = answer.get("result", {})
            if "exceptionDetails" in outcome:
                self._lose("page_broken")
            # No value: the slide was replaced or dropped before its time, or the page is gone.
            elif (value := outcome.get("result", {}).get("value")) and not self._is_stopped:
                at = datetime.fromtimestamp(value["painted_at_ms"] / 1000, UTC)
                after_ms = int(value["last_page_after_ms"])
                self._tell(Painted(occurrence=occurrence, at=at, last_page_after_ms=after_ms))
                self.take_picture()

        self._refuse_if_lost()
        try:
            self.send("Runtime.evaluate", _evaluation(expression), painted)
        except DevToolsError as error:
            raise PanelLostError("renderer_lost", str(error)) from error

    def evaluate(self, expression: str, *, limit_s: float, reason: str) -> object:
        self._refuse_if_lost()
        try:
            answer = self._ask("Runtime.evaluate", _evaluation(expression), limit_s=limit_s)
        except DevToolsError as error:
            raise PanelLostError(self._lost or reason, str(error)) from error
        if "exceptionDetails" in answer:
            raise PanelLostError("page_broken", str(answer["exceptionDetails"]))
        return answer.get("result", {}).get("value")

    @property
    def process_id(self) -> int | None:
        return self._browser.process_id

    def send(self, method: str, params: Answer, on_answer: OnAnswer) -> None:
        if self._pipe is None:
            raise DevToolsError("not started")
        self._pipe.send(method, params, session=self._session, on_answer=on_answer)

    def take_picture(self) -> None:
        if self._camera is not None and not self._is_stopped:
            self._camera.take()

    def _ask(self, method: str, params: Answer | None = None, *, limit_s: float = OPEN_LIMIT_S) -> Answer:
        if self._pipe is None:
            raise DevToolsError("not started")
        return self._pipe.call(method, params, session=self._session, limit_s=limit_s)

    def _new_camera(self) -> Camera | None:
        return Camera(self.send, self._picture) if self._picture is not None else None

    def _attach(self) -> None:
        self._ask("Browser.setDownloadBehavior", {"behavior": "deny"})
        targets = self._ask("Target.getTargets")["targetInfos"]
        pages = [target["targetId"] for target in targets if target["type"] == "page"]
        target = pages[0] if pages else self._ask("Target.createTarget", {"url": "about:blank"})["targetId"]
        self._session = self._ask("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for method in ("Page.enable", "Inspector.enable", "Runtime.enable"):
            self._ask(method)
        self._ask("Page.setLifecycleEventsEnabled", {"enabled": True})
        self._ask("Runtime.addBinding", {"name": "boardPainted"})
        if self._picture is not None:
            size = {"width": self._picture.width, "height": self._picture.height}
            self._ask("Emulation.setDeviceMetricsOverride", {**size, "deviceScaleFactor": 1, "mobile": False})

    def _fill(self, station: str, *, limit_s: float = OPEN_LIMIT_S) -> None:
        page = resources.files("device_agent.board") / "page" / "board.html"
        with resources.as_file(page) as file:
            answer = self._ask("Page.navigate", {"url": file.resolve().as_uri()}, limit_s=limit_s)
            if answer.get("errorText"):
                raise DevToolsError(f"the page did not load: {answer['errorText']}")
            self._await_load(answer["loaderId"], time.monotonic() + limit_s)
        answer = self._ask(
            "Runtime.evaluate", _evaluation(f"board.open({_literal(station)})"), limit_s=limit_s
        )
        if "exceptionDetails" in answer:
            raise DevToolsError(f"the page is broken: {answer['exceptionDetails']}")
        self.take_picture()

    def _await_load(self, loader: str, until_s: float) -> None:
        """Wait for this very load: the blank page that the browser began with may still be telling of its own."""
        try:
            while self._loaded.get(timeout=max(0.0, until_s - time.monotonic())) != loader:
                pass
        except queue.Empty:
            raise DevToolsError("the page did not load within its time") from None

    def _on_event(self, method: str, params: Answer) -> None:
        is_ours = params.get("sessionId") == self._session
        if method == "Inspector.targetCrashed" or (method == "Target.detachedFromTarget" and is_ours):
            self._lose("renderer_lost")
        elif method == "Page.lifecycleEvent" and params.get("name") == "load":
            self._loaded.put(params["loaderId"])
        elif method == "Runtime.bindingCalled":
            self.take_picture()

    def _on_closed(self) -> None:
        self._is_pipe_closed = True
        self._lose("renderer_lost")

    def _lose(self, reason: str) -> None:
        if not self._is_stopped and not self._lost:
            self._lost = reason
            if self._pipe is not None:
                self._pipe.give_up(reason)  # a crashed page answers nothing: who waits for it need not
            self._tell(Lost(reason=reason))

    def _refuse_if_lost(self) -> None:
        if self._lost:
            raise PanelLostError(self._lost)


def _evaluation(expression: str) -> Answer:
    return {"expression": expression, "awaitPromise": True, "returnByValue": True}


def _literal(value: object) -> str:
    """JSON is a JavaScript expression: no text of a notice can become code."""
    return json.dumps(value, ensure_ascii=False)
