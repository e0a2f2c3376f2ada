"""What is printed can be read back, reads the same everywhere, and never claims more than is known."""

import ast
import math
from pathlib import Path
from string import Formatter

import pandas as pd
import pytest
from babel.numbers import parse_decimal
from hypothesis import assume, given
from hypothesis import strategies as st

from ezlib import contracts, flow_views, indicators, messages, news, plans, scorecard, tables, wording
from ezlib.outlook import NOTES
from ezlib.periods import BOARD

PACKAGE = Path(messages.__file__).parent
LANGUAGES = st.sampled_from(["vi", "en"])
FIGURES = st.floats(-1e12, 1e12, allow_nan=False).map(lambda x: round(x, 4))


def read(text: str, lang: str) -> float:
    """Read a printed number as a person would who knows the language."""
    return float(parse_decimal(text.replace(wording.MINUS, "-"), locale=wording.LOCALES[lang], strict=True))


@given(FIGURES, LANGUAGES)
def test_a_printed_number_reads_back_as_itself(x, lang):
    assert read(wording.number(x, None, lang), lang) == pytest.approx(x, abs=1e-9, rel=1e-12)


@given(FIGURES, st.integers(0, 4), LANGUAGES)
def test_a_rounded_number_is_within_half_a_digit(x, decimals, lang):
    assert abs(read(wording.number(x, decimals, lang), lang) - x) <= 0.5 * 10**-decimals + 1e-15 * abs(x) + 1e-12


@given(FIGURES, st.integers(0, 3), LANGUAGES)
def test_every_change_but_zero_is_signed_and_zero_never_is(x, decimals, lang):
    text = wording.change(x, decimals, lang)
    value = read(text.removeprefix("+").removesuffix("\u00a0%"), lang)
    assert text.startswith("+") == (value > 0)
    assert text.startswith(wording.MINUS) == (value < 0)
    assert "-" not in text


@given(st.floats(0, 1), LANGUAGES)
def test_no_probability_prints_as_never_or_always(p, lang):
    text = wording.plain(wording.probability(p, lang))
    assert text not in ("0 %", "100 %")
    if p < 0.01:
        assert text == "< 1 %"
    elif p > 0.99:
        assert text == "> 99 %"
    else:
        assert abs(int(text.removesuffix(" %")) - 100 * p) <= 0.5 + 1e-9


@given(st.floats(1e-3, 1e9), st.floats(1e-4, 3), LANGUAGES)
def test_an_estimate_keeps_two_digits_of_its_uncertainty(median, relative, lang):
    lower, upper = median * math.exp(-relative), median * math.exp(relative)
    written = wording.estimate(median, lower, upper, lang)
    half = (upper - lower) / 2
    for text, x in ((written.median, median), (written.lower, lower), (written.upper, upper)):
        fifth_digit = 10.0 ** (math.floor(math.log10(max(median, half))) - 4)
        assert abs(read(text, lang) - x) <= max(0.05 * half, 0.5 * fifth_digit) * (1 + 1e-6)


@given(st.floats(0.01, 1e6), st.floats(0.001, 100))
def test_an_estimate_never_has_more_digits_than_its_uncertainty_deserves(median, half):
    assume(half < median)
    text = wording.estimate(median, median - half, median + half, "en").median
    step = 10.0 ** (math.floor(math.log10(half * (1 + 1e-12))) - 1)
    assert math.isclose(read(text, "en") / step, round(read(text, "en") / step), abs_tol=1e-6)


