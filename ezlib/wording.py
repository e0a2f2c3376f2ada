"""How numbers, quantities, dates and chances are written, in Vietnamese and in English.

Every figure a reader sees is written here, so that the same figure reads the same in a table, on a chart and in a
headline. Numbers follow the language (1.234,5 or 1,234.5), minus is U+2212, a number never parts from its unit at the
end of a line, and a missing figure is an ellipsis, as in Vietnamese statistical yearbooks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date as Date
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
from babel.dates import format_date
from babel.numbers import format_decimal

from ezlib.catalogue import load_catalogue
from ezlib.messages import known, language, say
from ezlib.periods import CALENDAR, as_month, month_bounds

ALIKE = 0.95, 1.05  # multiples between these are called about equal

NBSP = "\u00a0"
MINUS = "\u2212"
DASH = "\u2013"
MISSING = "\u2026"

LOCALES = {"vi": "vi_VN", "en": "en_GB"}
DATES = {"vi": "d/M/y", "en": f"d{NBSP}MMMM{NBSP}y"}
SHORT_DATES = {"vi": "d/M/y", "en": f"d{NBSP}MMM{NBSP}y"}
DAYS = {"vi": "d/M", "en": f"d{NBSP}MMM"}
MONTHS = {"vi": "'tháng'\u00a0M/y", "en": f"MMMM{NBSP}y"}
AXIS_MONTHS = {"vi": "'T'M", "en": "MMM"}


# Numbers ---------------------------------------------------------------------------------------------------------


def number(x, decimals=None, lang="vi") -> str:
    """A number as the language writes it: 1.234,5 in Vietnamese, 1,234.5 in English.

    `decimals` None prints the digits the number has and no more; halves round away from zero, as in a spreadsheet.
    A missing number is an ellipsis; an infinite one raises ValueError, since no reader can use it.
    """
    if _is_missing(x):
        return MISSING
    value = _rounded(x, decimals)
    places = max(0, -value.as_tuple().exponent)
    pattern = "#,##0" + ("." + "0" * places if places else "")
    text = format_decimal(abs(value), format=pattern, locale=_locale(lang))
    return MINUS + text if value < 0 else text


# Words for thousands that a source writes when it prints few digits of a large count: 2,19 triệu lượt người.
SCALES = ((1e9, {"vi": "tỷ", "en": "billion"}), (1e6, {"vi": "triệu", "en": "million"}))
SCALES += ((1e3, {"vi": "nghìn", "en": "thousand"}),)
MOST_PRINTED = 12  # digits of a figure
COARSE, LARGE = 500, 1e5


def published(x, half_width, lang="vi") -> str:
    """A published figure with the digits it was published with: 45.6 ± 0.005 is 45,60.

    `half_width` is half a unit of the last printed digit, in the figure's own unit, as in the facts table. A large
    number of few digits is written as people write it, 2190000 ± 5000 as "2,19 triệu": zeros nobody counted are none.
    Of a figure without rounding, such as a month of a computed series, more digits than anybody prints are cut to six.
    """
    if _is_missing(half_width) or half_width <= 0:
        computed = not _is_missing(x) and len(_decimal(x).normalize().as_tuple().digits) > MOST_PRINTED
        return digits(x, 6, lang) if computed else number(x, None, lang)
    if not _is_missing(x) and half_width >= COARSE and abs(x) >= LARGE:
        scale, word = next((scale, word) for scale, word in SCALES if abs(x) >= scale)
        return published(x / scale, half_width / scale, lang) + NBSP + word[language(lang)]
    return number(x, max(0, -math.floor(math.log10(2 * half_width) + 1e-9)), lang)


def qualified(x, half_width, qualifier, lower, upper, lang="vi") -> str:
    """A published figure with the word it was published with: "trên 3.600", "khoảng 300", "5–7"."""
    ends = {"value": x, "low": lower, "high": upper}
    texts = {name: published(end, half_width, lang) for name, end in ends.items()}
    return say("figure." + (qualifier or "exactly"), lang, **texts)


def percent(x, decimals=None, lang="vi") -> str:
    """A percentage: 28 is "28 %"."""
    return number(x, decimals, lang) + ("" if _is_missing(x) else NBSP + "%")


def change(x, decimals=None, lang="vi") -> str:
    """A change in percent, always signed unless it rounds to nothing: "+33 %", "−28 %", "0 %"."""
    text = percent(x, decimals, lang)
    return "+" + text if not _is_missing(x) and _rounded(x, decimals) > 0 else text


def change_words(x, decimals=None, lang="vi") -> str:
    """A change in percent as prose: "tăng 33 %", "giảm 28 %", "không đổi"."""
    direction = _sign(x, decimals)
    return say(f"change.{direction}", lang, size=percent(abs(x), decimals, lang))


def times(x, lang="vi") -> str:
    """A multiple as prose: "gấp 7,9 lần", "7.9 times"; "xấp xỉ" near one, a share below. From 10 up no decimal."""
    if x < ALIKE[1]:
        return say("times.less" if x < ALIKE[0] else "times.alike", lang, share=percent(100 * x, 0, lang))
    return say("times", lang, number=number(x, 0 if x >= 9.95 else 1, lang))


# Estimates: never more digits than the uncertainty deserves --------------------------------------------------------


@dataclass(frozen=True)
class Estimate:
    """A median with its interval, written: three texts rounded alike, and `text`, which joins them."""

    median: str
    lower: str
    upper: str

    @property
    def interval(self) -> str:
        return self.lower + DASH + self.upper

    @property
    def text(self) -> str:
        return f"{self.median} ({self.interval})" if self.lower != self.upper else self.median


def estimate(median, lower, upper, lang="vi") -> Estimate:
    """An estimate and its 80 % interval, rounded to two digits of the interval's half-width.

    1805 in 1408–2416 is written 1.810 (1.410–2.420): the next digit would change with the seed. Where the interval
    has no width the number is exact. Decimals end with the fifth digit in all.
    """
    exponent = last_digit(median, lower, upper)
    places = max(0, -exponent)
    return Estimate(*(number(to_exponent(x, exponent), places, lang) for x in (median, lower, upper)))


EXACT = 1e-6  # relative width of a number that facts fix, but for what solving for it leaves


def amount(x, lang="vi") -> str:
    """A number that was worked out, with about three significant digits and none dropped before the point."""
    if 0 < abs(x) < 1:
        return digits(x, 3, lang)
    return number(x, 0 if abs(x) >= 100 else 1 if abs(x) >= 10 else 2, lang)


def shared_digits(x, width, lang="vi") -> str:
    """A number known within `width`, as round as half of that allows: 1834.2 within 30 is 1.830; in full if exact."""
    if width <= EXACT * abs(x):  # what solving for it leaves is no digit
        return number(float(f"{x:.10g}" if width <= 1e-9 * abs(x) else f"{x:.7g}"), None, lang)
    exponent = math.ceil(math.log10(width))
    if abs(to_exponent(x, exponent) - x) > width / 2:
        exponent -= 1
    return number(to_exponent(x, exponent), max(0, -exponent), lang)


def digits(x, significant, lang="vi") -> str:
    """A number cut to significant digits: 1196.3 to four is 1.196, 0.4567 to two is 0,46."""
    if _is_missing(x) or x == 0:
        return number(x, None, lang)
    exponent = math.floor(math.log10(abs(x))) - significant + 1
    return number(to_exponent(x, exponent), max(0, -exponent), lang)


def last_digit(median, lower, upper) -> int:
    """Exponent of the last digit kept: two digits of the half-width, and no decimals past the fifth digit in all."""
    half = (upper - lower) / 2
    if median == 0 and half == 0:
        return 0
    fifth = math.floor(math.log10(max(abs(median), half))) - 4
    if half > 1e-9 * abs(median):
        return max(math.floor(math.log10(half)) - 1, min(0, fifth))
    exact = _rounded(float(f"{median:.5g}"), None)
    return min(0, exact.as_tuple().exponent)


def to_exponent(x, exponent: int) -> float:
    """A number rounded to a digit, by its exponent: 1986 to tens (1) is 1990."""
    return float(_decimal(x).quantize(Decimal(1).scaleb(exponent), rounding=ROUND_HALF_UP))


# Units -------------------------------------------------------------------------------------------------------------


# Units that people leave for the next one at a thousand. Billions of đồng stay billions: 24.000 tỷ đồng.
LONG_NUMBER = 10_000
THOUSANDFOLD = {
    "thousand_usd": "million_usd",
    "million_usd": "billion_usd",
    "thousand_vnd": "million_vnd",
    "million_vnd": "billion_vnd",
}


def unit_name(unit, lang="vi", catalogue=None) -> str:
    """The unit as it follows a number: "triệu USD", "tỷ đồng"; empty for None."""
    if not unit:
        return ""
    return (catalogue or load_catalogue()).unit(unit).sign(lang)


def quantity(x, unit, lang="vi", decimals=None, half_width=None, catalogue=None) -> str:
    """A number with its unit: "150,83 triệu USD". Give `half_width` to print a fact as it was published."""
    text = published(x, half_width, lang) if half_width is not None else number(x, decimals, lang)
    return with_unit(text, unit, lang, catalogue)


def with_unit(text: str, unit, lang="vi", catalogue=None) -> str:
    """A number already written, and its unit, on one line: "1.810 triệu USD"."""
    name = unit_name(unit, lang, catalogue)
    return (text + NBSP + name).rstrip(NBSP).replace(" ", NBSP) if name else text


def estimate_in(median, lower, upper, unit, lang="vi") -> tuple[Estimate, str]:
    """An estimate and the id of the unit it is written in: the next larger one from ten thousand on.

    449000 million USD is written 449 (414–486), in billion_usd; 1810 stays as it is, in million_usd.
    """
    factor, unit = readable(median, unit)
    return estimate(median * factor, lower * factor, upper * factor, lang), unit


def readable(x, unit) -> tuple[float, str]:
    """The unit in which a number stays short, and the factor that takes the number there."""
    if unit in THOUSANDFOLD and abs(x) >= LONG_NUMBER:
        return 1e-3, THOUSANDFOLD[unit]
    return 1.0, unit


def aim(x, unit, lang="vi", catalogue=None) -> str:
    """A target as people say it: 9000 million USD is "9 tỷ USD", 24000 billion đồng stays "24.000 tỷ đồng".

    A larger unit is used where the language has one and it leaves at most two decimals.
    """
    if unit in THOUSANDFOLD and abs(x) >= 1000 and _rounded(x / 1000, 2) == _decimal(x) / 1000:
        return quantity(x / 1000, THOUSANDFOLD[unit], lang, catalogue=catalogue)
    return quantity(x, unit, lang, catalogue=catalogue)


def stated_aim(target, lang="vi", catalogue=None) -> str:
    """A target in the words that follow "target of": "9 tỷ USD", "không quá 9 tỷ USD", "tăng trên 10 %"."""
    grows = target.kind == "growth"
    told = percent(target.value, None, lang) if grows else aim(target.value, target.unit, lang, catalogue)
    if target.comparator in (">", "<=", "<") or grows:
        told = say(f"compare.{target.comparator}", lang, value=told)
    return say("aim.growth", lang, aim=told) if grows else told


def aim_to_reach(target, lang="vi", catalogue=None) -> str:
    """A target in the words that follow "reach": its amount, or else "mục tiêu không quá 9 tỷ USD"."""
    told = stated_aim(target, lang, catalogue)
    return say("aim.target", lang, aim=told) if target.is_limit or target.kind == "growth" else told


# Dates -------------------------------------------------------------------------------------------------------------


def date(day, lang="vi") -> str:
    """A day: 31/5/2025 or 31 May 2025."""
    return format_date(pd.Timestamp(day).date(), DATES[language(lang)], locale=_locale(lang))


def days(start, end, lang="vi") -> str:
    """A stretch of days: "16/4–15/5", with years when it crosses one."""
    start, end = pd.Timestamp(start).date(), pd.Timestamp(end).date()
    if start.year != end.year:
        return date(start, lang) + DASH + date(end, lang)
    pattern = DAYS[language(lang)]
    return DASH.join(format_date(day, pattern, locale=_locale(lang)) for day in (start, end))


def stretch(start, end, lang="vi") -> str:
    """A stretch of days with its year, briefly: "16/4–15/5/2025"; "năm 2024" when it is one whole calendar year."""
    start, end = pd.Timestamp(start).date(), pd.Timestamp(end).date()
    if (start.day, start.month, end.day, end.month) == (1, 1, 31, 12):
        return say("year", lang, year=str(end.year) if start.year == end.year else f"{start.year}{DASH}{end.year}")
    if start == end:
        return format_date(end, SHORT_DATES[language(lang)], locale=_locale(lang))
    first = DAYS if start.year == end.year else SHORT_DATES
    patterns = (first[language(lang)], SHORT_DATES[language(lang)])
    return DASH.join(
        format_date(day, pattern, locale=_locale(lang)) for day, pattern in zip((start, end), patterns, strict=True)
    )


def month_stretch(first, last, lang="vi") -> str:
    """Several months: "tháng 6–12/2024", or both in full when they lie in two years."""
    first, last = as_month(first), as_month(last)
    if first == last:
        return month(first, lang)
    if first.year != last.year:
        return f"{month(first, lang)}{DASH}{month(last, lang)}"
    if lang == "vi":
        return f"tháng{NBSP}{first.month}{DASH}{last.month}/{last.year}"
    return format_date(Date(first.year, first.month, 1), "MMMM", locale=_locale(lang)) + DASH + month(last, lang)


def month(value, lang="vi") -> str:
    """A month: "tháng 5/2025" or "May 2025"."""
    return _format_month(value, MONTHS, lang)


def axis_month(value, lang="vi") -> str:
    """A month under a chart: "T5" or "May"."""
    return _format_month(value, AXIS_MONTHS, lang)


def reporting_month(value, calendar=CALENDAR, lang="vi") -> str:
    """A reporting month, with its days when it is not the calendar month: "tháng 5/2025 (16/4–15/5)"."""
    if calendar.start_day == 1:
        return month(value, lang)
    return f"{month(value, lang)} ({days(*month_bounds(as_month(value), calendar), lang)})"


def _format_month(value, patterns, lang) -> str:
    period = as_month(value)
    return format_date(Date(period.year, period.month, 1), patterns[language(lang)], locale=_locale(lang))


# Probabilities and verdicts ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What a target's chance is called: `word` stands alone in a table, `phrase` follows the target in a sentence."""

    below: float
    word: dict[str, str]
    phrase: dict[str, str]


