"""Âm lịch: the lunar calendar of Viet Nam, computed for UTC+7.

China computes the same calendar for UTC+8, so the two differ now and then: Tết of 1985, 2007 and 2030, for example.
Why it is computed here: docs/adr/0015.
The rules are those of both: a month begins on the day of the new moon; the winter solstice falls into month 11;
where thirteen months lie between two of those, the first one without a principal solar term is a leap month.

Formulas: Jean Meeus, Astronomical Algorithms, 2nd edition: chapter 49 for new moons (within seconds), chapter 25 for
the longitude of the Sun (0.01°, so a quarter of an hour). Every day of the years offered here is the same by a full
ephemeris (PyEphem 4.2.1); the test has its months for the years to come.
"""

from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from math import floor, radians, sin

from schedules import LunarDay

FIRST_YEAR, LAST_YEAR = 1968, 2053
"""From when Viet Nam computes for UTC+7, and up to when nothing hangs on less than a minute.

The new moon of 8 May 2054 comes 14 seconds after midnight, by a guess of how the Earth will turn until then.
"""

_UTC_PLUS_7 = 7 / 24
_J2000 = 2_451_545.0
_ORDINAL_OF_JULIAN_DAY_0 = -1_721_424.5  # date.toordinal() at 0 h is the Julian day plus this
_MONTH_DAYS = 29.530588861
_WINTER_SOLSTICE = 9  # sector of the Sun: 270°

_TT_MINUS_UT_S = ((1960, 33.2), (1980, 50.5), (2000, 63.8), (2020, 69.4), (2060, 80.0))
"""Measured up to 2020, then a guess."""

# Chapter 49: coefficient in days; power of E; multiples of M, M', F and Omega.
_NEW_MOON_TERMS = (
    (-0.40720, 0, 0, 1, 0, 0),
    (+0.17241, 1, 1, 0, 0, 0),
    (+0.01608, 0, 0, 2, 0, 0),
    (+0.01039, 0, 0, 0, 2, 0),
    (+0.00739, 1, -1, 1, 0, 0),
    (-0.00514, 1, 1, 1, 0, 0),
    (+0.00208, 2, 2, 0, 0, 0),
    (-0.00111, 0, 0, 1, -2, 0),
    (-0.00057, 0, 0, 1, 2, 0),
    (+0.00056, 1, 1, 2, 0, 0),
    (-0.00042, 0, 0, 3, 0, 0),
    (+0.00042, 1, 1, 0, 2, 0),
    (+0.00038, 1, 1, 0, -2, 0),
    (-0.00024, 1, -1, 2, 0, 0),
    (-0.00017, 0, 0, 0, 0, 1),
    (-0.00007, 0, 2, 1, 0, 0),
    (+0.00004, 0, 0, 2, -2, 0),
    (+0.00004, 0, 3, 0, 0, 0),
    (+0.00003, 0, 1, 1, -2, 0),
    (+0.00003, 0, 0, 2, 2, 0),
    (-0.00003, 0, 1, 1, 2, 0),
    (+0.00003, 0, -1, 1, 2, 0),
    (-0.00002, 0, -1, 1, -2, 0),
    (-0.00002, 0, 1, 3, 0, 0),
    (+0.00002, 0, 0, 4, 0, 0),
)

# Chapter 49, the planets: coefficient in days; argument in degrees, and its growth with k.
_PLANETARY_TERMS = (
    (0.000325, 299.77, 0.107408),
    (0.000165, 251.88, 0.016321),
    (0.000164, 251.83, 26.651886),
    (0.000126, 349.42, 36.412478),
    (0.000110, 84.66, 18.206239),
    (0.000062, 141.74, 53.303771),
    (0.000060, 207.14, 2.453732),
    (0.000056, 154.84, 7.306860),
    (0.000047, 34.52, 27.261239),
    (0.000042, 207.19, 0.121824),
    (0.000040, 291.34, 1.844379),
    (0.000037, 161.72, 24.198154),
    (0.000035, 239.56, 25.513099),
    (0.000023, 331.55, 3.592518),
)


def lunar_days(year: int) -> dict[date, LunarDay]:
    """Return the lunar day of every day of a solar year; `year` MUST be within FIRST_YEAR..LAST_YEAR."""
    found: dict[date, LunarDay] = {}
    for (begin, month, is_leap), (end, _, _) in pairwise(
        (*_months_from_11(year - 1), *_months_from_11(year))
    ):
        for number in range((end - begin).days):
            day = begin + timedelta(days=number)
            if day.year == year:
                found[day] = LunarDay(number + 1, month, is_leap)
    return found


