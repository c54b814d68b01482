"""Puts the controller together: the only file that picks adapters. Starts in order, stops in reverse."""

import importlib.metadata
import logging
import os
import random
import secrets
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI

from audio import Studio, Voice, VoiceLadder
from audio.adapters.espeak_voice import EspeakSettings, EspeakVoice, EspeakVoiceName
from audio.adapters.ffmpeg import FfmpegSound
from audio.adapters.gtts_voice import GttsVoice
from audio.adapters.pydub_mixer import PydubMixer
from controller.adapters.content_folder import ContentFolder
from controller.adapters.passwords import Argon2Passwords
from controller.adapters.sound_studio import SoundStudio
from controller.adapters.system_clock import SystemClock
from controller.adapters.vietnam_calendar import VietnamCalendars
from controller.broker.access_file import CONTROLLER_LOGIN, AccessFile
from controller.broker.embedded import EmbeddedBroker
from controller.domain.errors import Code, InvalidError
from controller.jobs.ticker import Tick, Ticker
from controller.mqtt.gateway import Downlinker, Gateway
from controller.settings import ControllerSettings, SettingsError
from controller.storage.database import Database
from controller.usecases import (
    Accounts,
    AreaChanges,
    AreaRegister,
    BroadcastDesk,
    DeviceRegister,
    DeviceReports,
    Expiry,
    GuardrailDesk,
    InboxDesk,
    NoticeDesk,
    PlanAhead,
    Previews,
    ReminderDesk,
    RenderingRoom,
    ReviewDesk,
    SignIns,
    StandIns,
    TimetablePush,
    TrailDesk,
    UseCases,
)
from controller.usecases.ports import BrokerAddress
from controller.web.app import WebParts, create_app
from controller.web.news_bus import NewsBus
from protocol import Link, LinkSettings
from protocol.adapters.jose_keys import SigningKey, TrustedKey
from protocol.adapters.paho_link import PahoLink
from protocol.errors import SignatureRefusedError
from protocol.topics import up_filter

_log = logging.getLogger(__name__)
NEEDED_PROGRAMS = ("ffmpeg", "ffprobe")
_ACCENTS: dict[str, EspeakVoiceName] = {
    "northern": "vi",
    "central": "vi-vn-x-central",
    "southern": "vi-vn-x-south",
}