@pytest.mark.parametrize(
    ("vi", "en"),
    [
        (lambda lang: wording.number(1234.5, None, lang), ("1.234,5", "1,234.5")),
        (lambda lang: wording.number(-0.3, 0, lang), ("0", "0")),
        (lambda lang: wording.number(2.5, 0, lang), ("3", "3")),
        (lambda lang: wording.number(-12, None, lang), ("−12", "−12")),
        (lambda lang: wording.number(float("nan"), 1, lang), ("…", "…")),
        (lambda lang: wording.published(45.6, 0.005, lang), ("45,60", "45.60")),
        (lambda lang: wording.published(2790, 5, lang), ("2.790", "2,790")),
        (lambda lang: wording.published(9.1, 0.05, lang), ("9,1", "9.1")),
        (lambda lang: wording.change(33, None, lang), ("+33 %", "+33 %")),
        (lambda lang: wording.change(-9.1, None, lang), ("−9,1 %", "−9.1 %")),
        (lambda lang: wording.change_words(-28, None, lang), ("giảm 28 %", "down 28 %")),
        (lambda lang: wording.change_words(0.2, 0, lang), ("không đổi", "unchanged")),
        (lambda lang: wording.times(7.93, lang), ("gấp 7,9 lần", "7.9 times")),
        (lambda lang: wording.times(1.04, lang), ("xấp xỉ", "about equal to")),
        (lambda lang: wording.times(0.7, lang), ("bằng 70 %", "70 % of")),
        (lambda lang: wording.estimate(1805, 1408, 2416, lang).text, ("1.810 (1.410–2.420)", "1,810 (1,410–2,420)")),
        (lambda lang: wording.digits(1196.3, 4, lang), ("1.196", "1,196")),
        (lambda lang: wording.quantity(150.83, "million_usd", lang), ("150,83 triệu USD", "150.83 million USD")),
        (lambda lang: wording.aim(9000, "million_usd", lang), ("9 tỷ USD", "9 billion USD")),
        (lambda lang: wording.aim(4500, "million_usd", lang), ("4,5 tỷ USD", "4.5 billion USD")),
        (lambda lang: wording.aim(24000, "billion_vnd", lang), ("24.000 tỷ đồng", "24,000 billion VND")),
        (lambda lang: wording.date("2025-05-31", lang), ("31/5/2025", "31 May 2025")),
        (lambda lang: wording.days("2025-04-16", "2025-05-15", lang), ("16/4–15/5", "16 Apr–15 May")),
        (lambda lang: wording.month("2025-05", lang), ("tháng 5/2025", "May 2025")),
        (
            lambda lang: wording.reporting_month("2025-05", BOARD, lang),
            ("tháng 5/2025 (16/4–15/5)", "May 2025 (16 Apr–15 May)"),
        ),
        (
            lambda lang: wording.reporting_month("2025-01", BOARD, lang),
            ("tháng 1/2025 (16/12/2024–15/1/2025)", "January 2025 (16 December 2024–15 January 2025)"),
        ),
        (lambda lang: wording.probability(0.0005, lang), ("< 1 %", "< 1 %")),
        (lambda lang: messages.listing("abc", lang), ("a, b và c", "a, b and c")),
    ],
)
def test_worked_examples_in_both_languages(vi, en):
    write, (vietnamese, english) = vi, en
    assert write("vi").replace("\u00a0", " ") == vietnamese
    assert write("en").replace("\u00a0", " ") == english


def test_a_number_never_parts_from_its_unit_or_percent_sign():
    texts = [
        wording.quantity(150.83, "million_usd"),
        wording.percent(28),
        wording.probability(0.3),
        wording.probability(0.001),
        wording.month("2025-05"),
        wording.date("2025-05-31", "en"),
        wording.times(8),
    ]
    assert not [text for text in texts if " " in text]


def test_every_probability_has_one_verdict_and_the_words_rise_with_it():
    keys = [wording.verdict_key(p / 1000) for p in range(1001)]
    assert list(dict.fromkeys(keys)) == list(wording.VERDICTS)
    assert wording.verdict(wording.verdict_key(0.0005)) == "gần như không thể"
    assert wording.verdict_key(0.999) == "certain"


def test_a_decided_target_has_an_outcome_and_no_probability():
    assert wording.verdict_key(math.nan, "reached") == "reached"
    assert wording.verdict_phrase("missed", "en") == "was missed"
    with pytest.raises(ValueError, match="between 0 and 1"):
        wording.verdict_key(math.nan)


