"""What becomes of a printed number: a figure proposed as a fact with its changes, or left over with the reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

from ezlib.catalogue import Catalogue
from ezlib.phrases import Number, When

REASONS = {
    "plan_section": ("trong mục nói về nhiệm vụ, kế hoạch", "in a section on what is planned"),
    "aim": ("là kế hoạch hoặc mục tiêu, không phải kết quả", "a plan or target, not a result"),
    "in_turn": (
        "nhiều số nêu “lần lượt”; chưa chắc số nào của chỉ tiêu nào",
        "several figures named together; which is which is not certain",
    ),
    "base": ("là số của kỳ gốc đem ra so sánh", "the figure something else is compared with"),
    "unit": ("không có đơn vị tính đã biết", "no unit that is known"),
    "subject": (
        "không có chỉ tiêu nào trong danh mục khớp với câu chữ bên cạnh",
        "no indicator of the catalogue fits the words around it",
    ),
    "period": ("văn bản không nêu kỳ số liệu", "no period is said or given by the report"),
    "digits": ("chữ số và dấu phân cách không theo cách viết nào", "the digits and separators fit no style of numbers"),
    "alone": ("mức tăng giảm hoặc tỷ lệ không đi kèm số nào", "a change or share without a figure it belongs to"),
    "basis": ("không nêu so với kỳ nào", "it is not said what the change is measured against"),
    "third": (
        "mỗi số liệu chỉ giữ hai mức so sánh; đây là mức thứ ba",
        "a fact holds two changes; this is a further one",
    ),
    "fraction": ("là phân số hoặc thứ hạng", "a fraction or a rank"),
    "difference": ("nhắc lại mức tăng giảm bằng số tuyệt đối", "a change said once more as an amount"),
    "currency": ("nhắc lại số tiền bằng đồng tiền khác", "the amount once more in another currency"),
    "times": ("“tăng 2 lần” có thể là gấp đôi hoặc gấp ba", "'up 2 times' may mean doubled or tripled"),
    "range": ("là một khoảng, trong khi cần một số", "a range where a single figure is expected"),
    "repeated": ("nhắc lại số liệu đã có trong văn bản", "says again what another figure of the text says"),
}
"""Why a number of the text became no fact, in the words shown beside it, Vietnamese and English."""


NOTES = {
    "ratio": ("in là bằng {printed}", "printed as equal to {printed}"),
    "read": ("in là {printed}, đọc là {value} {why_vi}", "printed {printed}, read as {value} {why_en}"),
    "scale": (
        "in là {printed}, lớn hơn hẳn mọi số cùng đơn vị, giữ như đã in",
        "printed {printed}, far above every other figure in this unit, kept as printed",
    ),
    "second": ("văn bản còn nêu một số khác cho cùng chỉ tiêu", "another value is given for the same"),
    "calendar": (
        "{share} % kế hoạch năm không hợp với thời gian đã qua, giữ như đã in",
        "{share} % of the year's plan does not fit the calendar, kept as printed",
    ),
    "undated": ("ngày công bố là giả định", "date of publication assumed"),
}
"""What is said of a fact that was doubted or had to be chosen, Vietnamese and English."""


def note(key: str, **values: str) -> str:
    """The words of NOTES in both languages, as they stand in the column of that name."""
    vi, en = NOTES[key]
    local = {name: value.replace(".", ",") if name in ("value", "share") else value for name, value in values.items()}
    return f"{vi.format(**local)} / {en.format(**values)}"


def plain_digits(value: Decimal) -> str:
    """A figure in the digits of a facts file, without zeros that say nothing."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def notes_in(notes: str, lang: str) -> str:
    """The notes of a fact in one language."""
    return "; ".join(both.split(" / ")[0 if lang == "vi" else -1] for both in notes.split("; "))


@dataclass(frozen=True)
class Change:
    """A stated change: the printed percentage turned into the convention of its basis."""

    value: Decimal
    basis: str
    half_width: Decimal
    start: int
    end: int
    trust: float = 1.0
    note: str = ""


@dataclass(frozen=True)
class Proposal:
    """A figure on its way to become a fact."""

    zone: str
    indicator: str
    scope: str
    unit: str
    number: Number
    when: When
    days: tuple[dt.date, dt.date, str]
    status: str
    start: int
    end: int
    sentence: str
    trust: float
    features: frozenset[str]
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    choice: int = 0
    rival: When | None = None  # the other period it may be of, where "trong đó" follows a month and a year to date
    subject: float = 1.0  # how sure the indicator is, whatever the rest

    def in_unit(self, catalogue: Catalogue, choice: int | None = None) -> tuple[Decimal, Decimal]:
        """Value and half width in the row's unit, by one of the readings of the printed digits."""
        value, step = self.number.readings[self.choice if choice is None else choice]
        factor = self.factor(catalogue)
        return value * factor, step * factor / 2

    def factor(self, catalogue: Catalogue) -> Decimal:
        """What printed digits are multiplied by to be in the row's unit."""
        if self.number.base_power:
            return Decimal(10) ** (self.number.power - self.number.base_power)
        printed = next((u for u in self.number.units if same_dimension(u, self.unit, catalogue)), self.unit)
        ratio = Decimal(catalogue.unit(printed).factor) / Decimal(catalogue.unit(self.unit).factor)
        return ratio * Decimal(10) ** self.number.power

    @property
    def series(self) -> tuple[str, str, str]:
        """The zone, indicator and scope it is a figure of."""
        return self.zone, self.indicator, self.scope

    def with_change(self, change: Change | None) -> Proposal:
        """The figure with one more change, no surer than that; the figure itself where there is none."""
        if change is None:
            return self
        notes = (*self.notes, change.note) if change.note else self.notes
        return replace(self, changes=(*self.changes, change), trust=self.trust * change.trust, notes=notes)


@dataclass(frozen=True)
class Left:
    """A number that became no fact."""

    number: str
    reason: str
    section: str
    sentence: str
    start: int
    end: int


def same_dimension(a: str, b: str, catalogue: Catalogue) -> bool:
    """Whether two units of the catalogue measure the same, so that one can be turned into the other."""
    return catalogue.unit(a).dimension == catalogue.unit(b).dimension