class MissingProgramError(Exception):
    """A program that the controller cannot work without is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """A controller that is wired but not started."""

    settings: ControllerSettings
    database: Database
    uses: UseCases
    app: FastAPI
    news: NewsBus
    contents: ContentFolder
    gateway: Gateway
    ticker: Ticker
    broker: EmbeddedBroker
    grant_own_login: Callable[[], None]

    def prepare(self) -> None:
        """Make the folders, bring the database up to date and see that the tree has its root."""
        self.contents.start()
        self.database.migrate()
        self.uses.areas.ensure_root()

    def start(self, undo: ExitStack) -> None:
        """Start everything but the web server; what was started is stopped by `undo`, in reverse."""
        check_programs()
        undo.callback(self.database.close)
        self.prepare()
        self.uses.rendering.sweep()
        shutil.rmtree(_studio_folder(self.settings), ignore_errors=True)
        self.grant_own_login()
        undo.callback(self.broker.stop)
        self.broker.start()
        undo.callback(self.gateway.stop)
        self.gateway.start()
        undo.callback(self.ticker.stop)
        self.ticker.start()


def build(settings: ControllerSettings) -> Controller:
    """Wire a controller. Opens no port and starts no thread, but makes the state folder and its keys."""
    _make_state_folder(settings.state)
    clock, news = SystemClock(), NewsBus()
    contents = ContentFolder(settings.state / "contents")
    database = Database(
        settings.database_url or f"sqlite:///{settings.state / 'loa.db'}", calendars=VietnamCalendars()
    )
    signer = SigningKey(
        _kept_secret(settings.state / "order-key.jwk", lambda: SigningKey.generate().private_text())
    )
    access = _access(settings)
    downlinker = Downlinker(signer=signer, clock=clock)
    broker_password = _kept_secret(settings.state / "broker-secret", secrets.token_urlsafe)
    uses = UseCases(
        sign_ins=SignIns(unit=database.unit, clock=clock, hasher=Argon2Passwords()),
        accounts=Accounts(unit=database.unit, clock=clock, news=news),
        areas=AreaRegister(unit=database.unit, clock=clock),
        area_changes=AreaChanges(unit=database.unit, clock=clock, news=news),
        guardrails=GuardrailDesk(unit=database.unit, clock=clock, news=news),
        notices=NoticeDesk(unit=database.unit, clock=clock, contents=contents, news=news),
        rendering=RenderingRoom(
            unit=database.unit,
            clock=clock,
            studio=SoundStudio(build_studio(settings)),
            contents=contents,
            news=news,
        ),
        planning=PlanAhead(unit=database.unit, clock=clock, news=news),
        previews=Previews(unit=database.unit, clock=clock),
        inbox=InboxDesk(unit=database.unit, clock=clock, news=news),
        broadcasts=BroadcastDesk(unit=database.unit, clock=clock, news=news),
        devices=DeviceRegister(
            unit=database.unit, clock=clock, broker=access, news=news, check_key=_check_key
        ),
        reports=DeviceReports(
            unit=database.unit, clock=clock, downlink=downlinker, contents=contents, news=news
        ),
        timetables=TimetablePush(
            unit=database.unit,
            clock=clock,
            downlink=downlinker,
            random_source=random.Random(),  # noqa: S311
        ),
        review=ReviewDesk(unit=database.unit, clock=clock, news=news),
        stand_ins=StandIns(unit=database.unit, clock=clock, news=news),
        reminders=ReminderDesk(unit=database.unit, clock=clock, news=news),
        expiry=Expiry(unit=database.unit, clock=clock, news=news),
        trail=TrailDesk(unit=database.unit),
    )
    parts = WebParts(
        uses=uses,
        contents=contents,
        news=news,
        public_url=settings.url,
        controller_key=signer.public_text(),
        version=importlib.metadata.version("loa-phuong"),
    )
    return Controller(
        settings=settings,
        database=database,
        uses=uses,
        app=create_app(parts),
        news=news,
        contents=contents,
        gateway=Gateway(
            reports=uses.reports,
            clock=clock,
            link_to=_link_to(settings, broker_password),
            downlinker=downlinker,
            verifier_for=TrustedKey,
        ),
        ticker=Ticker(_ticks(uses, settings)),
        broker=_broker(settings),
        grant_own_login=lambda: access.grant(CONTROLLER_LOGIN, broker_password),
    )


def _make_state_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise SettingsError(
            [f"LOA_STATE: {folder} cannot be used ({error.strerror}); correct the path or the rights"]
        ) from error


def build_studio(settings: ControllerSettings) -> Studio:
    """Return the studio with the voices of the settings, in their order."""
    sound = FfmpegSound()
    makers: dict[str, Callable[[], Voice]] = {
        "gtts": lambda: GttsVoice(sound=sound),
        "espeak": lambda: EspeakVoice(
            EspeakSettings(voice=_ACCENTS[settings.espeak_accent], speed=settings.espeak_speed)
        ),
    }
    voices = [makers[name]() for name in settings.voices]
    return Studio(
        ladder=VoiceLadder(voices, sound=sound, budget_s=settings.voice_budget_s),
        mixer=PydubMixer(),
        sound=sound,
        work_folder=_studio_folder(settings),
    )


def _studio_folder(settings: ControllerSettings) -> Path:
    """Return where sounds are put together; nothing in it outlives its making."""
    return settings.state / "studio"


def check_programs() -> None:
    """Raise MissingProgramError when a program is missing without which no sound can be made."""
    missing = [name for name in NEEDED_PROGRAMS if shutil.which(name) is None]
    if missing:
        raise MissingProgramError(
            f"{', '.join(missing)} is not installed, and without it no notice can be made into sound; "
            "install it (Debian: apt-get install ffmpeg) and start again"
        )


def _ticks(uses: UseCases, settings: ControllerSettings) -> list[Tick]:
    renderers = [
        Tick(name=f"render-{number}", every_s=0.5, act=uses.rendering.render_next)
        for number in range(1, settings.render_workers + 1)
    ]
    return [
        *renderers,
        Tick(name="push", every_s=0.5, act=uses.timetables.push_due),
        Tick(name="mark-silent", every_s=5, act=uses.reports.mark_silent),
        Tick(name="close-unreported", every_s=60, act=uses.reports.close_unreported),
        Tick(name="change-areas", every_s=30, act=uses.area_changes.apply_due),
        Tick(name="plan-ahead", every_s=60, act=uses.planning.plan_ahead),
        Tick(name="renew-windows", every_s=3600, act=uses.timetables.renew_windows),
        Tick(name="forget-old", every_s=3600, act=uses.sign_ins.forget_old),
        Tick(name="lapse", every_s=5, act=uses.expiry.lapse_due),
        Tick(name="remind", every_s=60, act=uses.reminders.remind_due),
    ]


def _access(settings: ControllerSettings) -> AccessFile:
    host = settings.broker_public_host or settings.broker_host
    ca_pem = Path(settings.broker_tls_ca).read_text(encoding="utf-8") if settings.broker_tls_ca else ""
    address = BrokerAddress(host=host, port=settings.broker_port, ca_pem=ca_pem)
    return AccessFile(settings.state / "broker-logins.json", address)


def _broker(settings: ControllerSettings) -> EmbeddedBroker:
    return EmbeddedBroker(
        host=settings.broker_host,
        port=settings.broker_port,
        access_file=settings.state / "broker-logins.json",
        tls=(settings.broker_tls_certificate, settings.broker_tls_key) if settings.broker_tls_ca else None,
    )


def _link_to(
    settings: ControllerSettings, password: str
) -> Callable[[Callable[[str, bytes], None], Callable[[bool], None]], Link]:
    link_settings = LinkSettings(
        # A certificate is for a name, and the listening address may be no name at all.
        host=settings.broker_public_host if settings.broker_tls_ca else settings.broker_host,
        port=settings.broker_port,
        ca_file=settings.broker_tls_ca,
        username=CONTROLLER_LOGIN,
        password=password,
        # Two controllers may share a broker, and an id that cannot be guessed cannot be taken over.
        client_id=f"{CONTROLLER_LOGIN}.{secrets.token_hex(6)}",
    )

    def link_to(on_message: Callable[[str, bytes], None], on_connection: Callable[[bool], None]) -> Link:
        return PahoLink(
            link_settings, subscribe_to=up_filter(), on_message=on_message, on_connection=on_connection
        )

    return link_to


def _check_key(public_key: str) -> None:
    try:
        TrustedKey(public_key)
    except SignatureRefusedError as error:
        raise InvalidError(Code.KEY_REFUSED, field="public_key") from error


def _kept_secret(path: Path, make: Callable[[], str]) -> str:
    """Return the secret in `path`, made on the first run with rights for its owner alone."""
    if not path.exists():
        draft = path.with_suffix(".new")
        number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    return path.read_text(encoding="utf-8").strip()
