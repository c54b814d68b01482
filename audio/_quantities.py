"""Counts with their units, rates, sizes, fractions, scores, versions and house numbers."""

import re

from audio import _numbers as numbers
from audio._abbreviations import say_code
from audio._dates import is_dated, read_short_date
from audio._dictionary import DICTIONARY
from audio._page import Page, Reading

_TIGHT = frozenset(("s", "p", "k", "K", "Đ", "đ", "°", "$", "'", "’", "bar", "ph"))
_ordered = sorted(DICTIONARY.units, key=len, reverse=True)
_UNIT = re.compile(f"(?: ?)({'|'.join(map(re.escape, _ordered))})(?![^\\W_])")
_CAPITAL_UNITS = {
    unit.upper(): unit for unit in ("km", "kg", "ha", "cm", "mm", "m", "m2", "m3", "m²", "m³", "km2")
}
_CAPITAL_UNIT = re.compile(r" ?(KM2|KM|KG|HA|CM|MM|M2|M3|M²|M³|M)(?![^\W_])")
_PER = re.compile(r" ?/ ?([^\W\d_]{1,8}[²³23]?)(?![^\W_])")
_BROKEN = re.compile(r"(\d{1,3})(m|tr|kg|km|k)(\d{1,3})(?![^\W_]|[.,]\d)")
_SIZE = re.compile(r" ?[x×X] ?(?=\d)")
_POINTED = re.compile(r"\d{1,4}(?:\.\d{1,3}){1,4}(?![\d]|,\d)")
_DECIMAL_POINT = re.compile(r"(\d{1,4})\.(\d{1,2})(?![\d.]\d|\d)")
_SLASHED = re.compile(
    r"(\d{1,5}[A-Za-zĐđ]?)/(\d{1,5}[A-Za-zĐđ]?)((?:/\d{1,4}[A-Za-zĐđ]?){0,3})(?![^\W_]|/\d)"
)
_SCORE = re.compile(r"(\d{1,2}) ?[-–:] ?(\d{1,2})(?![\d/.,:]\d|\d|[%°])")
_LISTED = re.compile(r"\d{1,3}[A-Z]?(?:, ?\d{1,3}[A-Z]?(?!\d)){1,8}(?![.,]?\d)")

_SECTIONS = frozenset(
    "bản điều mục khoản chương phần nghiệp hệ đại tiết version bảng hình phụ android ios".split()
)
_ADDRESS = frozenset("ngõ ngách hẻm kiệt số lớp nhà tổ".split())
_RATIOS = frozenset("lực hạng áp hoạch lệ đồ thứ".split())
_PARTS = frozenset(
    "số dân tổng diện lượng thời quãng chiều khối kinh mức giá nhu quân thu ngân doanh vốn sản chặng đoạn dung thể "
    "muỗng thìa chén viên ly cốc bát quả cả cư nguồn công chi phần toàn trong thành đại hành thế".split()
)
_APPROXIMATE = frozenset("hơn quá gần chiếm giảm tăng khoảng còn nhất đủ thiểu bằng".split())
COUNTED = frozenset(
    "hộ tổ thôn phiếu điểm phường tuyến ấp bản buôn xã người tiêu chỉ nhà khu hội em cháu trường chi đảng ủy cụm loa camera "
    "trạm ca mẫu dự lớp bài câu ý cử đơn cơ gia huyện tỉnh quận xóm làng đội môn thí vận xe máy giường liều ngày đồng vị suất "
    "căn phòng nhóm nội nhiệm mục hồ vụ thủ km cây con hạng cán giáo đoàn tdp kp htx clb hs hợp doanh cuộc bộ cặp chốt hẻm ngõ "
    "chợ nhân học cá tháng tuần buổi quyển thành tập thửa công trẻ đại biểu mô sản phẩm xã trang thiết hố cột lô".split()
)
_SCORING = frozenset(("thắng", "thua", "hòa", "tỷ", "dẫn"))
_LISTING = frozenset("tổ thôn ấp xóm đội phố lớp tầng khu quận phường cụm số bàn".split())
PER_NOUNS = frozenset(
    "người năm tháng ngày tuần quý giờ phút giây hộ suất lần con cây công sào mẫu tạ tấn lít mét khẩu em cháu trẻ học lượt ca xe chiếc cái thẻ vé hồ đợt khóa môn lớp buổi đêm phòng căn số bộ bao gói thùng chai kỳ vụ đơn đầu gia thửa trường bàn chỗ tổ thôn xã phường vị kg km ha lao sản gốc bình cuốn quyển trận nhà cặp tiết ki".split()
)


