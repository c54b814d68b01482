"""The reader, one rule family at a time."""

from dataclasses import FrozenInstanceError

import pytest

from audio.script import Script, Span, read


def said(text: str) -> str:
    """Return the reading without the full stop that closes it."""
    return read(text).spoken.removesuffix(".")


def rules(text: str) -> list[tuple[str, str]]:
    return [(span.source, span.rule) for span in read(text).spans]


def test_numbers_use_the_words_of_the_news() -> None:
    assert said("Quỹ còn 4.104 suất") == "quỹ còn bốn nghìn một trăm linh bốn suất"
    assert said("21 tổ, 44 ngõ, 15 em, 65 cụ, 11 cháu") == (
        "hai mươi mốt tổ, bốn mươi tư ngõ, mười lăm em, sáu mươi lăm cụ, mười một cháu"
    )


def test_every_later_group_of_a_number_has_its_hundred() -> None:
    assert said("7.003.050 đồng") == "bảy triệu không trăm linh ba nghìn không trăm năm mươi đồng"
    assert said("1.000.000.000 đồng") == "một tỷ đồng"


def test_a_comma_is_a_decimal_mark_and_a_full_stop_groups_thousands() -> None:
    assert said("tăng 4,08 điểm") == "tăng bốn phẩy không tám điểm"
    assert said("đạt 87,65%") == "đạt tám mươi bảy phẩy sáu mươi lăm phần trăm"
    assert said("1,234,567 lượt") == "một triệu hai trăm ba mươi tư nghìn năm trăm sáu mươi bảy lượt"
    assert said("vốn 1.5 tỷ") == "vốn một phẩy năm tỷ"


def test_versions_and_sections_name_the_point() -> None:
    assert said("bản 3.0, mục 7.1.2") == "bản ba chấm không, mục bảy chấm một chấm hai"


def test_a_leading_zero_of_a_count_is_silent() -> None:
    assert said("cử 03 người trong 08 ngày") == "cử ba người trong tám ngày"


def test_ordinals_have_their_own_words() -> None:
    assert said("giải thứ 1, lần thứ 4, quý 4, tổ 4") == "giải thứ nhất, lần thứ tư, quý bốn, tổ bốn"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("chiều 9/11", "chiều ngày mùng chín tháng mười một"),
        ("ngày 24.3.2027", "ngày hai mươi tư tháng ba năm hai nghìn không trăm hai mươi bảy"),
        ("từ 6-13/5", "từ ngày mùng sáu đến ngày mười ba tháng năm"),
        ("các ngày 2, 7 và 21/4", "các ngày mùng hai, mùng bảy và hai mươi mốt tháng tư"),
        ("trong hai ngày 16-17/8", "trong hai ngày mười sáu và mười bảy tháng tám"),
        ("tháng 5-6/2026", "tháng năm đến tháng sáu năm hai nghìn không trăm hai mươi sáu"),
        ("mùng 10/3 âm lịch", "mùng mười tháng ba âm lịch"),
        ("mừng lễ 30/4 - 1/5", "mừng lễ ba mươi tháng tư và mùng một tháng năm"),
        ("ở đường 3/2", "ở đường ba tháng hai"),
        ("trước 25-12", "trước ngày hai mươi lăm tháng mười hai"),
    ],
)
def test_dates(text: str, spoken: str) -> None:
    assert said(text) == spoken