@lru_cache(maxsize=8)
def _months_from_11(year: int) -> tuple[tuple[date, int, bool], ...]:
    """Return (first day, number, is leap) of the months from month 11 of a year up to month 10 of the next."""
    first, end = _index_of_month_11(year), _index_of_month_11(year + 1)
    begins = [_new_moon_day(index) for index in range(first, end + 1)]
    leap_at = _leap_place(begins) if end - first == 13 else None
    months = []
    number = 10
    for place, begin in enumerate(begins[:-1]):
        is_leap = place == leap_at
        number += not is_leap
        months.append((begin, (number - 1) % 12 + 1, is_leap))
    return tuple(months)


def _leap_place(begins: list[date]) -> int | None:
    sectors = [_sector(begin) for begin in begins]
    return next((place for place, (one, other) in enumerate(pairwise(sectors)) if one == other), None)


def _index_of_month_11(year: int) -> int:
    """Return the index of the last new moon on or before the day of the winter solstice."""
    index = floor((date(year, 12, 31).toordinal() - date(2000, 1, 6).toordinal()) / _MONTH_DAYS) + 1
    while _new_moon_day(index) > date(year, 12, 31) or _sector(_new_moon_day(index)) >= _WINTER_SOLSTICE:
        index -= 1
    return index


@lru_cache(maxsize=64)
def _new_moon_day(index: int) -> date:
    """Return the day in UTC+7 of a new moon; index 0 is that of 6 January 2000."""
    return date.fromordinal(floor(_new_moon_jd(index) + _UTC_PLUS_7 + _ORDINAL_OF_JULIAN_DAY_0))


def _new_moon_jd(index: int) -> float:
    """Return the Julian day, in universal time, of a new moon; chapter 49."""
    t = index / 1236.85
    e = 1 - 0.002516 * t - 0.0000074 * t**2
    arguments = (
        2.5534 + 29.10535670 * index - 0.0000014 * t**2 - 0.00000011 * t**3,
        201.5643 + 385.81693528 * index + 0.0107582 * t**2 + 0.00001238 * t**3 - 0.000000058 * t**4,
        160.7108 + 390.67050284 * index - 0.0016118 * t**2 - 0.00000227 * t**3 + 0.000000011 * t**4,
        124.7746 - 1.56375588 * index + 0.0020672 * t**2 + 0.00000215 * t**3,
    )
    jde = 2_451_550.09766 + _MONTH_DAYS * index + 0.00015437 * t**2 - 0.00000015 * t**3 + 0.00000000073 * t**4
    for days, power, *multiples in _NEW_MOON_TERMS:
        angle = sum(count * degrees for count, degrees in zip(multiples, arguments, strict=True))
        jde += days * e**power * sin(radians(angle))
    for days, degrees, growth in _PLANETARY_TERMS:
        jde += days * sin(radians(degrees + growth * index))
    return jde - _tt_minus_ut(jde)


def _sector(day: date) -> int:
    """Return in which twelfth of the ecliptic (0..11) the Sun stands when a day begins in UTC+7."""
    jd = day.toordinal() - _ORDINAL_OF_JULIAN_DAY_0 - _UTC_PLUS_7
    return floor(_sun_longitude(jd + _tt_minus_ut(jd)) / 30)


def _sun_longitude(jde: float) -> float:
    """Return the apparent longitude of the Sun in degrees, 0..360; chapter 25."""
    t = (jde - _J2000) / 36_525
    mean = 280.46646 + 36_000.76983 * t + 0.0003032 * t**2
    anomaly = radians(357.52911 + 35_999.05029 * t - 0.0001537 * t**2)
    centre = (
        (1.914602 - 0.004817 * t - 0.000014 * t**2) * sin(anomaly)
        + (0.019993 - 0.000101 * t) * sin(2 * anomaly)
        + 0.000289 * sin(3 * anomaly)
    )
    return (mean + centre - 0.00569 - 0.00478 * sin(radians(125.04 - 1_934.136 * t))) % 360


def _tt_minus_ut(jde: float) -> float:
    """Return in days how far terrestrial time is ahead of universal time."""
    year = 2000 + (jde - _J2000) / 365.25
    for (begin, first_s), (end, last_s) in pairwise(_TT_MINUS_UT_S):
        if year < end:
            return (first_s + (last_s - first_s) * (year - begin) / (end - begin)) / 86_400
    return _TT_MINUS_UT_S[-1][1] / 86_400
