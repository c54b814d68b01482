from datetime import UTC, datetime

import pytest

from controller.domain.areas import Area, AreaKind
from controller.domain.errors import Code, InvalidError

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
LADDER = [AreaKind.CENTRAL, AreaKind.PROVINCE, AreaKind.COMMUNE, AreaKind.HAMLET]


def an_area(kind: AreaKind, path: str = "x/") -> Area:
    return Area(
        id="x", parent_id=None, path=path, kind=kind, name="Nơi", zone="Asia/Ho_Chi_Minh", created_at=NOW
    )


@pytest.mark.parametrize("parent", LADDER)
@pytest.mark.parametrize("kind", LADDER)
def test_an_area_stands_only_below_a_higher_one(parent: AreaKind, kind: AreaKind) -> None:
    if LADDER.index(kind) > LADDER.index(parent):
        an_area(parent).check_may_hold(kind)
    else:
        with pytest.raises(InvalidError) as refused:
            an_area(parent).check_may_hold(kind)
        assert refused.value.code is Code.AREA_KIND_MISPLACED


@pytest.mark.parametrize("kind", LADDER)
def test_a_grouping_fits_anywhere(kind: AreaKind) -> None:
    an_area(kind).check_may_hold(AreaKind.GROUPING)
    an_area(AreaKind.GROUPING).check_may_hold(kind)


def test_an_area_covers_itself_and_what_lies_below_and_not_its_namesakes() -> None:
    ward = an_area(AreaKind.COMMUNE, "r/a/")
    assert ward.covers(ward)
    assert ward.covers(an_area(AreaKind.HAMLET, "r/a/h/"))
    assert not ward.covers(an_area(AreaKind.COMMUNE, "r/ab/"))
    assert not ward.covers(an_area(AreaKind.CENTRAL, "r/"))
