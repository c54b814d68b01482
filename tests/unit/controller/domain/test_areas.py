from datetime import UTC, datetime

from controller.domain.areas import Area, AreaKind

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def an_area(kind: AreaKind, path: str) -> Area:
    return Area(
        id="x", parent_id=None, path=path, kind=kind, name="Nơi", zone="Asia/Ho_Chi_Minh", created_at=NOW
    )


def test_an_area_covers_itself_and_what_lies_below_and_not_its_namesakes() -> None:
    ward = an_area(AreaKind.COMMUNE, "r/a/")
    assert ward.covers(ward)
    assert ward.covers(an_area(AreaKind.HAMLET, "r/a/h/"))
    assert not ward.covers(an_area(AreaKind.COMMUNE, "r/ab/"))
    assert not ward.covers(an_area(AreaKind.CENTRAL, "r/"))
