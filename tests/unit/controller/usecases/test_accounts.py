import statistics
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from controller.adapters.passwords import Argon2Passwords
from controller.domain.errors import (
    Code,
    ConflictError,
    DomainError,
    InvalidError,
    NotFoundError,
    NotPermittedError,
    NotSignedInError,
    ThrottledError,
)
from controller.domain.people import Role, User
from controller.usecases.rights import Actor
from tests.factories.controller import PASSWORD, ControlRoom
from tests.fakes.controller import PlainPasswords

HOME = "192.0.2.1"


class SlowPasswords(PlainPasswords):
    """Passwords whose comparison takes a while; counts them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.looked_at = 0

    def matches(self, password_hash: str, password: str) -> bool:
        with self._lock:
            self.looked_at += 1
        time.sleep(0.5)
        return super().matches(password_hash, password)


def sign_in(room: ControlRoom, name: str, password: str = PASSWORD, *, address: str = HOME) -> str:
    return room.uses.sign_ins.sign_in(name, password, address=address).token


def fail(room: ControlRoom, name: str, *, times: int = 1, address: str = HOME) -> None:
    for _ in range(times):
        with pytest.raises(NotSignedInError) as refused:
            sign_in(room, name, "sai mat khau", address=address)
        assert refused.value.code is Code.SIGN_IN_REFUSED


def code_of(room: ControlRoom, token: str) -> Code | None:
    try:
        room.uses.sign_ins.visit(token, address=HOME)
    except DomainError as error:
        return error.code
    return None


def invite(room: ControlRoom, actor: Actor, name: str = "can-bo", *, area: str = "A") -> str:
    return room.uses.accounts.invite(
        actor, username=name, display_name="Cán bộ", grants=[(room.tree[area].id, Role.EDITOR)]
    )


# --- signing in ----------------------------------------------------------------------------------------


def test_whoever_signs_in_is_known_by_name_and_roles(room: ControlRoom) -> None:
    room.editor("A")
    visit = room.uses.sign_ins.visit(sign_in(room, " Bien-Tap-A "), address=HOME)
    assert (visit.actor.username, visit.actor.address) == ("bien-tap-a", HOME)
    assert visit.actor.roles == ((room.tree["A"].path, Role.EDITOR),)


def test_unknown_name_wrong_password_and_closed_account_get_one_answer(room: ControlRoom) -> None:
    closed = room.person("da-nghi", Role.EDITOR, "A")
    room.editor("A")
    room.uses.accounts.disable(room.administrator("A"), closed.user_id)
    refusals = []
    for name, password in (("khong-ai", PASSWORD), ("bien-tap-a", "sai"), ("da-nghi", PASSWORD)):
        with pytest.raises(NotSignedInError) as refused:
            sign_in(room, name, password)
        refusals.append((refused.value.code, refused.value.field, refused.value.params))
    assert refusals == [(Code.SIGN_IN_REFUSED, "", {})] * 3


def test_an_unknown_name_takes_as_long_as_a_wrong_password() -> None:
    hasher = Argon2Passwords()
    known = hasher.hash(PASSWORD)
    times: dict[str, list[float]] = {"": [], known: []}
    for _ in range(3):
        for password_hash, measured in times.items():
            began = time.process_time()
            assert not hasher.matches(password_hash, "sai mat khau")
            measured.append(time.process_time() - began)
    unknown, wrong = (statistics.median(measured) for measured in times.values())
    assert 0.5 < unknown / wrong < 2


def test_five_wrong_passwords_close_a_name_even_to_the_right_one(room: ControlRoom) -> None:
    room.editor("A")
    for number in range(5):
        fail(room, "bien-tap-a", address=f"192.0.2.{number}")
    with pytest.raises(ThrottledError) as refused:
        sign_in(room, "bien-tap-a", address="192.0.2.99")
    assert refused.value.code is Code.SIGN_IN_THROTTLED
    assert refused.value.retry_after_s == 15 * 60
    assert refused.value.params == {"minutes": 15}


def test_a_closed_name_opens_again_when_the_wait_is_over(room: ControlRoom) -> None:
    room.editor("A")
    fail(room, "bien-tap-a", times=5)
    room.clock.move(timedelta(minutes=14, seconds=59))
    with pytest.raises(ThrottledError) as refused:
        sign_in(room, "bien-tap-a")
    assert refused.value.retry_after_s == 1
    room.clock.move(timedelta(seconds=2))
    assert sign_in(room, "bien-tap-a")


def test_guessing_at_many_names_closes_an_address_and_no_other(room: ControlRoom) -> None:
    room.editor("A")
    for number in range(20):
        fail(room, f"ten-{number}")
    with pytest.raises(ThrottledError):
        sign_in(room, "bien-tap-a")
    assert sign_in(room, "bien-tap-a", address="192.0.2.2")


def test_names_that_do_not_exist_are_throttled_like_those_that_do(room: ControlRoom) -> None:
    fail(room, "khong-ai", times=5)
    with pytest.raises(ThrottledError):
        sign_in(room, "khong-ai", address="192.0.2.9")


def test_refused_and_throttled_sign_ins_are_in_the_trail(room: ControlRoom) -> None:
    fail(room, "khong-ai", times=5)
    with pytest.raises(ThrottledError):
        sign_in(room, "khong-ai")
    with room.work() as work:
        entries = work.audit.of_subject("user:khong-ai")
    actions = sorted(entry.action for entry in entries)
    assert actions == ["sign_in_refused"] * 5 + ["sign_in_throttled"]
    assert {entry.address for entry in entries} == {HOME}


def test_a_stranger_who_never_stops_does_not_fill_the_trail(room: ControlRoom) -> None:
    fail(room, "khong-ai", times=5)
    for number in range(200):
        with pytest.raises((ThrottledError, NotSignedInError)):
            sign_in(room, f"khong-ai-{number % 30}")
    assert room.count("audit_entries") < 60
    room.clock.move(timedelta(minutes=16))
    rows = room.count("audit_entries")
    fail(room, "khong-ai", times=1)
    assert room.count("audit_entries") == rows + 1


def test_tries_at_the_same_moment_are_counted_like_tries_one_by_one(tmp_path: Path) -> None:
    hasher = SlowPasswords()
    room = ControlRoom(tmp_path, hasher=hasher, busy_timeout_s=10)

    def guess() -> None:
        with pytest.raises((ThrottledError, NotSignedInError)):
            sign_in(room, "bien-tap-a", "doan mo")

    guesses = [threading.Thread(target=guess) for _ in range(30)]
    for one in guesses:
        one.start()
    for one in guesses:
        one.join()
    room.database.close()
    assert hasher.looked_at == 5


def test_signing_in_does_not_count_as_failing(room: ControlRoom) -> None:
    room.editor("A")
    for _ in range(30):
        sign_in(room, "bien-tap-a")
    assert room.count("failed_tries") == 0


# --- sessions ------------------------------------------------------------------------------------------


def test_a_session_ends_when_its_owner_signs_out(room: ControlRoom) -> None:
    room.editor("A")
    token, other = sign_in(room, "bien-tap-a"), sign_in(room, "bien-tap-a")
    room.uses.sign_ins.sign_out(token, address=HOME)
    assert code_of(room, token) is Code.NOT_SIGNED_IN
    assert code_of(room, other) is None


def test_a_session_ends_after_twelve_hours(room: ControlRoom) -> None:
    room.editor("A")
    token = sign_in(room, "bien-tap-a")
    room.clock.move(timedelta(hours=11, minutes=59))
    assert code_of(room, token) is None
    room.clock.move(timedelta(minutes=1))
    assert code_of(room, token) is Code.NOT_SIGNED_IN


def test_all_sessions_end_when_an_account_is_closed(room: ControlRoom) -> None:
    editor = room.editor("A")
    tokens = [sign_in(room, "bien-tap-a") for _ in range(2)]
    room.uses.accounts.disable(room.administrator("A"), editor.user_id)
    assert [code_of(room, token) for token in tokens] == [Code.NOT_SIGNED_IN] * 2


def test_all_sessions_end_when_the_password_is_set_anew(room: ControlRoom) -> None:
    editor = room.editor("A")
    token = sign_in(room, "bien-tap-a")
    invitation = room.uses.accounts.invite_again(room.administrator("A"), editor.user_id)
    assert code_of(room, token) is None
    room.uses.sign_ins.redeem(invitation, "mat khau moi", address=HOME)
    assert code_of(room, token) is Code.NOT_SIGNED_IN
    assert sign_in(room, "bien-tap-a", "mat khau moi")


@pytest.mark.parametrize("token", ["", "x", "' OR 1=1 --", "é"])
def test_a_made_up_token_is_nobody(room: ControlRoom, token: str) -> None:
    assert code_of(room, token) is Code.NOT_SIGNED_IN


def test_tokens_are_not_in_the_database(room: ControlRoom) -> None:
    room.editor("A")
    token = sign_in(room, "bien-tap-a")
    invitation = invite(room, room.administrator("A"))
    room.database.close()
    kept = b"".join(path.read_bytes() for path in room.folder.glob("loa.db*"))
    assert token.encode() not in kept
    assert invitation.encode() not in kept


def test_what_proves_nothing_any_more_is_forgotten(room: ControlRoom) -> None:
    room.editor("A")
    sign_in(room, "bien-tap-a")
    fail(room, "khong-ai")
    invite(room, room.administrator("A"))
    room.clock.move(timedelta(days=4))
    room.uses.sign_ins.forget_old()
    assert [room.count(table) for table in ("sessions", "failed_tries", "invitations")] == [0, 0, 0]
    assert room.count("audit_entries") > 0


# --- invitations ---------------------------------------------------------------------------------------


def test_an_invitation_sets_the_password_and_signs_in(room: ControlRoom) -> None:
    token = invite(room, room.administrator("A"))
    with pytest.raises(NotSignedInError):
        sign_in(room, "can-bo", "")
    signed_in = room.uses.sign_ins.redeem(token, PASSWORD, address=HOME)
    assert code_of(room, signed_in.token) is None
    assert sign_in(room, "can-bo")


def test_an_invitation_works_once(room: ControlRoom) -> None:
    token = invite(room, room.administrator("A"))
    room.uses.sign_ins.redeem(token, PASSWORD, address=HOME)
    with pytest.raises(InvalidError) as refused:
        room.uses.sign_ins.redeem(token, "mat khau khac", address=HOME)
    assert refused.value.code is Code.INVITATION_REFUSED
    assert sign_in(room, "can-bo")


def test_an_invitation_expires_after_three_days(room: ControlRoom) -> None:
    token = invite(room, room.administrator("A"))
    room.clock.move(timedelta(days=3))
    with pytest.raises(InvalidError) as refused:
        room.uses.sign_ins.redeem(token, PASSWORD, address=HOME)
    assert refused.value.code is Code.INVITATION_REFUSED


def test_a_new_invitation_ends_the_one_before(room: ControlRoom) -> None:
    administrator = room.administrator("A")
    first = invite(room, administrator)
    user = next(one.user for one in room.uses.accounts.people(administrator) if one.user.username == "can-bo")
    second = room.uses.accounts.invite_again(administrator, user.id)
    with pytest.raises(InvalidError):
        room.uses.sign_ins.redeem(first, PASSWORD, address=HOME)
    assert room.uses.sign_ins.redeem(second, PASSWORD, address=HOME).token


def test_an_invitation_to_a_closed_account_is_refused(room: ControlRoom) -> None:
    administrator = room.administrator("A")
    token = invite(room, administrator)
    user = next(one.user for one in room.uses.accounts.people(administrator) if one.user.username == "can-bo")
    room.uses.accounts.disable(administrator, user.id)
    with pytest.raises(InvalidError) as refused:
        room.uses.sign_ins.redeem(token, PASSWORD, address=HOME)
    assert refused.value.code is Code.INVITATION_REFUSED


def test_a_short_password_does_not_use_the_invitation_up(room: ControlRoom) -> None:
    token = invite(room, room.administrator("A"))
    with pytest.raises(InvalidError) as refused:
        room.uses.sign_ins.redeem(token, "ngan", address=HOME)
    assert refused.value.code is Code.PASSWORD_TOO_SHORT
    assert room.uses.sign_ins.redeem(token, PASSWORD, address=HOME).token


def test_a_made_up_invitation_does_not_cost_the_slow_hash(room: ControlRoom) -> None:
    hashed: list[str] = []

    class Counting(Argon2Passwords):
        def hash(self, password: str) -> str:
            hashed.append(password)
            return super().hash(password)

    sign_ins = room.wire(room.database.unit, Counting()).sign_ins
    hashed.clear()
    with pytest.raises(InvalidError):
        sign_ins.redeem("made up", PASSWORD, address=HOME)
    assert hashed == []


def test_a_name_is_given_once(room: ControlRoom) -> None:
    invite(room, room.administrator("A"))
    with pytest.raises(ConflictError) as refused:
        invite(room, room.administrator("B"), "CAN-BO", area="B")
    assert (refused.value.code, refused.value.field) == (Code.USERNAME_TAKEN, "username")


def test_an_account_without_a_role_is_refused(room: ControlRoom) -> None:
    with pytest.raises(InvalidError) as refused:
        room.uses.accounts.invite(
            room.administrator("A"), username="can-bo", display_name="Cán bộ", grants=[]
        )
    assert (refused.value.code, refused.value.field) == (Code.INPUT_INVALID, "grants")


# --- who may administer whom ---------------------------------------------------------------------------


def test_nobody_invites_into_an_area_they_do_not_administer(room: ControlRoom) -> None:
    with pytest.raises(NotFoundError):
        invite(room, room.administrator("A"), area="B")
    with pytest.raises(NotPermittedError):
        invite(room, room.editor("A"))
    assert invite(room, room.administrator("province"), area="B")


def test_accounts_of_another_area_do_not_exist(room: ControlRoom) -> None:
    stranger, administrator = room.editor("B"), room.administrator("A")
    for deed in (room.uses.accounts.disable, room.uses.accounts.invite_again):
        with pytest.raises(NotFoundError):
            deed(administrator, stranger.user_id)
    assert stranger.user_id not in {one.user.id for one in room.uses.accounts.people(administrator)}
    assert sign_in(room, stranger.username)


def test_an_account_with_a_role_elsewhere_too_cannot_be_taken_over(room: ControlRoom) -> None:
    """Whoever may invite somebody again gets to set their password, and with it all of their roles."""
    chief = room.also(room.administrator("province"), Role.EDITOR, room.tree["A"])
    for deed in (room.uses.accounts.disable, room.uses.accounts.invite_again):
        with pytest.raises(NotPermittedError):
            deed(room.administrator("A"), chief.user_id)
    assert room.row(User, chief.user_id).disabled_at is None
    assert room.uses.accounts.invite_again(room.root_administrator, chief.user_id)


# --- from the command line -----------------------------------------------------------------------------


def test_the_first_administrator_is_invited_until_somebody_has_a_password(room: ControlRoom) -> None:
    assert room.uses.accounts.first_administrator() is None  # the tree's own administrator has one
    room.uses.accounts.disable(room.root_administrator, room.root_administrator.user_id)
    token = room.uses.accounts.first_administrator()
    assert token is not None
    assert room.uses.sign_ins.redeem(token, PASSWORD, address=HOME).token
    assert room.uses.accounts.first_administrator() is None


def test_the_command_line_opens_a_closed_account_again_with_the_roles_it_had(room: ControlRoom) -> None:
    editor = room.editor("A")
    old_session = sign_in(room, editor.username)
    room.uses.accounts.disable(room.administrator("A"), editor.user_id)
    token = room.uses.accounts.create_administrator(editor.username)
    assert code_of(room, old_session) is Code.NOT_SIGNED_IN, "what ended does not come back to life"
    signed_in = room.uses.sign_ins.redeem(token, PASSWORD, address=HOME)
    roles = room.uses.sign_ins.visit(signed_in.token, address=HOME).actor.roles
    assert roles == ((room.tree["A"].path, Role.EDITOR),)
    assert "create_admin" in room.audited()


def test_the_command_line_makes_administrators_of_the_whole_tree(room: ControlRoom) -> None:
    token = room.uses.accounts.create_administrator("quan-tri-moi")
    signed_in = room.uses.sign_ins.redeem(token, PASSWORD, address=HOME)
    roles = room.uses.sign_ins.visit(signed_in.token, address=HOME).actor.roles
    assert roles == ((room.tree["root"].path, Role.ADMINISTRATOR),)
