import unicodedata

from controller.adapters.passwords import Argon2Passwords


def test_a_password_matches_its_own_hash_only_and_is_not_in_it() -> None:
    hasher = Argon2Passwords()
    kept = hasher.hash("mật khẩu dài")
    assert kept.startswith("$argon2id$")
    assert "mật" not in kept
    assert hasher.hash("mật khẩu dài") != kept
    assert hasher.matches(kept, "mật khẩu dài")
    assert not hasher.matches(kept, "mật khẩu khác")
    assert not hasher.matches("", "")
    assert not hasher.matches("not a hash", "mật khẩu dài")


def test_the_password_of_the_decoy_opens_nothing() -> None:
    assert not Argon2Passwords().matches("", "a password that nobody has")


def test_a_password_is_the_same_whichever_way_a_keyboard_spells_its_letters() -> None:
    hasher = Argon2Passwords()
    kept = hasher.hash(unicodedata.normalize("NFD", "mật khẩu dài"))
    assert hasher.matches(kept, unicodedata.normalize("NFC", "mật khẩu dài"))
    assert not hasher.matches(kept, "mat khau dai")
