"""Review with real processes: who may decide, and how fast a notice that was taken back is gone."""

from datetime import UTC, datetime

import pytest

from controller.demo.api import Api, ApiRefusalError
from tests.fixtures.whole_system import WholeSystem

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]
AT_ONCE_S = 5.0
LONG_TEXT = "Đề nghị bà con chú ý theo dõi thông báo sau đây. " * 12
REASON = "Sai địa điểm, sẽ phát bản khác"


@pytest.mark.scenario("S-133")
def test_a_withdrawn_notice_is_silent_and_blank_within_five_seconds_and_its_author_reads_why(
    shared_system: WholeSystem,
) -> None:
    system = shared_system
    notice = system.approved_notice(text=LONG_TEXT)
    broadcast = system.schedule(notice, lead_s=4, board_s=90)
    system.until(
        lambda: all(one["state"] == "playing" for one in system.airings(broadcast)), "all are on air"
    )
    asked_at = datetime.now(UTC)
    system.approver.post(f"/notices/{notice['id']}/withdraw", reason=REASON)
    airings = system.finished(broadcast)
    assert len(airings) == 3
    for airing in airings:
        assert (airing["state"], airing["reason"]) == ("preempted", "withdrawn")
        late_s = (datetime.fromisoformat(airing["ended_at"]) - asked_at).total_seconds()
        assert late_s < AT_ONCE_S, f"{airing['device_id']} went on for {late_s:.1f} s"
    for speaker in system.speakers:
        heard = system.heard_ms(speaker)
        system.until(lambda: (datetime.now(UTC) - asked_at).total_seconds() > AT_ONCE_S, "five seconds pass")
        assert system.heard_ms(speaker) == heard, "nothing more left the sound card"
    read = system.official.get(f"/notices/{notice['id']}")
    assert (read["state"], read["reason"], read["approved_version"]) == ("withdrawn", REASON, None)
    trail = system.official.get(f"/trail?subject=notice:{notice['id']}")
    assert REASON in next(one["detail"] for one in trail if one["action"] == "withdraw")


@pytest.mark.scenario("S-133")
def test_an_approver_cannot_approve_what_they_wrote(shared_system: WholeSystem) -> None:
    system = shared_system
    me = system.approver.get("/me")
    invited = system.administrator.post(
        "/users",
        username="vua-viet-vua-duyet",
        display_name="Vừa viết vừa duyệt",
        grants=[{"area_id": system.commune, "role": role} for role in ("editor", "approver")],
    )
    both = Api(system.stage.place.url).signed_in(invited["invitation"], "mot mat khau dai")
    notice = both.post("/notices", area_id=system.commune, title="Của tôi", text="UBND xã xin thông báo.")
    both.post(f"/notices/{notice['id']}/submit")
    system.until(
        lambda: both.get(f"/notices/{notice['id']}")["sound"]["state"] == "ready", "the sound is made"
    )
    with pytest.raises(ApiRefusalError, match="403 own_notice"):
        both.post(f"/notices/{notice['id']}/approve")
    assert both.get("/review/notices") == []
    assert notice["id"] in [one["id"] for one in system.approver.get("/review/notices")]
    decided = system.approver.post(f"/notices/{notice['id']}/approve")
    assert (decided["state"], decided["decided_by"]) == ("approved", me["id"])
