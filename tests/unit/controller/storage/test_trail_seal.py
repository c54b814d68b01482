import pytest
from sqlalchemy.exc import DatabaseError

from tests.factories.controller import ControlRoom


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entries SET detail = 'khác'", "DELETE FROM audit_entries WHERE 1 = 1"]
)
def test_the_trail_is_never_changed_and_never_deleted(room: ControlRoom, statement: str) -> None:
    room.draft()
    before = room.audited()
    with pytest.raises(DatabaseError, match="append-only"), room.work() as work:
        work.audit._session.connection().exec_driver_sql(statement)
    assert room.audited() == before
    room.draft()
    assert len(room.audited()) == len(before) + 1, "it still takes new lines"