def read_quantity(page: Page, pos: int) -> Reading | None:
    """Read a number with the unit, the size or the rate that follows it."""
    text = page.text
    if (broken := _BROKEN.match(text, pos)) and (broken[2] + broken[3] not in DICTIONARY.units):
        unit = DICTIONARY.units[broken[2]][0]
        return Reading(
            broken.end(),
            f"{numbers.cardinal(int(broken[1]))} {unit} {numbers.cardinal(int(broken[3]))}",
            "number",
        )
    parsed = _number(page, pos)
    if parsed is None:
        return None
    end, spoken = parsed
    if not page.char(end).isspace() or page.char(end + 1) != "\n":
        end, spoken = with_unit(page, end, spoken)
    if size := _SIZE.match(text, end):
        return Reading(size.end(), spoken + " nhân", "number")
    if page.trail[-1] in ("thứ",) and spoken in ("một", "bốn"):
        spoken = "nhất" if spoken == "một" else "tư"
    return Reading(end, spoken, "number")


def _number(page: Page, pos: int) -> tuple[int, str] | None:
    """Read the bare number at `pos`; a full stop inside is a decimal mark only before a quantity."""
    text = page.text
    pointed = _POINTED.match(text, pos)
    if pointed is None or numbers.GROUPED.match(text, pos):
        return numbers.number_at(text, pos)
    decimal = _DECIMAL_POINT.match(text, pos)
    is_section = page.has_said(_SECTIONS, 2)
    if decimal and not is_section and _is_measured(page, decimal.end()):
        return decimal.end(), f"{numbers.whole(decimal[1])} phẩy {numbers.fraction(decimal[2])}"
    if text[pos] == "0" and not decimal:
        return pointed.end(), numbers.digits(pointed[0])
    return pointed.end(), " chấm ".join(map(numbers.whole, pointed[0].split(".")))


def _is_measured(page: Page, end: int) -> bool:
    if _UNIT.match(page.text, end):
        return True
    follows = page.next_word(end)
    return follows in PER_NOUNS or follows in (
        "triệu",
        "tỷ",
        "tỉ",
        "nghìn",
        "ngàn",
        "trăm",
        "điểm",
        "độ",
        "đô",
        "phần",
    )


def with_unit(page: Page, end: int, spoken: str) -> tuple[int, str]:
    """Add the unit at `end`, and what it is counted per."""
    found = _unit_at(page, end)
    if found is None:
        return end, spoken
    end, words, kind = found
    if kind == "scale":
        spoken = f"{spoken} {words}"
        end = _skip_scale_dot(page, end)
        money = _unit_at(page, end)
        if money is None or money[2] != "money":
            return _with_rates(page, end, spoken, "money")
        end, words, kind = money
    return _with_rates(page, end, f"{spoken} {words}", kind)


def _unit_at(page: Page, pos: int) -> tuple[int, str, str] | None:
    char = page.char(pos)
    if match := _UNIT.match(page.text, pos):
        if (
            char == " "
            and match[1] in _TIGHT
            and not (match[1] == "đ" and page.char(match.end()) in ("", "/", ",", ".", ")"))
        ):
            return None
        return match.end(), *DICTIONARY.units[match[1]]
    if match := _CAPITAL_UNIT.match(page.text, pos):
        return match.end(), *DICTIONARY.units[_CAPITAL_UNITS[match[1]]]
    return None


