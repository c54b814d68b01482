"""Whatever people do in whatever order: nothing unapproved is ever for a device, and nobody decides their own."""

import shutil
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from controller.domain.airings import AiringState, Broadcast, BroadcastState
from controller.domain.errors import DomainError
from controller.domain.notices import Notice, NoticeState
from controller.domain.people import Role
from controller.domain.second_approval import Need
from controller.usecases.rights import Actor
from controller.usecases.taking_effect import hold
from controller.usecases.timetables import planned_airings
from controller.usecases.wishes import OrderWish
from tests.factories.controller import ControlRoom

PEOPLE = ("an", "binh", "chi", "dung")
people = st.sampled_from(PEOPLE)
texts = st.sampled_from(["Một.", "Hai. Ba.", "Bốn. Năm. Sáu.", "Bảy."])


class Review(RuleBasedStateMachine):
    """A ward of four who may all write, schedule and approve, and one notice that they all work on."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="loa-review-"))
        self.room = ControlRoom(self.folder)
        self.board = self.room.board()
        self.actors: dict[str, Actor] = {}
        for name in PEOPLE:
            actor = self.room.person(name, Role.EDITOR, "A")
            self.actors[name] = self.room.also(actor, Role.APPROVER, self.room.tree["A"])
        self.writers: dict[int, set[str]] = {}
        self.texts: dict[int, str] = {}
        self.approvals: dict[int, str] = {}
        self.seconds: dict[str, int] = {}
        self.notice_id = ""
        self.is_withdrawn = False

    def teardown(self) -> None:
        self.room.database.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def notice(self) -> Notice:
        return self.room.row(Notice, self.notice_id)

    @property
    def broadcasts(self) -> list[Broadcast]:
        with self.room.work() as work:
            return list(work.airings.broadcasts_of_notice(self.notice_id))

    # --- what people do ------------------------------------------------------------------------------

    @initialize(who=people, text=texts)
    def write(self, who: str, text: str) -> None:
        view = self.room.uses.notices.write(
            self.actors[who], area_id=self.room.tree["A"].id, title="Tin", text=text
        )
        self.notice_id = view.notice.id
        self.author = self.actors[who].user_id
        self.writers[1], self.texts[1] = {self.author}, text

    @rule(who=people, text=texts, lag=st.integers(0, 1))
    def edit(self, who: str, text: str, lag: int) -> None:
        before = self.notice
        seen = before.version - lag
        try:
            self.room.uses.notices.edit(
                self.actors[who], self.notice_id, title="Tin", text=text, seen_version=seen
            )
        except DomainError:
            assert lag or before.state in (NoticeState.SUBMITTED, NoticeState.WITHDRAWN)
            assert (self.notice.text, self.notice.version) == (before.text, before.version)
            return
        begins_anew = before.state in (NoticeState.APPROVED, NoticeState.EXPIRED)
        others = set() if begins_anew else self.writers[before.version]
        version = self.notice.version
        self.writers[version] = {self.author, self.actors[who].user_id} | others
        self.texts[version] = text

    @rule(who=people)
    def submit(self, who: str) -> None:
        self._try(lambda: self.room.uses.notices.submit(self.actors[who], self.notice_id))

    @rule()
    def make_sounds(self) -> None:
        self.room.make_sounds()

    @rule(who=people, lag=st.integers(0, 1))
    def approve(self, who: str, lag: int) -> None:
        seen = self.notice.version - lag
        if self._try(
            lambda: self.room.uses.notices.approve(self.actors[who], self.notice_id, seen_version=seen)
        ):
            assert lag == 0, "approved unseen"
            person = self.actors[who].user_id
            assert person not in self.writers[self.notice.version], "approved their own"
            self.approvals[self.notice.version] = person

    @rule(writer=people, decider=people, text=texts, is_emergency=st.booleans())
    def go_the_whole_way(self, writer: str, decider: str, text: str, is_emergency: bool) -> None:
        """Do what is done on a good day, so that long stories come to pass."""
        self.edit(writer, text, 0)
        self.submit(writer)
        self.make_sounds()
        self.approve(decider, 0)
        self.schedule(writer, is_emergency)

    @rule(who=people)
    def reject(self, who: str) -> None:
        if self._try(
            lambda: self.room.uses.notices.reject(self.actors[who], self.notice_id, reason="chưa rõ")
        ):
            assert self.actors[who].user_id not in self.writers[self.notice.version], "decided their own"

    @rule(who=people, is_emergency=st.booleans())
    def schedule(self, who: str, is_emergency: bool) -> None:
        wish: OrderWish = {"start_at": self.room.clock.now() + timedelta(minutes=30)}
        if is_emergency:
            wish["priority"], wish["cause"] = 250, "lũ"
        area_id = self.room.tree["A"].id
        self._try(
            lambda: self.room.uses.broadcasts.schedule(
                self.actors[who], self.notice_id, area_id=area_id, **wish
            )
        )

    @precondition(lambda self: self.notice_id and self.broadcasts)
    @rule(number=st.integers(0, 9))
    def find_that_it_needs_a_second(self, number: int) -> None:
        one = self.broadcasts[number % len(self.broadcasts)]
        if one.stopped_at is not None or one.state is not BroadcastState.APPROVED:
            return
        with self.room.work() as work:
            row = work.airings.broadcast(one.id)
            assert row is not None
            hold(work, row, Need.OUT_OF_HOURS, self.room.clock.now())

    @precondition(lambda self: self.notice_id and self.broadcasts)
    @rule(who=people, number=st.integers(0, 9), is_yes=st.booleans(), lag=st.integers(0, 1))
    def decide_second(self, who: str, number: int, is_yes: bool, lag: int) -> None:
        self._decide_second(self.actors[who], self.broadcasts[number % len(self.broadcasts)], is_yes, lag)

    @precondition(lambda self: self.notice_id and self.broadcasts)
    @rule()
    def everybody_approves_whatever_they_can(self) -> None:
        for one in self.broadcasts:
            for actor in self.actors.values():
                self._decide_second(actor, self.room.row(Broadcast, one.id), True, 0)

    def _decide_second(self, actor: Actor, one: Broadcast, is_yes: bool, lag: int) -> None:
        desk = self.room.uses.review
        decide = desk.approve_second if is_yes else desk.reject_second
        was_held = one.state is BroadcastState.HELD
        if self._try(lambda: decide(actor, one.id, reason="đúng", seen_version=one.version - lag)):
            version = self.notice.approved_version
            assert version is not None
            assert lag == 0, "decided unseen"
            assert was_held
            assert actor.user_id != one.created_by, "decided their own order"
            assert actor.user_id not in self.writers[version], "decided about their own words"
            assert actor.user_id != self.approvals[version], "one person was both approvers"
            if is_yes:
                self.seconds[one.id] = version

    @rule(minutes=st.integers(1, 50))
    def wait(self, minutes: int) -> None:
        self.room.clock.move(timedelta(minutes=minutes))

    @rule(who=people)
    def withdraw(self, who: str) -> None:
        if self._try(
            lambda: self.room.uses.broadcasts.withdraw(self.actors[who], self.notice_id, reason="sai")
        ):
            self.is_withdrawn = True

    def _try(self, deed: object) -> bool:
        try:
            deed()  # type: ignore[operator]
        except DomainError:
            return False
        return True

    # --- what holds at every moment ------------------------------------------------------------------

    @invariant()
    def nothing_unapproved_is_for_a_device(self) -> None:
        if not self.notice_id:
            return
        with self.room.work() as work:
            shown = planned_airings(work, self.board.id, self.room.clock.now())
            orders = {one.id: one for one in work.airings.broadcasts_of_notice(self.notice_id)}
        for airing in shown:
            approved = {self.texts[version] for version in self.approvals}
            assert airing.text in approved, "an unapproved text is in a timetable"
            assert orders[airing.broadcast_id].state is BroadcastState.APPROVED, (
                "a held order is in a timetable"
            )
            if orders[airing.broadcast_id].needs:
                seen = self.seconds.get(airing.broadcast_id)
                assert seen == max(self.approvals), "the second person approved other words"
            has_begun = airing.planned_at <= self.room.clock.now() or airing.state is AiringState.PLAYING
            assert has_begun or airing.text == self.texts[max(self.approvals)], (
                "an old version is still to come"
            )
        assert not (self.is_withdrawn and shown), "a withdrawn notice is in a timetable"

    @invariant()
    def the_version_in_force_is_the_last_one_approved(self) -> None:
        if self.notice_id and self.notice.is_in_force:
            version = self.notice.approved_version
            assert version == max(self.approvals)
            assert self.notice.approved_text == self.texts[version]


TestReview = pytest.mark.timeout(300)(Review.TestCase)
TestReview.settings = settings(
    max_examples=20, stateful_step_count=40, suppress_health_check=list(HealthCheck)
)
