"""Deciding in the place of an approver who is away."""

from datetime import date, timedelta

import pytest

from controller.domain.errors import (
    Code,
    ConflictError,
    DomainError,
    InvalidError,
    NotFoundError,
    NotPermittedError,
)
from controller.domain.notices import Notice, NoticeState
from controller.domain.people import Permission, Role
from controller.domain.review import Delegation
from controller.usecases.rights import Actor
from tests.factories.controller import ControlRoom

TODAY = date(2026, 11, 21)


def lend(room: ControlRoom, to: Actor, *, first: int = 0, last: int = 2, area: str = "A") -> Delegation:
    return room.uses.stand_ins.delegate(
        room.approver(area),
        area_id=room.tree[area].id,
        username=to.username,
        starts_on=TODAY + timedelta(days=first),
        ends_on=TODAY + timedelta(days=last),
    )


def now_(room: ControlRoom, actor: Actor) -> Actor:
    """Return somebody as a request of theirs is seen now."""
    return room.uses.sign_ins.visit(room.session_of(actor), address="10.0.0.7").actor


def colleague(room: ControlRoom) -> Actor:
    return room.person("pho-chu-tich", Role.SUPERVISOR, "A")


def test_a_delegate_decides_in_the_approvers_place_and_the_trail_says_so(room: ControlRoom) -> None:
    notice = room.submitted()
    room.make_sounds()
    with pytest.raises(NotPermittedError):
        room.uses.notices.approve(now_(room, colleague(room)), notice.id)
    lend(room, colleague(room))
    delegate = now_(room, colleague(room))
    assert [one.id for one in room.uses.notices.waiting(delegate)] == [notice.id]
    room.uses.notices.approve(delegate, notice.id)
    kept = room.row(Notice, notice.id)
    assert (kept.state, kept.decided_by) == (NoticeState.APPROVED, delegate.user_id)
    (line,) = [
        one
        for one in room.uses.trail.of(room.approver(), f"notice:{notice.id}")
        if one.entry.action == "approve"
    ]
    assert (line.entry.actor, line.address) == (delegate.username, "10.0.0.7")
    assert line.entry.detail.endswith(f"on behalf of {room.approver().display_name}")


@pytest.mark.scenario("S-137")
def test_a_delegation_begins_and_ends_by_itself_at_the_areas_midnight(room: ControlRoom) -> None:
    person = colleague(room)
    lend(room, person, first=1, last=2)
    midnight = room.clock.now().replace(hour=17, minute=0)  # 00:00 of 22 November in Viet Nam
    for hours, holds in ((-0.1, False), (0, True), (47.9, True), (48, False), (240, False)):
        room.clock.set(midnight + timedelta(hours=hours))
        actor = now_(room, person)
        assert actor.may(Permission.APPROVE, room.tree["A"]) is holds, hours
        assert actor.may(Permission.APPROVE, room.tree["A1"]) is holds
        assert not actor.may(Permission.APPROVE, room.tree["B"])


def test_a_delegation_may_be_ended_early_by_those_concerned_and_by_nobody_else(room: ControlRoom) -> None:
    person = colleague(room)
    for who in (room.approver(), person, room.administrator()):
        delegation = lend(room, person)
        assert now_(room, person).may(Permission.APPROVE, room.tree["A"])
        with pytest.raises(NotFoundError):
            room.uses.stand_ins.end(room.approver("B"), delegation.id)
        with pytest.raises(NotPermittedError):
            room.uses.stand_ins.end(room.editor(), delegation.id)
        room.uses.stand_ins.end(who, delegation.id)
        assert not now_(room, person).may(Permission.APPROVE, room.tree["A"])
        with pytest.raises(ConflictError):
            room.uses.stand_ins.end(who, delegation.id)
    with pytest.raises(NotFoundError):
        room.uses.stand_ins.end(room.approver(), "0" * 20)


