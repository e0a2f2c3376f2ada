"""The likeliest slip behind figures that cannot all be true: one of them changed, and they agree."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ezlib.claims import EITHER, FORMULAS, ROUNDED, Check, Claim, Figure, Reading, sum_bounds


@dataclass(frozen=True)
class Suspect:
    """One figure suspected of a slip: with another value a contradiction ends.

    `fit` is the distance from what the other figures give, as a share of it (None where they give only a limit);
    `repairs` and `breaks` count the other contradictions that end or arise with it.
    """

    figure: Figure
    new: float
    half_width: float
    slip: str
    fit: float | None
    repairs: int = 0
    breaks: int = 0

    def __str__(self) -> str:
        return f"{self.figure.fact} {self.figure.field}: {self.figure.value:.12g} -> {self.new:.12g}"

    @property
    def fact_id(self) -> str:
        return self.figure.fact

    @property
    def field(self) -> str:
        """The column of the fact that would change: value, change1 or change2."""
        return self.figure.field

    @property
    def printed(self) -> float:
        return self.figure.value / self.figure.scale

    @property
    def value(self) -> float:
        """The value that the column should have, in the fact's own unit."""
        return self.new / self.figure.scale


# From the slip that needs least explanation to none at all.
SLIPS = {
    "truncated": ("bị cắt bớt thay vì làm tròn", "cut off, not rounded"),
    "times": ("số lần ghi thành phần trăm", "a number of times written as a percentage"),
    "ratio": ("nhầm giữa “bằng” và “tăng, giảm”", "“equal to” taken for “up” or “down”, or the reverse"),
    "shift": ("lệch dấu phẩy hoặc đơn vị", "a slip of the decimal point or the unit"),
    "sign": ("nhầm tăng với giảm", "an increase taken for a decrease or the reverse"),
    "swap": ("hai chữ số đổi chỗ", "two digits changed places"),
    "digit": ("gõ sai một chữ số", "one wrong digit"),
    "other": ("theo các số còn lại", "by the other figures"),
}


# A slip of the pen is believed only where it explains no more than it must, or it would explain anything. Where the
# other figures give a value: the most that the interval they leave may span, as high / low, and for wrong digits in
# units of the last place. Where they give a limit only: how many times beyond it the figure must be.
ROOM = {"times": 1.2, "ratio": 1.2, "sign": 1.2, "shift": 1.5}
ROOM_DIGITS = 20
BEYOND = {"times": 3.0, "ratio": 1.5, "shift": 3.0}


class SlipFinder:
    """Finds for a broken check the single figures whose change would mend it, the likeliest first."""

    def __init__(self, checks: Iterable[Check]):
        self.by_figure = defaultdict(list)
        self.held = {}
        for check in checks:
            self.held[check] = check.holds(EITHER)
            for figure in {figure for claim in check.claims for figure in claim.figures}:
                self.by_figure[figure].append(check)

    def __call__(self, check: Check) -> list[Suspect]:
        found = []
        # What even cut-off figures do not explain is mended within their leeway.
        reading = ROUNDED if check.holds(EITHER) else EITHER
        for claim in check.claims:
            for figure in claim.figures:
                if (needed := _needed(check, claim, figure, reading)) is not None:
                    found += [self._weighed(slip, check) for slip in _slips(figure, needed)]
        best = {}
        for suspect in sorted(found, key=_rank):
            best.setdefault(suspect.figure, suspect)
        return _telling(list(best.values()), check)

    def _weighed(self, suspect: Suspect, mended: Check) -> Suspect:
        figure = suspect.figure
        mended_figure = replace(figure, value=suspect.new, half_width=suspect.half_width, words=None)
        instead = {figure: mended_figure.bounds(EITHER)}
        others = [check for check in self.by_figure[figure] if check is not mended]
        after = {check: check.holds(EITHER, instead) for check in others}
        repairs = sum(after[check] and not self.held[check] for check in others)
        breaks = sum(self.held[check] and not after[check] for check in others)
        return replace(suspect, repairs=repairs, breaks=breaks)


def _rank(suspect: Suspect) -> tuple:
    """Nothing else broken, most mended, simplest slip, best fit, smallest move."""
    figure, slip = suspect.figure, list(SLIPS).index(suspect.slip)
    move = abs(math.log(_ratio(figure, suspect.new) / _ratio(figure, figure.value)))
    return suspect.breaks, -suspect.repairs, slip, int(20 * (suspect.fit or 0.0)), move


def _telling(suspects: list[Suspect], check: Check) -> list[Suspect]:
    """The suspects worth telling: under a mere limit the best alone, and of two equal sides of a pair neither."""
    if check.relation == "<=":
        return [suspect for suspect in suspects[:1] if not suspect.breaks]
    of_facts = {suspect.fact_id: suspect for suspect in reversed(suspects)}
    if len(check.left) == len(check.right) == 1 and len(of_facts) == 2:
        first, second = of_facts.values()
        if first.slip == second.slip == "other" and (first.breaks, first.repairs) == (second.breaks, second.repairs):
            return []
    return suspects