@pytest.mark.parametrize("p", [-0.1, 1.1, 33])
def test_a_percentage_is_not_taken_for_a_probability(p):
    with pytest.raises(ValueError, match="between 0 and 1"):
        wording.probability(p)


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("key", messages.SENTENCES)
def test_a_sentence_exists_in_both_languages_and_can_be_filled_from_the_same_values(key):
    sentence = messages.SENTENCES[key]
    assert set(sentence) == {"vi", "en"}
    values = {name: "x" for text in sentence.values() for name in fields(text)}
    for lang in sentence:
        assert "{" not in messages.say(key, lang, **values)


@pytest.mark.parametrize("table", [wording.VERDICTS, wording.OUTCOMES])
def test_verdicts_are_worded_in_both_languages(table):
    for verdict in table.values():
        assert set(verdict.word) == set(verdict.phrase) == {"vi", "en"}


def test_no_sentence_leaves_a_plain_space_before_a_percent_sign():
    texts = [text for sentence in messages.SENTENCES.values() for text in sentence.values()]
    assert not [text for text in texts if " %" in text]


def test_an_unknown_sentence_is_refused_with_the_nearest_key():
    with pytest.raises(KeyError, match=r"lead\.month"):
        messages.say("lead.moth")


def test_a_sentence_without_its_values_says_which_are_missing():
    with pytest.raises(ValueError, match="change, month, value"):
        messages.say("lead.month", "vi")


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="'vi' or 'en'"):
        wording.number(1, 0, "fr")


def test_infinity_is_refused():
    with pytest.raises(ValueError, match="cannot be written"):
        wording.number(math.inf)


def test_missing_figures_of_every_kind_are_an_ellipsis():
    for missing in (None, math.nan, pd.NA, pd.NaT):
        assert wording.number(missing) == "…"
        assert wording.change(missing) == "…"


@pytest.mark.parametrize(
    ("change", "p", "word"), [(33, 0.01, "nhưng"), (33, 0.9, "và"), (-28, 0.01, "và"), (-28, 0.9, "nhưng")]
)
def test_good_and_bad_news_are_joined_by_but(change, p, word):
    assert messages.joint(change, p) == word


def test_a_figure_without_rounding_keeps_its_digits_as_long_as_anybody_prints_so_many():
    assert wording.published(1_234_567.891, 0) == "1.234.567,891"
    assert wording.published(164.9555514273194, 0) == "164,956"


def test_zeros_that_nobody_counted_are_not_printed():
    assert wording.plain(wording.published(2_190_000, 5_000)) == "2,19 triệu"
    assert wording.plain(wording.published(475_000, 500, "en")) == "475 thousand"
    assert wording.published(2790, 5) == "2.790"


# ------------------------------------------------------------------------------------- the table and what says it

WAYS = ("up", "down", "same")
PUT_TOGETHER = {
    "basis.{}": contracts.BASES,
    "change.{}": WAYS,
    "chart.label.{}": flow_views.KNOWN,
    "chart.read.{}": [*wording.STATUS, "announced"],
    "compare.{}": plans.COMPARATORS,
    "figure.{}": [qualifier or "exactly" for qualifier in contracts.QUALIFIERS],
    "grounds.{}": [*(note for note in NOTES if note != "profile_used"), "passing", "lasting", "open"],
    "indicators.none.{}": [kinds[0] for kinds in (indicators.FLOW, indicators.STOCK, indicators.READ)],
    "indicators.{}s": [kinds[0] for kinds in (indicators.STOCK, indicators.READ)],
    "kind.{}": indicators.READ,
    "news.chance_{}": WAYS,
    "news.total_{}": WAYS,
    "news.{}": news.STEPS,
    "revenue.{}": ("too_short", "no_cases", "better_direct", "better_from_base"),
    "score.state.{}": scorecard.STATES,
    "severity.{}": tables.SEVERITIES,
    "table.{}_caption": ("intervals", "beside"),
    "target.{}": wording.OUTCOMES,
    "{}_wide": ("lead.few_facts", "lead.one_fact"),
}
"""The keys that no module writes out: how each is put together, and every word that may be put in."""

