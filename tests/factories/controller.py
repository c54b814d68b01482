"""A controller's use cases over a real database, and the places, people, devices and notices in it, with defaults."""

import atexit
import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TypeVar

from controller.adapters.content_folder import ContentFolder
from controller.domain.airings import Airing, AiringState
from controller.domain.areas import Area, AreaKind
from controller.domain.devices import Device, DeviceKind
from controller.domain.ids import new_id, new_token, token_hash
from controller.domain.notices import Notice
from controller.domain.people import SESSION_LIFETIME, Grant, Role, Session, User
from controller.storage.database import Database
from controller.storage.repositories import SqlWork
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
from controller.usecases.broadcast_desk import BroadcastView
from controller.usecases.device_reports import JournalLine, StateReport
from controller.usecases.ports import PasswordHasher, Unit
from controller.usecases.rights import Actor
from tests.fakes.controller import (
    FakeBrokerAccess,
    FakeClock,
    FakeDownlink,
    FakeStudio,
    MemoryNews,
    PlainPasswords,
)

PASSWORD = "mat-khau-du-dai"
TEXT = "Kính mời bà con dự họp tổ dân phố lúc 19 giờ tối nay."
T = TypeVar("T")


@cache
def _template(name: str) -> Path:
    """Return the place of a database file that is made once a run and copied for each test."""
    folder = Path(mkdtemp(prefix="loa-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder / name


@cache
def _empty_database() -> Path:
    """Return a database file with all tables and no rows."""
    path = _template("empty.db")
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@cache
def _planted_database() -> tuple[Path, dict[str, Area], Actor]:
    """Return a database file with the tree of areas, the tree, and the administrator of its root."""
    path = _template("planted.db")
    database = fresh_database(path)
    areas, clock = AreaRegister(unit=database.unit, clock=FakeClock()), FakeClock()
    root = areas.ensure_root()
    with database.unit() as work:
        administrator = _new_person(work, "quan-tri-goc", Role.ADMINISTRATOR, root, clock.now())

    def below(parent: Area, kind: AreaKind, name: str) -> Area:
        return areas.add(administrator, parent_id=parent.id, kind=kind, name=name)

    province = below(root, AreaKind.PROVINCE, "Tỉnh Đông")
    commune, other = (below(province, AreaKind.COMMUNE, f"Phường {name}") for name in "AB")
    hamlet = below(commune, AreaKind.HAMLET, "Tổ dân phố 1")
    database.close()
    tree = {"root": root, "province": province, "A": commune, "B": other, "A1": hamlet}
    return path, tree, administrator


def _new_person(work: SqlWork, username: str, role: Role, area: Area, now: datetime) -> Actor:
    user = User(
        id=new_id(now),
        username=username,
        display_name=username,
        password_hash=PlainPasswords().hash(PASSWORD),
        created_at=now,
    )
    work.people.add(user)
    work.flush()
    work.people.add(Grant(id=new_id(now), user_id=user.id, area_id=area.id, role=role))
    return Actor(
        user_id=user.id,
        username=username,
        display_name=username,
        roles=((area.path, role),),
        address="127.0.0.1",
    )


def fresh_database(path: Path, *, busy_timeout_s: float = 5.0) -> Database:
    """Return a migrated, empty database in this file."""
    shutil.copyfile(_empty_database(), path)
    return Database(f"sqlite:///{path}", busy_timeout_s=busy_timeout_s)


class ControlRoom:
    """All use cases of one controller. `tree` has the root, a province, two communes A and B, a hamlet A1."""

    def __init__(
        self, folder: Path, *, hasher: PasswordHasher | None = None, busy_timeout_s: float = 0.1
    ) -> None:
        self.folder = folder
        self.clock, self.studio, self.news = FakeClock(), FakeStudio(), MemoryNews()
        self.broker, self.downlink = FakeBrokerAccess(), FakeDownlink()
        planted, self.tree, self.root_administrator = _planted_database()
        shutil.copyfile(planted, folder / "loa.db")
        self.database = Database(f"sqlite:///{folder / 'loa.db'}", busy_timeout_s=busy_timeout_s)
        self.contents = ContentFolder(folder / "contents")
        self.contents.start()
        self.random = random.Random(7)
        self._actors: dict[tuple[str, Role, str], Actor] = {}
        self.uses = self.wire(self.database.unit, hasher)

    def wire(self, unit: Unit, hasher: PasswordHasher | None = None) -> UseCases:
        """Return use cases over another unit of work, with the same doubles around them."""
        clock, news = self.clock, self.news
        return UseCases(
            sign_ins=SignIns(unit=unit, clock=clock, hasher=hasher or PlainPasswords()),
            accounts=Accounts(unit=unit, clock=clock, news=news),
            areas=AreaRegister(unit=unit, clock=clock),
            area_changes=AreaChanges(unit=unit, clock=clock, news=news),
            guardrails=GuardrailDesk(unit=unit, clock=clock, news=news),
            notices=NoticeDesk(unit=unit, clock=clock, contents=self.contents, news=news),
            rendering=RenderingRoom(
                unit=unit, clock=clock, studio=self.studio, contents=self.contents, news=news
            ),
            planning=PlanAhead(unit=unit, clock=clock, news=news),
            previews=Previews(unit=unit, clock=clock),
            inbox=InboxDesk(unit=unit, clock=clock, news=news),
            broadcasts=BroadcastDesk(unit=unit, clock=clock, news=news),
            devices=DeviceRegister(
                unit=unit, clock=clock, broker=self.broker, news=news, check_key=lambda _: None
            ),
            reports=DeviceReports(
                unit=unit, clock=clock, downlink=self.downlink, contents=self.contents, news=news
            ),
            timetables=TimetablePush(
                unit=unit, clock=clock, downlink=self.downlink, random_source=self.random
            ),
            review=ReviewDesk(unit=unit, clock=clock, news=news),
            stand_ins=StandIns(unit=unit, clock=clock, news=news),
            reminders=ReminderDesk(unit=unit, clock=clock, news=news),
            expiry=Expiry(unit=unit, clock=clock, news=news),
            trail=TrailDesk(unit=unit),
        )

    def second_database(self, *, busy_timeout_s: float) -> Database:
        """Return the same database again, with another patience; the caller closes it."""
        return Database(f"sqlite:///{self.folder / 'loa.db'}", busy_timeout_s=busy_timeout_s)

    # --- what is in the database ---------------------------------------------------------------------

    @contextmanager
    def work(self) -> Iterator[SqlWork]:
        """Open a unit of work on the same database."""
        with self.database.unit() as work:
            yield work

    def row(self, kind: type[T], key: str) -> T:
        """Return one row as it is in the database now."""
        with self.database.unit() as work:
            found = work.areas._session.get(kind, key)
        assert found is not None, f"there is no {kind.__name__} {key}"
        return found

    def count(self, table: str) -> int:
        """Return the number of rows of a table."""
        with self.database.unit() as work:
            session = work.areas._session
            return int(session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())  # noqa: S608

    def audited(self) -> list[str]:
        """Return the actions in the audit trail."""
        with self.database.unit() as work:
            session = work.areas._session
            rows = session.connection().exec_driver_sql("SELECT action FROM audit_entries ORDER BY id")
            return [str(row[0]) for row in rows]

    def tick(self, by: timedelta = timedelta(0)) -> None:
        """Let time pass, and then the ticks that plan do their work."""
        self.clock.move(by)
        self.uses.planning.plan_ahead()
        self.uses.timetables.renew_windows()

    # --- places and people ---------------------------------------------------------------------------

    def add_area(self, name: str, kind: AreaKind, parent: Area) -> Area:
        return self.uses.areas.add(self.root_administrator, parent_id=parent.id, kind=kind, name=name)

    def person(self, username: str, role: Role, area: Area | str) -> Actor:
        """Return somebody with one role; the same person when asked again."""
        place = area if isinstance(area, Area) else self.tree[area]
        key = (username, role, place.id)
        if key not in self._actors:
            with self.database.unit() as work:
                self._actors[key] = _new_person(work, username, role, place, self.clock.now())
        return self._actors[key]

    def also(self, actor: Actor, role: Role, area: Area) -> Actor:
        """Give somebody one more role."""
        with self.database.unit() as work:
            grant = Grant(id=new_id(self.clock.now()), user_id=actor.user_id, area_id=area.id, role=role)
            work.people.add(grant)
        return replace(actor, roles=(*actor.roles, (area.path, role)))

    def editor(self, area: str = "A") -> Actor:
        return self.person(f"bien-tap-{area.lower()}", Role.EDITOR, area)

    def approver(self, area: str = "A") -> Actor:
        return self.person(f"nguoi-duyet-{area.lower()}", Role.APPROVER, area)

    def operator(self, area: str = "A") -> Actor:
        return self.person(f"van-hanh-{area.lower()}", Role.OPERATOR, area)

    def administrator(self, area: str = "A") -> Actor:
        return self.person(f"quan-tri-{area.lower()}", Role.ADMINISTRATOR, area)

    def session_of(self, actor: Actor) -> str:
        """Return the token of a new session of this person."""
        token, now = new_token(), self.clock.now()
        session = Session(
            token_hash=token_hash(token),
            user_id=actor.user_id,
            csrf_token=new_token(),
            created_at=now,
            expires_at=now + SESSION_LIFETIME,
        )
        with self.database.unit() as work:
            work.people.add(session)
        return token

    # --- devices -------------------------------------------------------------------------------------

    def device(
        self,
        kind: DeviceKind = DeviceKind.SPEAKER,
        *,
        area: str = "A",
        name: str = "",
        public_key: str = "key",
    ) -> Device:
        """Return a device that was enrolled with a claim code."""
        issued = self.uses.devices.issue_code(
            self.root_administrator, kind=kind, name=name or f"{kind} {area}", area_id=self.tree[area].id
        )
        enrolled = self.uses.devices.enrol(
            code=issued.code, public_key=public_key, agent_version="1", address="127.0.0.1"
        )
        return enrolled.device

    def board(self, *, area: str = "A") -> Device:
        return self.device(DeviceKind.BOARD, area=area)

    def reload(self, device: Device) -> Device:
        """Return a device as it is in the database now."""
        return self.row(Device, device.id)

    def report(self, device: Device, **changes: object) -> None:
        """Let a device report that it holds its desired timetable; `changes` say otherwise."""
        report = StateReport(
            boot="boot-1",
            seq=self.reload(device).state_seq + 1,
            revision=self.reload(device).desired_revision,
            agent_version="1",
            playing=(),
            missing_contents=0,
            unsent_entries=0,
            faults=(),
        )
        self.uses.reports.take_state(device.id, replace(report, **changes))  # type: ignore[arg-type]

    # --- notices and broadcasts ----------------------------------------------------------------------

    def draft(self, *, area: str = "A", title: str = "Họp tổ dân phố", text: str = TEXT) -> Notice:
        view = self.uses.notices.write(self.editor(area), area_id=self.tree[area].id, title=title, text=text)
        return view.notice

    def submitted(self, *, area: str = "A", text: str = TEXT, title: str = "Họp tổ dân phố") -> Notice:
        notice = self.draft(area=area, text=text, title=title)
        return self.uses.notices.submit(self.editor(area), notice.id).notice

    def approved(self, *, area: str = "A", text: str = TEXT, title: str = "Họp tổ dân phố") -> Notice:
        """Return an approved notice whose sound is ready."""
        notice = self.submitted(area=area, text=text, title=title)
        self.make_sounds()
        return self.uses.notices.approve(self.approver(area), notice.id).notice

    def make_sounds(self) -> None:
        """Do the render worker's work until nothing is queued."""
        while self.uses.rendering.render_next():
            pass

    def schedule(
        self,
        notice: Notice | None = None,
        *,
        area: str = "A",
        in_s: float = 600,
        board_for_s: float | None = None,
    ) -> BroadcastView:
        """Schedule a notice, by default a new approved one, some seconds from now."""
        notice = notice or self.approved(area=area)
        start_at = self.clock.now() + timedelta(seconds=in_s)
        until = None if board_for_s is None else start_at + timedelta(seconds=board_for_s)
        return self.uses.broadcasts.schedule(
            self.editor(area), notice.id, area_id=self.tree[area].id, start_at=start_at, board_until=until
        )

    def airings_of(self, device: Device) -> Sequence[Airing]:
        """Return every airing of a device, by planned time."""
        with self.database.unit() as work:
            found = work.airings.listed([device.id], limit=500)
        return sorted(found, key=lambda one: (one.planned_at, one.id))


def journal_line(airing: Airing, seq: int = 1, **changes: object) -> JournalLine:
    """Return the line that a device writes after it has aired something whole."""
    line = JournalLine(
        seq=seq,
        airing_id=airing.id,
        result=AiringState.DONE,
        noted_at=airing.ends_at,
        started_at=airing.planned_at,
        ended_at=airing.ends_at,
        length_ms=round((airing.ends_at - airing.planned_at).total_seconds() * 1000),
        deviation_us=120,
        volume=80,
        reason="",
        body="{}",
    )
    return replace(line, **changes)  # type: ignore[arg-type]


def span_s(airing: Airing, since: datetime) -> tuple[float, float]:
    """Return when an airing is planned to start and end, in seconds since an instant."""
    return (airing.planned_at - since).total_seconds(), (airing.ends_at - since).total_seconds()
