"""The Chromium process: found, started with the flags of a board, ended without a trace."""

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from device_agent.core.errors import DeviceError

_log = logging.getLogger(__name__)

PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_PROFILE_PREFIX = "chromium-"
_NICE = 10

# The browser wants its pipes at descriptors 3 and 4. A shell puts them there, so that no Python code runs
# between fork and exec (unsafe with threads).
_PLUMBING = 'exec 3<&0 4>&1 0</dev/null 1>/dev/null; exec "$@"'

_FEATURES_OFF = (
    "AutofillServerCommunication",
    "CalculateNativeWinOcclusion",
    "DownloadBubble",
    "GlobalMediaControls",
    "InitialWebUI",
    "MediaRouter",
    "OptimizationHints",
    "SpareRendererForSitePerProcess",
    "Translate",
    "TranslateUI",
)

_FLAGS = (
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--noerrdialogs",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-hang-monitor",
    "--disable-infobars",
    "--disable-notifications",
    "--disable-pinch",
    "--disable-prompt-on-repost",
    "--disable-quic",
    "--disable-session-crashed-bubble",
    "--disable-sync",
    "--disable-translate",
    "--disable-backgrounding-occluded-windows",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disk-cache-size=1",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--overscroll-history-navigation=0",
    "--password-store=basic",
    "--renderer-process-limit=1",
    "--user-agent=loa-phuong-board",
    "--disable-features=" + ",".join(_FEATURES_OFF),
)
_HEADLESS = ("--headless=new", "--disable-gpu", "--force-device-scale-factor=1", "--mute-audio")
_KIOSK = ("--kiosk", "--start-fullscreen", "--ozone-platform-hint=auto")


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchPlan:
    """How a browser is started. `program` empty means: the first of `PROGRAMS` that is installed."""

    work_folder: Path
    is_headless: bool
    program: str = ""
    extra_flags: tuple[str, ...] = ()


def find_program(plan: LaunchPlan) -> str:
    """Return the browser's path; raise `DeviceError("chromium_missing")` when there is none."""
    for name in (plan.program,) if plan.program else PROGRAMS:
        if found := shutil.which(name):
            return found
    raise DeviceError(
        "chromium_missing",
        "no Chromium is installed",
        hint="install it (Debian, Raspberry Pi OS: apt install chromium), or set the output to silent:",
    )


def command(plan: LaunchPlan, profile: Path) -> list[str]:
    """Return the whole command line: plumbing, low priority, death with the parent, browser, flags."""
    is_root = os.geteuid() == 0
    words = ["sh", "-c", _PLUMBING, "sh"]
    if nice := shutil.which("nice"):
        words += [nice, "-n", str(_NICE)]
    if setpriv := shutil.which("setpriv"):
        words += [setpriv, "--pdeathsig", "KILL"]
        if is_root:  # as root Chromium would raise its own priority above the loudspeaker's
            words += ["--bounding-set", "-sys_nice"]
    words += [find_program(plan), *_FLAGS, f"--user-data-dir={profile}"]
    words += _HEADLESS if plan.is_headless else _KIOSK
    if is_root:
        # Chromium refuses to start as root otherwise; the second flag keeps its warning about that off the panel.
        words += ["--no-sandbox", "--test-type"]
    return [*words, *plan.extra_flags, "--app=about:blank"]


class Browser:
    """One Chromium with a profile of its own. `start` and `stop` once each; the pipes belong to the caller."""

    def __init__(self, plan: LaunchPlan) -> None:
        self._plan = plan
        self._profile: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> tuple[int, int]:
        """Start the process; return the descriptors to write to and to read from.

        The calling thread MUST live as long as the browser: the kernel ends the browser with that thread.
        """
        self._plan.work_folder.mkdir(parents=True, exist_ok=True)
        self._profile = Path(tempfile.mkdtemp(prefix=_PROFILE_PREFIX, dir=self._plan.work_folder))
        self._process = subprocess.Popen(
            command(self._plan, self._profile),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            bufsize=0,
            env=_environment(self._profile),
            cwd=self._profile,
        )
        to_browser, from_browser = self._process.stdin, self._process.stdout
        if to_browser is None or from_browser is None:
            raise RuntimeError("a process without the pipes that it was asked for")
        with to_browser, from_browser:
            return os.dup(to_browser.fileno()), os.dup(from_browser.fileno())

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def stop(self) -> None:
        """Kill the whole process group, reap it, remove the profile."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        if self._profile is not None:
            shutil.rmtree(self._profile, ignore_errors=True)
            self._profile = None


def sweep_profiles(work_folder: Path) -> None:
    """Remove what a killed agent left behind."""
    for folder in work_folder.glob(_PROFILE_PREFIX + "*"):
        _log.info("removing the left browser profile %s", folder)
        shutil.rmtree(folder, ignore_errors=True)


def _environment(profile: Path) -> dict[str, str]:
    """Keep the session's variables (display, Wayland); settings and caches go to the profile, not to a home."""
    return {
        **os.environ,
        "XDG_CONFIG_HOME": str(profile),
        "XDG_CACHE_HOME": str(profile),
        "GOOGLE_API_KEY": "no",
    }