PASSED_ON = {"{}_estimate": "_told_as", "{}.subtitle": "subtitle", "{}.subtitle_all": "subtitle"}
"""Those whose words stand in the calls of a function."""


def pieces(path: Path) -> list[ast.AST]:
    """Every piece of a module's source but the table of sentences."""
    whole = ast.parse(path.read_text(encoding="utf-8"))
    others = [node for node in whole.body if not ast.unparse(node).startswith("SENTENCES = ")]
    return [piece for node in others for piece in ast.walk(node)]


SOURCES = [piece for path in sorted(PACKAGE.glob("*.py")) for piece in pieces(path)]
CALLS = [node for node in SOURCES if isinstance(node, ast.Call)]


def forms(node: ast.AST) -> set[str]:
    """What a text may be, with {} for what only a run can tell: f"news.{step}" is "news.{}"."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.JoinedStr):
        return {"".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)}
    if isinstance(node, ast.IfExp):
        return forms(node.body) | forms(node.orelse)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return {start + end for start in forms(node.left) for end in forms(node.right)}
    if isinstance(node, ast.AugAssign):
        return {"{}" + end for end in forms(node.value)}
    return {"{}"}


def given_to(name: str) -> set[str]:
    """The forms of the first argument of every call of a function."""
    calls = [node for node in CALLS if name == getattr(node.func, "attr", getattr(node.func, "id", "")) and node.args]
    return set().union(*(forms(node.args[0]) for node in calls))


def put_together() -> dict[str, list[str]]:
    """The keys by the form they are put together in."""
    passed = {form: [word for word in given_to(name) if "{" not in word] for form, name in PASSED_ON.items()}
    return {form: [form.format(word) for word in words] for form, words in (PUT_TOGETHER | passed).items()}


def test_every_word_that_is_put_into_a_key_has_its_sentence():
    assert {form: [key for key in keys if key not in messages.SENTENCES] for form, keys in put_together().items()} == {
        form: [] for form in put_together()
    }


def test_every_sentence_is_said_by_name_or_by_a_word_of_a_vocabulary():
    named = {node.value for node in SOURCES if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    said = named.union(*put_together().values())
    assert [key for key in messages.SENTENCES if key not in said] == []


def test_every_way_to_put_a_key_together_is_known_and_used():
    known = set(put_together())
    assert {form for form in given_to("say") if "{" in form} - known == {"{}"}, "name its words in PUT_TOGETHER"
    assert known - set().union(*(forms(node) for node in SOURCES)) == set()


def test_a_sentence_that_nobody_says_would_be_seen():
    assert forms(ast.parse("say(f'target.{state}')").body[0].value.args[0]) == {"target.{}"}
    assert forms(ast.parse("stem + ('' if dated else '_all')").body[0].value) == {"{}", "{}_all"}
    assert not {"target.simple", "table.a_row_that_nobody_says"} & set().union(*put_together().values())


@given(st.floats(1, 1e6), st.floats(1e-4, 0.3))
def test_a_number_known_within_a_width_is_told_within_it(x, share):
    told = wording.plain(wording.shared_digits(x, share * x, "en")).replace(",", "")
    assert abs(float(told) - x) <= share * x / 2 * (1 + 1e-9)


def test_an_exact_number_is_told_in_full_and_what_was_worked_out_with_three_digits():
    assert wording.shared_digits(1234.5, 0, "en") == "1,234.5"
    assert wording.shared_digits(12_345_678, 0, "en") == "12,345,678"
    assert wording.shared_digits(356.180006, 6e-6, "en") == "356.18"
    assert [wording.amount(x, "en") for x in (0, 0.0042, 0.5, 12.34, 1196.4)] == [
        "0.00",
        "0.00420",
        "0.500",
        "12.3",
        "1,196",
    ]