# A band holds the probabilities from the row above up to, but not including, `below`.
VERDICTS = {
    "impossible": Verdict(
        0.01,
        {"vi": "gần như không thể", "en": "virtually impossible"},
        {"vi": "gần như không thể đạt", "en": "is all but out of reach"},
    ),
    "very_unlikely": Verdict(
        0.10,
        {"vi": "rất khó", "en": "very unlikely"},
        {"vi": "rất khó đạt", "en": "is very unlikely to be reached"},
    ),
    "unlikely": Verdict(
        0.33,
        {"vi": "khó", "en": "unlikely"},
        {"vi": "khó đạt", "en": "is unlikely to be reached"},
    ),
    "even": Verdict(
        0.67,
        {"vi": "chưa rõ đạt hay không", "en": "uncertain"},
        {"vi": "chưa rõ có đạt hay không", "en": "may or may not be reached"},
    ),
    "likely": Verdict(
        0.90,
        {"vi": "có khả năng", "en": "likely"},
        {"vi": "có khả năng đạt", "en": "is likely to be reached"},
    ),
    "very_likely": Verdict(
        0.99,
        {"vi": "rất có khả năng", "en": "very likely"},
        {"vi": "rất có khả năng đạt", "en": "is very likely to be reached"},
    ),
    "certain": Verdict(
        math.inf,
        {"vi": "gần như chắc chắn", "en": "virtually certain"},
        {"vi": "gần như chắc chắn đạt", "en": "is all but certain to be reached"},
    ),
}

