"""What every page is made with: the visitor, the language, the words, and the templates."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from controller.domain.airings import Broadcast
from controller.domain.errors import Code, NotPermittedError, NotSignedInError
from controller.domain.people import Permission
from controller.usecases import UseCases
from controller.usecases.rights import Actor
from controller.usecases.sign_ins import Visit
from controller.web.console import rule_words, timeline_words, words
from controller.web.parts import WebParts
from controller.web.problems import chosen
from controller.web.static_files import static_folder
from controller.web.visits import ConsoleVisit
from controller.web.wording import Language

_log = logging.getLogger(__name__)
BUILT = ("build/app.css", "build/app.js")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a form was not accepted: the sentence, the field at fault, the status; times in it are told in `zone`."""

    text: str
    field: str
    status: int
    zone: str
    free_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A form that was sent and refused, with everything that was typed into it."""

    form: str
    typed: Mapping[str, str]
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One request for a page. `visit` is None for people who have not signed in."""

    request: Request
    language: Language
    visit: Visit | None

    @property
    def parts(self) -> WebParts:
        parts: WebParts = self.request.app.state.parts
        return parts

    @property
    def uses(self) -> UseCases:
        return self.parts.uses

    @property
    def actor(self) -> Actor:
        """The person; raises NotSignedInError when there is none."""
        if self.visit is None:
            raise NotSignedInError(Code.NOT_SIGNED_IN)
        return self.visit.actor

    def now(self) -> datetime:
        return self.parts.now()

    def say(self, key: str, **params: Any) -> str:
        return words.say(key, self.language, **params)

    def word(self, group: str, value: str) -> str:
        return words.word(group, value, self.language)

    def when(self, instant: datetime, zone: str, *, is_exact: bool = False) -> str:
        return words.when(instant, zone, self.language, is_exact=is_exact)

    def clock(self, instant: datetime, zone: str) -> str:
        return timeline_words.clock(instant, ZoneInfo(zone))

    def exact(self, instant: datetime, zone: str) -> str:
        return timeline_words.exact(instant, ZoneInfo(zone))

    def span(self, start_at: datetime, end_at: datetime, zone: str) -> str:
        """Return from when to when, to the second; with both days when they are two."""
        begin, end = self.day_of(start_at, zone), self.day_of(end_at, zone)
        days = ("", "") if begin == end else (f"{self.weekday(begin)} ", f"{self.weekday(end)} ")
        return f"{days[0]}{self.exact(start_at, zone)}–{days[1]}{self.exact(end_at, zone)}"

    def day_of(self, instant: datetime, zone: str) -> date:
        """Return the day on the wall of a place."""
        return instant.astimezone(ZoneInfo(zone)).date()

    def weekday(self, day: date) -> str:
        """Return a day in few letters: `T2 23/11`."""
        return f"{self.say(f'day.s{day.isoweekday()}')} {day:%d/%m}"

    def weekdays(self, days: Sequence[date]) -> str:
        """Return some days in few letters; of a whole run of days the first and the last: `T2 23/11 – T6 27/11`."""
        is_run = len(days) > 2 and (days[-1] - days[0]).days == len(days) - 1
        shown = [days[0], days[-1]] if is_run else days
        return (" – " if is_run else ", ").join(self.weekday(day) for day in shown)

    def weekday_name(self, day: date) -> str:
        """Return a day in full: `Thứ Hai 23/11/2026`."""
        return f"{self.say(f'day.d{day.isoweekday()}')} {day:%d/%m/%Y}"

    def rule(self, broadcast: Broadcast, zone: str) -> str:
        """Return the rule of an order in words."""
        return rule_words.rule_sentence(broadcast, zone, self.language)

    def length(self, ms: int) -> str:
        return words.length(ms, self.language)

    def ago(self, instant: datetime) -> str:
        return words.ago(instant, self.now(), self.language)

    def tabs(self) -> list[tuple[str, str]]:
        """Return address and text key of the pages that this person can open."""
        tabs = [
            ("/", "nav.overview"),
            ("/notices", "nav.notices"),
            ("/devices", "nav.devices"),
            ("/log", "nav.log"),
        ]
        if self.actor.may_somewhere(Permission.ADMINISTER):
            tabs += [("/people", "nav.people"), ("/areas", "nav.areas")]
        return tabs

    def render(self, template: str, *, attempt: Attempt | None = None, **values: Any) -> HTMLResponse:
        """Return a page; after a refused form it carries the status of the refusal."""
        status = attempt.refusal.status if attempt is not None else values.pop("status", 200)
        html = _templates().get_template(template).render(page=self, attempt=attempt, t=self.say, **values)
        return HTMLResponse(html, status_code=status, headers={"Vary": "Cookie, Accept-Language"})