def test_a_pair_with_a_slash_is_an_address_a_count_a_fraction_or_a_date() -> None:
    assert said("ngách 8/12") == "ngách tám trên mười hai"
    assert said("có 7/9 xóm") == "có bảy trên chín xóm"
    assert said("gần 2/3 dân số") == "gần hai phần ba dân số"
    assert said("sáng 8/12") == "sáng ngày mùng tám tháng mười hai"
    assert said("huyết áp 130/85") == "huyết áp một trăm ba mươi trên tám mươi lăm"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("lúc 6h15", "lúc sáu giờ mười lăm phút"),
        ("lúc 21:00", "lúc hai mươi mốt giờ"),
        ("8g45-10g", "tám giờ bốn mươi lăm phút đến mười giờ"),
        ("4:40 PM", "bốn giờ bốn mươi phút chiều"),
        ("hiệp một 45'", "hiệp một bốn mươi lăm phút"),
        ("trực 24/24h", "trực hai mươi tư trên hai mươi tư giờ"),
        ("từ T3-T5, CN nghỉ", "từ thứ ba đến thứ năm, chủ nhật nghỉ"),
        ("thứ 2, 4 và 6", "thứ hai, thứ tư và thứ sáu"),
    ],
)
def test_times_and_weekdays(text: str, spoken: str) -> None:
    assert said(text) == spoken


def test_roman_numerals_need_a_word_that_announces_them() -> None:
    assert said("khóa IX, phụ lục II, lần thứ I") == "khóa chín, phụ lục hai, lần thứ nhất"
    assert said("HÀNH VI XẤU TẠI KHU VỰC IV") == "hành vi xấu tại khu vực bốn"


def test_rates_and_units() -> None:
    assert said("9.500đ/kg, 40 km/h, 3 lần/tuần") == (
        "chín nghìn năm trăm đồng một ki lô gam, bốn mươi ki lô mét trên giờ, ba lần một tuần"
    )
    assert said("ô tô/xe máy") == "ô tô xe máy"


def test_a_dash_is_a_range_a_score_or_a_pause() -> None:
    assert said("từ 6 giờ - 8 giờ, trẻ 2-4 tuổi") == "từ sáu giờ đến tám giờ, trẻ hai đến bốn tuổi"
    assert said("đội ấp 1 thắng 4-2") == "đội ấp một thắng bốn hai"
    assert said("anh Tư - 0918.000.111") == "anh tư, không chín một tám không không không một một một"


def test_an_abbreviated_place_is_no_initial_of_a_person() -> None:
    assert said("UBND Q. 8 mời chị Lê Thị Q. đến") == "ủy ban nhân dân quận tám mời chị lê thị quy. đến"


def test_a_list_after_a_numbered_place() -> None:
    assert said("tổ 2,3,8; tổ 5+6") == "tổ hai, ba, tám, tổ năm và sáu"


def test_signs() -> None:
    assert said("gạo & muối, 2x4m, > 6 ha") == "gạo và muối, hai nhân bốn mét, trên sáu héc ta"
    assert said("≥ 60 tuổi, ≤ 9 tấn") == "từ sáu mươi tuổi trở lên, không quá chín tấn"
    assert said("đêm nay -3°C") == "đêm nay âm ba độ xê"


def test_a_document_number_names_kind_and_issuer_once() -> None:
    assert said("Chỉ thị 7/CT-TTg") == "chỉ thị bảy, thủ tướng"
    assert said("văn bản 62/2023/TT-BYT") == (
        "văn bản sáu mươi hai, năm hai nghìn không trăm hai mươi ba, thông tư, bộ y tế"
    )
    assert said("Kế hoạch số 88/KH-UBND ngày 5/5/2026 của UBND xã").endswith(
        "số tám mươi tám ngày mùng năm tháng năm năm hai nghìn không trăm hai mươi sáu của ủy ban nhân dân xã"
    )
    assert said("Luật 33/2024/QH15").endswith("quốc hội khóa mười lăm")


def test_abbreviations_depend_on_what_stands_around_them() -> None:
    assert said("BCH quân sự họp với BCH chi đoàn") == "ban chỉ huy quân sự họp với ban chấp hành chi đoàn"
    assert said("TT. Tân Hồng, P. 3, B. Lan, ĐT.845") == (
        "thị trấn tân hồng, phường ba, bà lan, đường tỉnh tám trăm bốn mươi lăm"
    )
    assert said("chợ AI cũng biết") == "chợ ây ai cũng biết"
    assert said("AI CŨNG BIẾT") == "ai cũng biết"


