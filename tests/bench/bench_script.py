"""The reader: sentences a second, and the slowest hostile text."""

import time

from audio.script import read

_SENTENCES = (
    "UBND xã mời bà con TDP 6 dự họp lúc 19h30 ngày 12/9 tại NVH để nghe Nghị định 49/2024/NĐ-CP.",
    "Tối nay trời nhiều mây, có mưa rào và dông rải rác, bà con gia cố mái nhà, không trú dưới cây to.",
    "Giá nước sạch từ 1/10 là 8.250 đồng/m³, mọi thắc mắc gọi 0277.3850000 hoặc viết về hotro@capnuoc.vn.",
    "Trạm Y tế tiêm vắc xin sởi trẻ từ 9-18 tháng, sáng thứ 3, 5 và 7, mỗi buổi không quá 60 cháu.",
)
_HOSTILE = (
    "1", "1/", "1-", "1.", "1,", "1a", "0 ", "09 ", "1 1 ", "12/", "1/1-", "a.", "a@", "a@a.", "A", "A.",
    "I, ", "(", "(A)", "-", "%", "/", "\n", "½", "m²", "\u0301", "5h", "1x", "T2-", "29A-", "TP.", "B. ",
    "thứ 2, ", "ngày 1, ", "tháng 1, 2-", "gọi 1", "12/2020/QĐ-", "https://", "banbientap",
)  # fmt: skip
_LENGTH = 1000
_SECONDS = 0.5


def bench() -> list[tuple[str, float, str]]:
    return [
        ("reader: announcements", _sentences_per_second(), "sentences a second"),
        ("reader: slowest hostile text", max(map(_milliseconds, _HOSTILE)), "ms for 1,000 characters"),
    ]


def _sentences_per_second() -> float:
    started_at, count = time.perf_counter(), 0
    while (spent_s := time.perf_counter() - started_at) < _SECONDS:
        for sentence in _SENTENCES:
            read(sentence)
        count += len(_SENTENCES)
    return count / spent_s


def _milliseconds(seed: str) -> float:
    text = (seed * _LENGTH)[:_LENGTH]
    best = float("inf")
    for _ in range(3):
        started_at = time.perf_counter()
        read(text)
        best = min(best, time.perf_counter() - started_at)
    return best * 1000