# Once facts decide a target there is no probability, only what happened.
OUTCOMES = {
    "reached": Verdict(math.nan, {"vi": "đã đạt", "en": "reached"}, {"vi": "đã đạt", "en": "has been reached"}),
    "missed": Verdict(math.nan, {"vi": "không đạt", "en": "missed"}, {"vi": "không đạt", "en": "was missed"}),
    "conflict": Verdict(
        math.nan,
        {"vi": "số liệu mâu thuẫn", "en": "figures conflict"},
        {"vi": "chưa thể kết luận vì số liệu mâu thuẫn", "en": "cannot be settled, since figures conflict"},
    ),
}


def probability(p, lang="vi") -> str:
    """A probability in whole percent, never 0 or 100: below 0.01 it is "< 1 %", above 0.99 "> 99 %"."""
    if _is_missing(p):
        return MISSING
    if not 0 <= p <= 1:
        raise ValueError(f"A probability lies between 0 and 1, got {p!r}. A percentage has to be divided by 100.")
    if p < 0.01:
        return f"<{NBSP}1{NBSP}%"
    if p > 0.99:
        return f">{NBSP}99{NBSP}%"
    return percent(100 * p, 0, lang)


def probability_words(p, lang="vi") -> str:
    """The same as prose: "dưới 1 %", "trên 99 %" at the ends."""
    if _is_missing(p) or 0.01 <= p <= 0.99:
        return probability(p, lang)
    return say("probability.below" if p < 0.01 else "probability.above", lang)


