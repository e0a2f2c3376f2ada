import datetime as dt
import pickle

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezlib import contracts as c

ZONES = ["lao-cai", "lai-chau"]
GOOD = {"zone": "lao-cai", "month": "2025-05", "as_of": "2025-05-31", "lang": "vi"}


def check(**changes):
    return c.check_parameters(GOOD | changes, ZONES)


def refusal(**changes) -> str:
    with pytest.raises(c.DataError) as caught:
        check(**changes)
    return str(caught.value)


def test_an_error_lists_every_place_counts_those_beyond_two_hundred_and_keeps_them_all():
    error = c.DataError("225 rows are wrong.", [f"a.csv, row {i}" for i in range(2, 227)], "Mend them.")
    lines = str(error).splitlines()
    assert lines[0] == "225 rows are wrong." and lines[-1] == "Mend them."
    assert "row 201" in lines[200] and "25 more" in lines[201] and len(error.where) == 225


def test_an_error_survives_the_way_to_another_process():
    error = c.DataError("What.", ["here"], "Do this.")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_good_parameters_come_back_as_what_they_mean():
    expected = c.Parameters("lao-cai", pd.Period("2025-05", "M"), dt.date(2025, 5, 31), "vi")
    assert check() == expected
    assert expected.as_text() == GOOD


@pytest.mark.parametrize("as_of", [dt.date(2025, 5, 31), dt.datetime(2025, 5, 31), pd.Timestamp("2025-05-31")])
def test_dates_that_yaml_has_read_itself_are_accepted(as_of):
    assert check(as_of=as_of).as_of == dt.date(2025, 5, 31)


@pytest.mark.parametrize("month", [dt.date(2025, 5, 1), pd.Timestamp("2025-05-01"), pd.Period("2025-05", "M")])
def test_a_month_may_be_a_date_in_it(month):
    assert check(month=month).month == pd.Period("2025-05", "M")


@pytest.mark.parametrize("nothing", [None, "", "None"])
def test_no_as_of_means_all_that_is_in_the_data(nothing):
    assert check(as_of=nothing).as_of is None
    assert "as_of" not in c.REQUIRED_PARAMETERS


@pytest.mark.parametrize(
    ("changes", "nearest"),
    [
        ({"zone": "laocai"}, "'lao-cai'"),
        ({"zone": "Lào Cai"}, "'lao-cai'"),
        ({"zone": 3}, "int"),
        ({"zone": None}, "NoneType"),
        ({"month": "05/2025"}, "'2025-05'"),
        ({"month": "2025-13"}, "not a month"),
        ({"month": 202505}, "int"),
        ({"month": 2025.05}, "float"),
        ({"month": "2025-05x"}, "not a month"),
        ({"as_of": "31/05/2025"}, "'2025-05-31'"),
        ({"as_of": "2025-02-30"}, "not a day"),
        ({"as_of": 45808}, "not a day"),
        ({"as_of": True}, "not a day"),
        ({"lang": "vn"}, "'vi'"),
        ({"lang": "EN"}, "'en'"),
        ({"lang": 1}, "int"),
        ({"mont": "2025-05"}, "did you mean 'month'?"),
        ({"asof": "2025-05-31"}, "did you mean 'as_of'?"),
    ],
)
def test_a_wrong_parameter_is_refused_with_the_nearest_valid_value(changes, nearest):
    assert nearest in refusal(**changes)


def test_every_wrong_parameter_is_named_at_once():
    message = refusal(zone="hanoi", month="5/2025", as_of="31.5.2025", lang="fr", jobs=2)
    assert all(name in message for name in ("hanoi", "5/2025", "31.5.2025", "'fr'", "jobs"))


def test_a_missing_parameter_is_named():
    with pytest.raises(c.DataError, match="'month' is missing"):
        c.check_parameters({"zone": "lao-cai"})


@given(st.dates(dt.date(1990, 1, 1), dt.date(2050, 12, 31)))
def test_a_day_reads_the_same_in_every_form(day):
    forms = [day, day.isoformat(), f" {day.isoformat()} ", pd.Timestamp(day), dt.datetime(day.year, day.month, day.day)]
    assert {c.as_of_date(form) for form in forms} == {day}


@given(st.text(max_size=12).filter(lambda text: text.strip() not in ("", "None", "null")))
def test_any_other_text_is_no_day_and_says_so(text):
    try:
        day = c.as_of_date(text)
    except c.DataError as error:
        assert "2025-05-31" in error.next_step
    else:
        assert day == dt.date.fromisoformat(text.strip())


@pytest.mark.parametrize(
    "basis", ["mom", "plan_share_pct", "vs_2022_abs", "share_of_exports_pct", "yoy_or_mom_unclear"]
)
def test_bases_are_known_or_describe_themselves(basis):
    assert c.is_basis(basis)


def test_only_ratios_between_months_are_modelled():
    assert [name for name, basis in c.BASES.items() if basis.modelled] == ["mom", "yoy", "ytd_yoy"]
    assert not c.is_basis("yoyo")


def test_the_fixed_words_are_what_the_design_says():
    assert c.QUALIFIERS["over"] == (1.0, 1.05) and c.QUALIFIERS["nearly"] == (0.95, 1.0)
    assert c.QUALIFIERS["about"] == (0.95, 1.05)
    assert set(c.QUALIFIER_WORDS.values()) <= set(c.QUALIFIERS)
    assert sorted(c.STATUSES, key=lambda s: c.STATUSES[s].rank) == ["final", "preliminary", "estimate", "projection"]


def test_every_rule_has_a_remedy():
    assert all(rule.says and rule.remedy for rule in c.FACT_RULES.values())


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("trade_totl", ["trade_total", "people"], "trade_total"),
        ("Lao Cai", ["lao-cai"], "lao-cai"),
        ("xyz", ["lao-cai"], None),
    ],
)
def test_the_nearest_word_is_offered_only_when_it_is_near(word, known, expected):
    assert c.nearest(word, known) == expected
