"""A change of the tree that is cut short between its units of work is made good by the next tick."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from controller.domain.airings import AiringState
from controller.domain.devices import Device
from controller.domain.errors import Code, UnavailableError
from controller.storage.repositories import SqlWork
from tests.factories.controller import ControlRoom

LATER = date(2026, 12, 1)
LATER_AT = datetime(2026, 11, 30, 17, tzinfo=UTC)


class Busy:
    """A way to the database that is taken from the `after`th unit of work on."""

    def __init__(self, room: ControlRoom, *, after: int) -> None:
        self._room, self._left = room, after

    @contextmanager
    def unit(self) -> Iterator[SqlWork]:
        self._left -= 1
        if self._left < 0:
            raise UnavailableError(Code.STORAGE_BUSY)
        with self._room.database.unit() as work:
            yield work


def moving_hamlet(room: ControlRoom) -> Device:
    """Return a device of hamlet A1, which moves from commune A to B on a day; both have something on air after it."""
    device = room.device(area="A1")
    room.device(area="B")
    room.clock.set(LATER_AT - timedelta(hours=1))
    room.schedule(area="A", in_s=12 * 3_600)
    room.schedule(area="B", in_s=13 * 3_600)
    place = room.tree
    room.uses.area_changes.move(
        room.administrator("province"), place["A1"].id, parent_id=place["B"].id, effective_on=LATER
    )
    return device


def planned(room: ControlRoom, device: Device) -> list[datetime]:
    return [one.planned_at for one in room.airings_of(device) if one.state is AiringState.PLANNED]


@pytest.mark.parametrize("is_same_process", [True, False])
def test_devices_are_planned_for_their_new_place_even_if_the_first_try_was_cut_short(
    room: ControlRoom, is_same_process: bool
) -> None:
    device = moving_hamlet(room)
    of_a = planned(room, device)
    room.clock.set(LATER_AT)
    cut_short = room.wire(Busy(room, after=1).unit)
    with pytest.raises(UnavailableError):
        cut_short.area_changes.apply_due()
    assert planned(room, device) == of_a
    if is_same_process:
        cut_short.area_changes._unit = room.database.unit
    (cut_short if is_same_process else room.uses).area_changes.apply_due()
    assert planned(room, device) == [of_a[0] + timedelta(hours=1)]