def printed_points(p) -> float:
    """A probability as printed, in percent, for differences between printed ones: the ends count as 0 and 100."""
    return p if _is_missing(p) else 0.0 if p < 0.01 else 100.0 if p > 0.99 else to_exponent(100 * p, 0)


def verdict_key(p, state="open") -> str:
    """The band a probability falls in ("very_unlikely"), or the outcome itself once facts have decided."""
    if state != "open":
        return known(state, OUTCOMES, "outcome")
    if _is_missing(p) or not 0 <= p <= 1:
        raise ValueError(f"A probability lies between 0 and 1, got {p!r}.")
    return next(key for key, band in VERDICTS.items() if p < band.below)


def verdict(key: str, lang="vi") -> str:
    """The word for a verdict in a table: "rất khó", "đã đạt"."""
    return (VERDICTS | OUTCOMES)[known(key, VERDICTS | OUTCOMES, "verdict")].word[language(lang)]


def verdict_phrase(key: str, lang="vi") -> str:
    """The words for a verdict after the name of a target: "mục tiêu 9 tỷ USD" + "rất khó đạt"."""
    return (VERDICTS | OUTCOMES)[known(key, VERDICTS | OUTCOMES, "verdict")].phrase[language(lang)]


# Words of status, shown beside months and under charts
STATUS = {
    "reported": {"vi": "đã công bố", "en": "published"},
    "derived": {"vi": "suy ra từ số đã công bố", "en": "derived from published figures"},
    "estimated": {"vi": "ước lượng", "en": "estimated"},
    "forecast": {"vi": "dự báo", "en": "forecast"},
}


def plain(text: str) -> str:
    """The text with ordinary spaces and minus signs, for a console, a CSV cell or a comparison."""
    return text.replace(NBSP, " ").replace(MINUS, "-")


# Helpers -------------------------------------------------------------------------------------------------------------


def _locale(lang: str) -> str:
    return LOCALES[language(lang)]


def _is_missing(x) -> bool:
    return bool(pd.isna(x))


def _decimal(x) -> Decimal:
    if isinstance(x, Decimal):
        return x
    if not math.isfinite(x):
        raise ValueError(f"{x!r} cannot be written as a number.")
    return Decimal(repr(int(x) if float(x).is_integer() else float(x)))


def _rounded(x, decimals) -> Decimal:
    value = _decimal(x)
    if decimals is not None:
        value = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return abs(value) if value == 0 else value


def _sign(x, decimals) -> str:
    value = _rounded(x, decimals)
    return "up" if value > 0 else "down" if value < 0 else "same"