def test_a_delegation_is_worth_nothing_once_the_approver_has_lost_the_right(room: ControlRoom) -> None:
    person = colleague(room)
    lend(room, person)
    room.uses.accounts.disable(room.administrator(), room.approver().user_id)
    assert not now_(room, person).may(Permission.APPROVE, room.tree["A"])


def test_a_lent_right_cannot_be_lent_on(room: ControlRoom) -> None:
    lend(room, colleague(room))
    with pytest.raises(NotPermittedError):
        room.uses.stand_ins.delegate(
            now_(room, colleague(room)),
            area_id=room.tree["A"].id,
            username=room.editor().username,
            starts_on=TODAY,
            ends_on=TODAY,
        )
    assert room.uses.stand_ins.areas(now_(room, colleague(room))) == []


def test_only_somebody_else_of_the_area_may_stand_in(room: ControlRoom) -> None:
    gone = room.person("da-nghi", Role.EDITOR, "A")
    room.uses.accounts.disable(room.administrator(), gone.user_id)
    for username in (room.approver().username, room.editor("B").username, gone.username, "khong-co-ai", ""):
        with pytest.raises(InvalidError) as refused:
            room.uses.stand_ins.delegate(
                room.approver(),
                area_id=room.tree["A"].id,
                username=username,
                starts_on=TODAY,
                ends_on=TODAY,
            )
        assert (refused.value.code, refused.value.field) == (Code.DELEGATE_REFUSED, "username")
    assert room.count("delegations") == 0
    names = {user.username for user in room.uses.stand_ins.candidates(room.approver())}
    assert gone.username not in names
    assert room.editor("B").username not in names


@pytest.mark.parametrize(("first", "last"), [(-1, 1), (2, 1), (0, 60)])
def test_days_that_cannot_be_are_refused_and_nothing_is_kept(
    room: ControlRoom, first: int, last: int
) -> None:
    with pytest.raises(DomainError) as refused:
        lend(room, colleague(room), first=first, last=last)
    assert refused.value.code is Code.DELEGATION_DATES
    assert room.count("delegations") == 0


def test_who_does_not_decide_there_cannot_lend(room: ControlRoom) -> None:
    for actor, error in ((room.editor(), NotPermittedError), (room.approver("B"), NotFoundError)):
        with pytest.raises(error):
            room.uses.stand_ins.delegate(
                actor,
                area_id=room.tree["A"].id,
                username=room.editor().username,
                starts_on=TODAY,
                ends_on=TODAY,
            )


def test_neither_their_own_item_nor_the_approvers_own_is_decided_by_a_delegate(room: ControlRoom) -> None:
    lend(room, room.editor())
    own = room.submitted()
    writing_approver = room.also(room.approver(), Role.EDITOR, room.tree["A"])
    theirs = room.uses.notices.write(
        writing_approver, area_id=room.tree["A"].id, title="Của người duyệt", text="Xin mời."
    ).notice
    room.uses.notices.submit(writing_approver, theirs.id)
    room.make_sounds()
    delegate = now_(room, room.editor())
    for notice in (own, theirs):
        with pytest.raises(NotPermittedError) as refused:
            room.uses.notices.approve(delegate, notice.id)
        assert refused.value.code is Code.OWN_NOTICE
    assert room.uses.notices.waiting(delegate) == []


def test_the_list_shows_what_holds_and_what_is_to_come_in_ones_own_areas(room: ControlRoom) -> None:
    lend(room, colleague(room), first=0, last=0)
    lend(room, colleague(room), first=5, last=6)
    views = room.uses.stand_ins.listed(room.editor())
    assert [(one.holds_today, one.may_end) for one in views] == [(True, False), (False, False)]
    assert [one.may_end for one in room.uses.stand_ins.listed(colleague(room))] == [True, True]
    assert room.uses.stand_ins.listed(room.approver("B")) == []
    room.clock.move(timedelta(days=2))
    assert len(room.uses.stand_ins.listed(room.editor())) == 1
