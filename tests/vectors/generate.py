"""Writes by_reference.jsonl anew: `python -m tests.vectors.generate`. The same seeds give the same file.

The answers come from `reference`, never from `schedules`.
"""

import json
import random
from datetime import date, timedelta
from typing import Any

from tests.vectors.cases import BY_REFERENCE
from tests.vectors.reference import lines_of

CASES = 110

Plain = dict[str, Any]

# Zone, the Monday of a week in which something happens there, holidays of that week.
_WEEKS = [
    ("Asia/Ho_Chi_Minh", date(2026, 11, 16), ["2026-11-20"]),
    ("Asia/Ho_Chi_Minh", date(2026, 8, 31), ["2026-09-01", "2026-09-02"]),
    ("Asia/Ho_Chi_Minh", date(2026, 12, 28), ["2027-01-01"]),
    ("America/New_York", date(2026, 3, 2), []),
    ("America/New_York", date(2026, 10, 26), []),
    ("Europe/Paris", date(2026, 3, 23), []),
    ("Europe/Paris", date(2026, 10, 19), []),
    ("UTC", date(2028, 2, 28), []),
]
_LUNAR = [
    ["2026-02-17", 1, 30],
    ["2026-03-19", 2, 29],
    ["2026-08-13", 7, 29],
    ["2026-09-11", 8, 30],
    ["2026-10-10", 9, 30],
    ["2026-11-09", 10, 30],
    ["2026-12-09", 11, 30],
    ["2027-01-08", 12, 29],
    ["2028-02-25", 2, 30],
]
_TIMES = [
    "00:10",
    "01:30",
    "02:30",
    "05:00",
    "05:30",
    "05:35",
    "05:45",
    "11:30",
    "17:00",
    "17:10",
    "21:55",
    "23:50",
]
_HOURS = ["00:00", "04:30", "05:00", "05:30", "06:30", "11:00", "12:00", "17:00", "18:00", "21:00", "22:00"]


def cases(count: int = CASES) -> list[Plain]:
    """Return the first cases with their answers; only those in which something happens."""
    found: list[Plain] = []
    seed = 0
    while len(found) < count:
        seed += 1
        case = a_case(random.Random(seed), f"reference-{seed:03}")
        case["expected"] = lines_of(case)
        if _is_telling(case["expected"]):
            found.append(case)
    return found


def _is_telling(lines: list[str]) -> bool:
    return any(not line.endswith("whole") for line in lines) and 2 <= len(lines) <= 40


def a_case(dice: random.Random, name: str) -> Plain:
    """Return some days of rules, guard rails and items that meet; without answers."""
    zone, monday, holidays = dice.choice(_WEEKS)
    first = monday + timedelta(days=dice.choice([0, 3, 5]))
    last = first + timedelta(days=dice.choice([2, 4, 7]))
    return {
        "name": name,
        "zone": zone,
        "begin": f"{first} 00:00",
        "until": f"{last} 00:00",
        "holidays": holidays,
        "lunar": _LUNAR,
        "rails": {"guardrail": _guardrail(dice), "neighbour": dice.random() < 0.3},
        "items": _items(dice, first, is_board=dice.random() < 0.15),
    }


def _items(dice: random.Random, first: date, *, is_board: bool) -> list[Plain]:
    # Few times of day, so that items meet.
    times = dice.sample(_TIMES, 4)
    return [_item(dice, name, first, times, is_board=is_board) for name in "abcd"[: dice.randint(2, 4)]]


def _item(dice: random.Random, name: str, first: date, times: list[str], *, is_board: bool) -> Plain:
    priority = dice.choice([50, 50, 50, 60, 150, 250])
    item = {
        "id": name,
        "rule": _rule(dice, first, times),
        "minutes": dice.choice([30, 60, 90] if is_board else [3, 5, 10, 12, 15, 16, 25]),
        "priority": priority,
        "order": dice.choice([0, 0, 1]),
        "origin": dice.choice(["central", "province", "commune", "commune"]),
        "on_loss": dice.choice(["resume", "restart", "later", "skip"]),
        "window_minutes": dice.choice([0, 10, 30, 120]),
        "volume": dice.choice([40, 80, 100]),
        "text": is_board,
    }
    if priority >= 200 and dice.random() < 0.85:
        item |= {"authorised_by": "Trần Thị Bình", "cause": "lũ về"}
    return item


def _rule(dice: random.Random, first: date, times: list[str]) -> Plain:
    kind = dice.choice(
        ["daily", "daily", "weekly", "weekly", "monthly_day", "monthly_weekday", "lunar", "campaign"]
    )
    if kind == "campaign":
        return _campaign(dice, first)
    rule: Plain = {
        "kind": kind,
        "times": sorted(dice.sample(times, dice.choice([1, 1, 2]))),
        "valid_from": str(first - timedelta(days=dice.choice([0, 0, 7, 30]))),
        "holidays": dice.choice(["play", "play", "skip"]),
    }
    day = first + timedelta(days=dice.randint(0, 3))
    if dice.random() < 0.3:
        rule["except_dates"] = [str(day)]
    if dice.random() < 0.2:
        rule["moved"] = [{"from": str(day), "to": str(day + timedelta(days=1))}]
    if dice.random() < 0.2:
        rule["valid_until"] = str(day + timedelta(days=1))
    return rule | _pattern(dice, kind, day)


def _pattern(dice: random.Random, kind: str, day: date) -> Plain:
    match kind:
        case "daily":
            return {"every": dice.choice([1, 1, 2])}
        case "weekly":
            return {"days": sorted(dice.sample(range(1, 8), 4)), "every": 1}
        case "monthly_day":
            return {"day": day.day}
        case "monthly_weekday":
            return {"nth": (day.day - 1) // 7 + 1, "weekday": day.isoweekday()}
        case _:
            return {"days": sorted(dice.sample(range(1, 31), 15))}


def _campaign(dice: random.Random, first: date) -> Plain:
    begin = f"{first + timedelta(days=1)}T{dice.choice(['03:00', '10:20', '22:30'])}:00+00:00"
    until = f"{first + timedelta(days=1)}T23:59:00+00:00"
    return {
        "kind": "campaign",
        "start_at": begin,
        "until": until,
        "every_minutes": dice.choice([60, 90, 240]),
        "between": dice.choice([None, {"start": "22:00", "end": "06:00"}]),
    }


def _guardrail(dice: random.Random) -> Plain:
    limits: Plain = {
        "quiet_hours": [dice.choice([["22:00", "05:00"], ["21:00", "06:30"], ["11:00", "12:00"]])],
        "slots": [["05:00", "06:30"], [dice.choice(_HOURS[5:8]), dice.choice(_HOURS[8:])]],
        "days": sorted(dice.sample(range(1, 8), 5)),
        "sessions_per_day": dice.randint(1, 3),
        "session_minutes": dice.choice([10, 15, 20]),
        "day_minutes": dice.choice([15, 30, 60]),
        "volume_curve": [["05:00", 50], ["06:30", 90], ["21:00", 30]],
        "night_volume": 60,
        "neighbour_volume": 70,
        "emergency_volume": 90,
        "emergency_item_minutes": dice.choice([4, 15]),
        "emergency_day_minutes": dice.choice([12, 30]),
    }
    return {name: limits[name] for name in sorted(dice.sample(sorted(limits), dice.randint(2, 5)))}


def main() -> None:
    """Write the file."""
    rows = [json.dumps(case, ensure_ascii=False) for case in cases()]
    BY_REFERENCE.write_text("\n".join(rows) + "\n", "utf-8")


if __name__ == "__main__":
    main()