def _skip_scale_dot(page: Page, end: int) -> int:
    is_short = page.char(end) == "." and (page.char(end + 2).islower() or page.char(end + 1) == "/")
    return end + 1 if is_short else end


def _with_rates(page: Page, end: int, spoken: str, kind: str) -> tuple[int, str]:
    for _ in range(3):
        match = _PER.match(page.text, end)
        if match is None:
            break
        word = per_word(match[1])
        if word is None:
            break
        is_physical = kind == "measure" and (match[1] in DICTIONARY.units or match[1] in ("h", "giờ", "phút"))
        spoken, end = f"{spoken} {'trên' if is_physical else 'một'} {word}", match.end()
    return end, spoken


def per_word(written: str) -> str | None:
    """Return how the noun or unit after a rate's slash is said, or None when the slash is no rate."""
    if written == "h":
        return "giờ"
    if written in DICTIONARY.units:
        return DICTIONARY.units[written][0]
    return written.lower() if written.lower() in PER_NOUNS else None


def read_slashed(page: Page, pos: int) -> Reading | None:
    """Tell apart addresses, ratios, dates, fractions and counts out of a total; read the one it is."""
    match = _SLASHED.match(page.text, pos)
    if match is None:
        return None
    said, follows = page.trail[-1], page.next_word(match.end())
    is_plain = match[1].isdigit() and match[2].isdigit()
    if not is_plain or match[3] or said in _ADDRESS or said in _RATIOS or _is_nested_address(page):
        return Reading(match.end(), _over(match), "ratio")
    over, under = int(match[1]), int(match[2])
    date = read_short_date(page, pos)
    if date is not None and is_dated(page):
        return date
    if follows in _PARTS and over < under and not (follows in COUNTED and under > 10):
        return Reading(match.end(), _part(over, under), "fraction")
    if page.has_said(_APPROXIMATE, 2) and (under in range(2, 6) or follows not in COUNTED) and over < under:
        return Reading(match.end(), _part(over, under), "fraction", date is None)
    if follows in COUNTED and not (date is not None and said in ("từ", "nay", "trước", "hạn")):
        return Reading(match.end(), _over(match), "ratio")
    if date is not None:
        return Reading(date.end, date.spoken, "date", said in ("từ", "đến", "trước", "sau", "là"))
    return Reading(match.end(), _over(match), "ratio")


def _is_nested_address(page: Page) -> bool:
    return page.has_said(("ngõ", "ngách", "hẻm", "kiệt"), 3) and page.trail[-1] in (
        ",",
        "và",
        "#ratio",
        "#number",
    )


def _part(over: int, under: int) -> str:
    below = "tư" if under == 4 else numbers.cardinal(under)
    return f"{numbers.cardinal(over)} phần {below}"


def _over(match: re.Match[str]) -> str:
    return " trên ".join(
        say_code(part) if len(part) < 3 or not part.isdigit() else numbers.whole(part)
        for part in match[0].split("/")
    )


def read_score(page: Page, pos: int) -> Reading | None:
    """Read the result of a match: thắng 3-1."""
    if not page.has_said(_SCORING, 6):
        return None
    match = _SCORE.match(page.text, pos)
    if match is None or page.next_word(match.end()) in ("triệu", "tỷ", "điểm", "phút", "người"):
        return None
    return Reading(match.end(), f"{numbers.whole(match[1])} {numbers.whole(match[2])}", "score")


def read_listed(page: Page, pos: int) -> Reading | None:
    """Read 3,4,5 after `tổ` and the like as a list, not as a decimal."""
    if page.trail[-1] not in _LISTING:
        return None
    match = _LISTED.match(page.text, pos)
    if match is None or " " in match[0]:
        return None
    return Reading(match.end(), ", ".join(map(say_code, match[0].split(","))), "number")