def _ratio(figure: Figure, value: float) -> float:
    """A figure on the scale on which slips are judged: a change as the ratio that it stands for."""
    return max(abs(100 + value if figure.kind == "change" else value), 1e-12)


@dataclass(frozen=True)
class _Needed:
    """What the other figures of a check leave for one figure: an interval, and the value they give as printed."""

    low: float
    high: float
    point: float

    def reaches(self, value: float, half: float) -> bool:
        return self.low <= value + half and value - half <= self.high

    def believes(self, slip: str, figure: Figure) -> bool:
        """Whether a slip of this kind would not explain just anything."""
        if slip in ("truncated", "other"):
            return math.isfinite(self.point)
        if not math.isfinite(self.point):
            printed, limits = _ratio(figure, figure.value), (_ratio(figure, self.low), _ratio(figure, self.high))
            return max(limits[0] / printed, printed / limits[1]) > BEYOND.get(slip, math.inf)
        if slip in ROOM:
            return _ratio(figure, self.high) <= ROOM[slip] * _ratio(figure, self.low)
        return self.high - self.low <= ROOM_DIGITS * 2 * figure.half_width


def _needed(check: Check, claim: Claim, figure: Figure, reading: Reading) -> _Needed | None:
    if sum(figure in other.figures for other in check.claims) > 1:
        return None
    on_left = any(other is claim for _, other in check.left)
    own, opposite = (check.left, check.right) if on_left else (check.right, check.left)
    sign = next(sign for sign, other in own if other is claim)
    others = tuple((s, other) for s, other in own if other is not claim)
    (far_low, far_high), (near_low, near_high) = sum_bounds(opposite, reading), sum_bounds(others, reading)
    low, high = far_low - near_high, far_high - near_low
    if check.relation == "<=":
        low, high = (-math.inf, high) if on_left else (low, math.inf)
    low, high = (low, high) if sign > 0 else (-high, -low)
    point = sign * (sum(s * c.value() for s, c in opposite) - sum(s * c.value() for s, c in others))
    return _solved(claim, figure, reading, low, high, point if check.relation == "=" else math.nan)


def _solved(claim: Claim, figure: Figure, reading: Reading, low: float, high: float, point: float) -> _Needed | None:
    """The interval of a figure, given the interval that its claim must lie in."""
    formula = FORMULAS[claim.how]
    if claim.how != "stated":
        low, point = max(low, 0.0), max(point, 0.0)
        if high < low:
            return None
    if figure is claim.level:
        back, other = formula.level, claim.link
    else:
        back, other = formula.link, claim.level
    spread = (math.nan,) if other is None else other.bounds(reading)
    ends = [back(target, end) for target in (low, high) for end in spread]
    return _Needed(min(ends), max(ends), back(point, math.nan if other is None else other.value))


def _slips(figure: Figure, needed: _Needed) -> Iterator[Suspect]:
    """For every kind of slip the value nearest to what the other figures give."""
    for slip, candidates in _candidates(figure, needed):
        fitting = [(value, half) for value, half in candidates if needed.reaches(value, half)]
        if not fitting or not needed.believes(slip, figure):
            continue
        if not math.isfinite(needed.point):
            yield Suspect(figure, *fitting[0], slip, None)
            continue
        goal = _ratio(figure, needed.point)
        value, half = min(fitting, key=lambda pair: abs(_ratio(figure, pair[0]) - goal))
        yield Suspect(figure, value, half, slip, abs(_ratio(figure, value) / goal - 1))


def _candidates(figure: Figure, needed: _Needed) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """The values that a figure would have without each kind of slip, with their half widths."""
    value, half = figure.value, figure.half_width
    if figure.words is None and half:
        yield "truncated", [(value + math.copysign(2 * half, value), half)]
    if figure.kind == "change":
        yield "times", [(100 * (100 + value) - 100, 100 * half)] if 100 + value < 10 else []
        yield "ratio", [(value - 100, half), (value + 100, half)]
        yield "sign", [(-value, half)]
    powers = (1, -1) if figure.kind == "change" else (1, -1, 2, -2, 3, -3, 6, -6)
    yield "shift", [(value * 10.0**power, half * 10.0**power) for power in powers]
    if half and figure.kind != "difference":
        unit, digits = 2 * half, str(round(abs(value) / (2 * half)))
        for slip, texts in (("swap", _swapped(digits)), ("digit", _mistyped(digits))):
            yield slip, [(math.copysign(int(text) * unit, value), half) for text in texts]
    if math.isfinite(needed.point):
        rounded = round(needed.point / (2 * half)) * 2 * half if half else needed.point
        yield "other", [(rounded, half)] if needed.reaches(rounded, half) else [(needed.point, 0.0)]


def _swapped(digits: str) -> list[str]:
    pairs = range(len(digits) - 1)
    return [digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in pairs if digits[i] != digits[i + 1]]


def _mistyped(digits: str) -> list[str]:
    """One digit of three or more replaced: with fewer, a wrong digit explains almost anything."""
    places = range(len(digits)) if len(digits) > 2 else ()
    return [digits[:i] + d + digits[i + 1 :] for i in places for d in "0123456789" if d != digits[i]]
