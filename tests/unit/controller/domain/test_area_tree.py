from datetime import date

import pytest

from controller.domain.area_tree import MAX_DEPTH, check_from, rows_on, tree_on
from controller.domain.areas import AreaChange, AreaKind, AreaStanding
from controller.domain.errors import Code, InvalidError
from tests.factories.areas import FIRST_DAY, standing

LADDER = [AreaKind.CENTRAL, AreaKind.PROVINCE, AreaKind.COMMUNE, AreaKind.HAMLET]
JULY = date(2026, 7, 1)
JUNE = date(2026, 6, 30)


def refusal(standings: list[AreaStanding], day: date = FIRST_DAY) -> Code:
    with pytest.raises(InvalidError) as refused:
        check_from(standings, day)
    return refused.value.code


@pytest.mark.parametrize("parent", LADDER)
@pytest.mark.parametrize("kind", LADDER)
@pytest.mark.parametrize("groupings", [0, 1, 2])
def test_an_area_stands_only_below_a_higher_one_however_many_groupings_lie_between(
    parent: AreaKind, kind: AreaKind, groupings: int
) -> None:
    chain = [standing("top", kind=parent)]
    for number in range(groupings):
        chain.append(standing(f"group-{number}", above=chain[-1].area_id))
    chain.append(standing("low", above=chain[-1].area_id, kind=kind))
    if LADDER.index(kind) > LADDER.index(parent):
        check_from(chain, FIRST_DAY)
    else:
        assert refusal(chain) is Code.AREA_KIND_MISPLACED


def test_the_tree_of_a_day_is_that_of_the_standings_in_force_on_it() -> None:
    standings = [
        standing("P", kind=AreaKind.PROVINCE),
        standing("A", above="P", kind=AreaKind.COMMUNE, name="Xã A"),
        standing("A", above="P", kind=AreaKind.COMMUNE, name="Phường A", on=JULY),
        standing("D", above="P"),
        standing("D", above="P", on=JULY, change=AreaChange.CLOSED),
        standing("N", above="P", kind=AreaKind.COMMUNE, on=JULY),
    ]
    before, after = tree_on(standings, JUNE), tree_on(standings, JULY)
    assert [place.name for place in before.ordered()] == ["P", "Xã A", "D"]
    assert [place.name for place in after.ordered()] == ["P", "Phường A", "N"]
    assert tree_on(standings, date(2025, 12, 31)).places == {}


def test_rights_hang_where_an_area_was_last_or_will_be_first() -> None:
    standings = [
        standing("P", kind=AreaKind.PROVINCE),
        standing("D", above="P"),
        standing("D", above="P", on=JULY, change=AreaChange.CLOSED),
        standing("N", above="P", kind=AreaKind.COMMUNE, on=JULY),
    ]
    assert rows_on(standings, JUNE)["N"].path == "P/N/"
    assert rows_on(standings, JULY)["D"].path == "P/D/"


def test_a_cycle_is_refused_on_the_day_on_which_it_would_come_to_be() -> None:
    standings = [
        standing("P", kind=AreaKind.PROVINCE),
        standing("a", above="P"),
        standing("b", above="P"),
        standing("a", above="b", on=JUNE),
        standing("b", above="a", on=JULY),
    ]
    check_from(standings[:4], FIRST_DAY)
    assert refusal(standings) is Code.AREA_CYCLE
    assert refusal([standing("x", above="x")]) is Code.AREA_CYCLE


def test_nothing_stands_below_what_is_closed_or_not_yet_there() -> None:
    root = standing("P", kind=AreaKind.PROVINCE)
    early = [root, standing("N", above="P", on=JULY), standing("a", above="N", on=JUNE)]
    assert refusal(early) is Code.AREA_PARENT_GONE
    closed = [
        root,
        standing("D", above="P"),
        standing("a", above="D"),
        standing("D", above="P", on=JULY, change=AreaChange.CLOSED),
    ]
    assert refusal(closed) is Code.AREA_PARENT_GONE


def test_a_tree_does_not_grow_without_end() -> None:
    chain = [standing("0")]
    chain += [standing(str(number), above=str(number - 1)) for number in range(1, MAX_DEPTH)]
    check_from(chain, FIRST_DAY)
    assert refusal([*chain, standing("one more", above=str(MAX_DEPTH - 1))]) is Code.AREA_TOO_DEEP


def test_the_nearest_area_above_several_is_found() -> None:
    tree = tree_on(
        [
            standing("P"),
            standing("D", above="P"),
            standing("a", above="D"),
            standing("b", above="D"),
            standing("c", above="P"),
        ],
        FIRST_DAY,
    )
    assert tree.nearest_above_all(["a", "b"]) == "D"
    assert tree.nearest_above_all(["a", "c"]) == "P"
    assert tree.nearest_above_all(["P"]) is None
