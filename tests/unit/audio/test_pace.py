"""The estimate beside what the voices really take."""

from pathlib import Path

import pytest

from audio import Pace, Studio, VoiceLadder, estimate_ms, read
from audio.adapters.espeak_voice import EspeakSettings, EspeakVoice
from audio.adapters.ffmpeg import FfmpegSound
from audio.adapters.pydub_mixer import PydubMixer

TEXTS = [
    "Kính mời bà con nhân dân trong phường chú ý nghe thông báo.",
    "Sáng thứ bảy, ngày 15/8/2026, từ 7h30 đến 11h00, trạm y tế phường tiêm chủng cho trẻ dưới 5 tuổi.",
    "Đề nghị các hộ gia đình nộp tiền điện, tiền nước, phí vệ sinh tháng 9 trước ngày 25. Xin cảm ơn.",
    (
        "Mực nước sông lên nhanh, trên báo động 2 là 0,35 m. Bà con ở vùng trũng thấp di dời ngay. "
        "Số điện thoại trực ban: 0912 345 678. Không vớt củi, không qua ngầm tràn."
    ),
    (
        "Ủy ban nhân dân phường thông báo lịch tổng vệ sinh môi trường. Mỗi hộ cử một người tham gia, "
        "mang theo chổi, xẻng, găng tay. Tập trung tại nhà văn hóa tổ dân phố lúc 6 giờ 30 phút sáng chủ nhật. "
        "Đề nghị các tổ trưởng đôn đốc, kiểm tra và báo cáo kết quả trước 17 giờ cùng ngày."
    ),
]
SETTINGS = [
    EspeakSettings(),
    EspeakSettings(speed=110),
    EspeakSettings(speed=200),
    EspeakSettings(voice="vi-vn-x-central"),
    EspeakSettings(voice="vi-vn-x-south"),
]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda each: f"{each.voice} {each.speed}")
def test_the_estimate_is_within_a_tenth_of_the_real_length(tmp_path: Path, settings: EspeakSettings) -> None:
    for text in TEXTS:
        script = read(text).spoken
        EspeakVoice(settings).speak(script, out=tmp_path / "voice.wav", deadline_s=20)
        real_ms = FfmpegSound().probe(tmp_path / "voice.wav").duration_ms
        assert estimate_ms(script, settings.pace) == pytest.approx(real_ms, rel=0.1)


def test_a_recording_is_estimated_with_its_chime(tmp_path: Path) -> None:
    sound, settings = FfmpegSound(), EspeakSettings(speed=200)
    ladder = VoiceLadder([EspeakVoice(settings)], sound=sound)
    studio = Studio(ladder=ladder, mixer=PydubMixer(), sound=sound, work_folder=tmp_path)
    estimated_ms = studio.estimate_ms(TEXTS[1], pace=settings.pace)
    assert estimated_ms == pytest.approx(studio.announce(TEXTS[1], out=tmp_path / "out").duration_ms, rel=0.1)


def test_nothing_takes_no_time() -> None:
    assert estimate_ms("", Pace(250, 300, 300, 400)) == 0