def guest_page(request: Request) -> Page:
    """Return a page that needs no session."""
    return Page(request=request, language=chosen(request), visit=None)


def visitor_page(request: Request, visit: ConsoleVisit) -> Page:
    """Return a page for a signed-in person; raises NotSignedInError."""
    return Page(request=request, language=chosen(request), visit=visit)


def guest_form(request: Request) -> Page:
    """Return the page of a form that needs no session; raises FORGED_FORM when another site sent it."""
    if not is_ours(request):
        raise NotPermittedError(Code.FORGED_FORM)
    return guest_page(request)


def visitor_form(request: Request, visit: ConsoleVisit, csrf: Annotated[str, Form()] = "") -> Page:
    """Return the page of a form that was sent by a signed-in person; raises FORGED_FORM."""
    page = visitor_page(request, visit)
    page.uses.sign_ins.check_form(visit, csrf, is_ours=is_ours(request), place=request.url.path)
    return page


def is_ours(request: Request) -> bool:
    """Tell whether the browser says that a form came from one of our own pages. Old browsers say nothing."""
    site, origin = request.headers.get("sec-fetch-site", ""), request.headers.get("origin", "")
    public_url: str = request.app.state.parts.public_url
    own = (request.headers.get("host", ""), urlsplit(public_url).netloc)
    return site in ("", "same-origin", "none") and (not origin or urlsplit(origin).netloc in own)


def own_path(wished: str) -> str:
    """Return where to go next: a path of this site, or the overview for anything else."""
    is_plain = wished.startswith("/") and not wished.startswith(("//", "/\\")) and wished.isprintable()
    return wished if is_plain and "\\" not in wished else "/"


def see_other(path: str, *, part: str = "", **query: str) -> RedirectResponse:
    """Send the browser on to a page of ours, or to a part of it, after a form was accepted."""
    address = f"{path}?{urlencode(query)}" if query else path
    return RedirectResponse(f"{address}#{part}" if part else address, status_code=303)


def check_built() -> None:
    """Say so when the scripts and styles are missing; pages work without them, but look bare."""
    missing = [name for name in BUILT if not (static_folder() / name).is_file()]
    if missing:
        _log.error(
            "the console's scripts and styles are not built (%s is missing): run `make frontend`", missing[0]
        )


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("controller.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(built=_built_address, deviation=words.deviation)
    return environment


def _built_address(name: str) -> str:
    """Return the address of a built file with the hash of its content, so that browsers may keep it for long."""
    path = static_folder() / name
    try:
        stamp = path.stat().st_mtime_ns
    except OSError:
        return f"/static/{name}"
    return f"/static/{name}?v={_fingerprint(name, stamp)}"


@cache
def _fingerprint(name: str, _stamp: int) -> str:
    return hashlib.sha256((static_folder() / name).read_bytes()).hexdigest()[:10]


GuestPage = Annotated[Page, Depends(guest_page)]
VisitorPage = Annotated[Page, Depends(visitor_page)]
GuestForm = Annotated[Page, Depends(guest_form)]
VisitorForm = Annotated[Page, Depends(visitor_form)]
Typed = Annotated[str, Form()]
