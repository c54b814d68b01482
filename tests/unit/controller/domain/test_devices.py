from datetime import UTC, datetime, timedelta

import pytest

from controller.domain.devices import LAST_PUSH_RETRY, Device, DeviceKind, Presence, push_retry

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def device() -> Device:
    """Give a device that wants revision 1 and has said nothing yet."""
    device = Device(
        id="loa-1", kind=DeviceKind.SPEAKER, name="Loa 1", area_id="a", public_key="key", created_at=NOW
    )
    device.desire("one", now=NOW)
    return device


def test_a_plan_that_did_not_change_asks_for_nothing(device: Device) -> None:
    assert not device.desire("one", now=LATER)
    assert (device.desired_revision, device.next_push_at) == (1, NOW)


def test_a_changed_plan_is_a_new_revision_that_is_due_at_once(device: Device) -> None:
    device.next_push_at, device.push_attempts = LATER + timedelta(hours=1), 7
    assert device.desire("two", now=LATER)
    assert (device.desired_revision, device.next_push_at, device.push_attempts) == (2, LATER, 0)


def test_a_device_that_holds_what_it_should_is_not_pushed_to(device: Device) -> None:
    device.report(boot="b", seq=1, revision=1, now=NOW)
    assert (device.next_push_at, device.push_attempts) == (None, 0)


def test_a_device_that_has_lost_its_timetable_is_pushed_to_again(device: Device) -> None:
    device.report(boot="b", seq=1, revision=1, now=NOW)
    device.report(boot="b", seq=2, revision=0, now=LATER)
    assert device.next_push_at == LATER


def test_a_device_that_stays_behind_keeps_its_wait(device: Device) -> None:
    device.report(boot="b", seq=1, revision=0, now=NOW)
    device.next_push_at, device.push_attempts = LATER, 3
    device.report(boot="b", seq=2, revision=0, now=NOW)
    assert (device.next_push_at, device.push_attempts) == (LATER, 3)


@pytest.mark.parametrize("boot", ["b", "another"])
def test_a_device_that_comes_back_does_not_wait_for_what_failed_while_it_was_away(
    device: Device, boot: str
) -> None:
    device.report(boot="b", seq=1, revision=0, now=NOW)
    device.leave(boot="b", on_purpose=False, now=NOW)
    device.next_push_at, device.push_attempts = LATER + timedelta(minutes=2), 9
    device.report(boot=boot, seq=2, revision=0, now=LATER)
    assert (device.next_push_at, device.push_attempts) == (LATER, 0)


def test_a_device_that_remembers_more_than_a_restored_database_is_gone_past(device: Device) -> None:
    device.report(boot="b", seq=1, revision=41, now=NOW)
    assert device.desired_revision == 42
    assert device.next_push_at == NOW


@pytest.mark.parametrize("seq", [4, 5])
def test_a_late_or_doubled_report_of_one_boot_changes_nothing(device: Device, seq: int) -> None:
    device.report(boot="b", seq=5, revision=1, now=NOW)
    assert not device.report(boot="b", seq=seq, revision=0, now=LATER)
    assert (device.reported_revision, device.last_seen_at) == (1, NOW)


def test_a_will_of_an_older_boot_does_not_take_a_device_off(device: Device) -> None:
    device.report(boot="old", seq=9, revision=1, now=NOW)
    device.report(boot="new", seq=1, revision=1, now=NOW)
    assert not device.leave(boot="old", on_purpose=False, now=LATER)
    assert device.presence is Presence.ONLINE


def test_a_farewell_of_a_device_that_never_spoke_is_ignored(device: Device) -> None:
    assert not device.leave(boot="b", on_purpose=True, now=NOW)
    assert device.presence is Presence.UNKNOWN


@pytest.mark.parametrize(("on_purpose", "presence"), [(True, Presence.STOPPED), (False, Presence.OFFLINE)])
def test_stopping_and_vanishing_are_told_apart(device: Device, on_purpose: bool, presence: Presence) -> None:
    device.report(boot="b", seq=1, revision=1, now=NOW)
    assert device.leave(boot="b", on_purpose=on_purpose, now=LATER)
    assert device.presence is presence


def test_the_wait_between_pushes_doubles_and_has_an_end() -> None:
    waits = [push_retry(attempts, 0.5) for attempts in range(200)]
    assert waits[:4] == [timedelta(seconds=s) for s in (3, 6, 12, 24)]
    assert waits == sorted(waits)
    assert waits[-1] == LAST_PUSH_RETRY


def test_devices_that_failed_together_do_not_come_back_together() -> None:
    assert push_retry(3, 0.0) == timedelta(seconds=18)
    assert push_retry(3, 1.0) == timedelta(seconds=30)


def test_a_will_that_follows_a_farewell_changes_nothing(device: Device) -> None:
    device.report(boot="b", seq=1, revision=1, now=NOW)
    assert device.leave(boot="b", on_purpose=True, now=NOW)
    assert not device.leave(boot="b", on_purpose=False, now=LATER)
    assert device.presence is Presence.STOPPED
