"""The trail as it is read."""

from datetime import timedelta

import pytest

from controller.domain.errors import NotFoundError
from controller.domain.people import Role
from tests.factories.controller import TEXT, ControlRoom


def test_an_edit_is_told_before_and_after_with_who_when_and_from_where(room: ControlRoom) -> None:
    notice = room.draft()
    room.clock.move(timedelta(minutes=5))
    expires_at = room.clock.now() + timedelta(days=2)
    room.uses.notices.edit(
        room.editor(),
        notice.id,
        title="Họp gấp",
        text=f"{TEXT} Đến sớm.",
        seen_version=1,
        expires_at=expires_at,
    )
    latest, first = room.uses.trail.of(room.approver(), f"notice:{notice.id}")
    assert (first.entry.action, latest.entry.action) == ("write", "edit")
    assert (latest.name, latest.entry.at, latest.address) == (
        room.editor().display_name,
        room.clock.now(),
        "127.0.0.1",
    )
    assert latest.entry.detail.splitlines() == [
        "version 2",
        "title: Họp tổ dân phố → Họp gấp",
        f"expires_at: none → {expires_at.isoformat()}",
        "+ Đến sớm.",
    ]


def test_where_people_sat_is_for_those_who_answer_for_the_area(room: ControlRoom) -> None:
    notice = room.draft()
    subject = f"notice:{notice.id}"
    assert room.uses.trail.of(room.editor(), subject)[0].address == ""
    for actor in (room.approver(), room.administrator()):
        assert room.uses.trail.of(actor, subject)[0].address == "127.0.0.1"


def test_the_trail_of_what_one_may_not_see_does_not_exist(room: ControlRoom) -> None:
    device = room.device()
    notice = room.approved()
    broadcast = room.schedule(notice).broadcast
    subjects = [
        f"notice:{notice.id}",
        f"broadcast:{broadcast.id}",
        f"device:{device.id}",
        f"area:{room.tree['A'].id}",
        f"user:{room.editor().username}",
    ]
    stranger = room.also(room.administrator("B"), Role.APPROVER, room.tree["B"])
    for subject in subjects:
        room.uses.trail.of(room.administrator(), subject)
        with pytest.raises(NotFoundError):
            room.uses.trail.of(stranger, subject)
    for subject in ("", "notice:", "notice:x", "session:abc", "user:khong-co", "x:y", "device:\x00"):
        with pytest.raises(NotFoundError):
            room.uses.trail.of(room.administrator(), subject)
    assert room.uses.trail.of(room.editor(), f"user:{room.editor().username}") == []