def test_a_bracketed_abbreviation_after_its_full_form_is_dropped() -> None:
    assert said("Mặt trận Tổ quốc (MTTQ) xã") == "mặt trận tổ quốc xã"
    assert said("Quỹ vì người nghèo (QVNN) xã") == "quỹ vì người nghèo xã"


def test_letters_and_codes() -> None:
    assert said("ông K, lớp 8A3, cúm A/H1N1, điểm d") == "ông ca, lớp tám a ba, cúm a hát một en một, điểm đê"
    assert said("dự án XPTQ") == "dự án ích pê tê quy"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("gọi 0988.111.205", "gọi không chín tám tám một một một hai không năm"),
        ("gọi +84 277 385 1000", "gọi cộng tám bốn hai bảy bảy ba tám năm một không không không"),
        ("bấm 114", "bấm một một bốn"),
        ("có 114 hộ", "có một trăm mười bốn hộ"),
        ("STK 0601 2345 6789", "số tài khoản không sáu không một hai ba bốn năm sáu bảy tám chín"),
        ("xe 66A-002.15", "xe sáu sáu a, không không hai một năm"),
        ("QL1A, Km5+200", "quốc lộ một a, ki lô mét năm cộng hai trăm"),
    ],
)
def test_digit_strings(text: str, spoken: str) -> None:
    assert said(text) == spoken


def test_web_names_are_split_and_get_their_tones() -> None:
    assert said("dongthap.gov.vn") == "đồng tháp chấm gốp chấm vê en"
    assert said("vanphong@caolanh.gov.vn") == "văn phòng a còng cao lãnh chấm gốp chấm vê en"


def test_output_is_clean_and_ends_with_a_full_stop() -> None:
    assert read("📢 Chú ý: “Lụt” – (chạy!) … hết./.").spoken == "chú ý, lụt, chạy. hết."
    assert read("  \n\u200b 🎉 ").spoken == ""


def test_silent_characters_do_not_break_words() -> None:
    assert said("UB\u200bND\u00a0xã") == "ủy ban nhân dân xã"
    assert said("𝐓𝐢𝐧 khẩn") == "tin khẩn"


def test_words_already_spelled_out_stay() -> None:
    assert said("Hai ngàn lẻ năm, mồng một, hàng tuần") == "hai ngàn lẻ năm, mồng một, hàng tuần"


def test_the_communes_own_words_win() -> None:
    own = {"TDP": "tổ dân cư", "NVH 5": "nhà văn hóa năm cô gái", "Gò Me": "gò me lớn"}
    assert read("TDP 2 họp ở NVH 5, GÒ ME", own).spoken == (
        "tổ dân cư hai họp ở nhà văn hóa năm cô gái, gò me lớn."
    )
    assert read("TDPX", {"TDP": "tổ"}).spoken != "tổ x."


def test_the_communes_own_words_obey_the_output_rules() -> None:
    assert read("ABC họp", {"ABC": "Tổ 3 (mới)"}).spoken == "tổ ba, mới họp."


def test_spans_tell_where_and_why() -> None:
    script = read("Họp lúc 7h tại KP2")
    assert script.spans == (
        Span(8, 10, "7h", "bảy giờ", "time", is_certain=True),
        Span(15, 17, "KP", "khu phố", "abbreviation", is_certain=True),
        Span(17, 18, "2", "hai", "number", is_certain=True),
    )


def test_spans_count_in_the_nfc_source() -> None:
    script = read("Đo\u0302\u0301t \u200b5 kg")
    assert script.source == "Đốt \u200b5 kg"
    assert [script.source[span.start : span.end] for span in script.spans] == ["5 kg"]


def test_a_guess_is_marked() -> None:
    assert [span.is_certain for span in read("đội PKV").spans] == [False]
    assert rules("đội PKV") == [("PKV", "spelled")]


def test_a_script_cannot_be_changed() -> None:
    script = Script("a", "a.", ())
    with pytest.raises(FrozenInstanceError):
        script.spoken = "b"  # type: ignore[misc]
