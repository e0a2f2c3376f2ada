"""The conventions that bind everyone, each pinned to its record in docs/decisions."""

import ast
import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ezlib
from ezlib import scores

ROOT = Path(__file__).parent.parent
RECORDS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
SOURCES = sorted((ROOT / "ezlib").glob("*.py"))

AMOUNT_SEEN = {"outturn", "outturns", "actual", "actuals", "observed"}
AMOUNT_SAID = {"forecast", "forecasts", "predicted", "prediction"}


def record(number: str) -> str:
    (path,) = [path for path in RECORDS if path.name.startswith(number)]
    return " ".join(path.read_text(encoding="utf-8").split())


def names_in(node: ast.AST) -> set[str]:
    return {getattr(part, "id", getattr(part, "attr", "")) for part in ast.walk(node)}


def reversed_errors(source: str) -> list[str]:
    """Subtractions of what was seen from what was said: the sign that 0001 rules out."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.BinOp)]
    minus = [node for node in nodes if isinstance(node.op, ast.Sub)]
    wrong = [node for node in minus if names_in(node.left) & AMOUNT_SAID and names_in(node.right) & AMOUNT_SEEN]
    return [ast.unparse(node) for node in wrong]


def test_an_error_is_positive_when_more_came_in_than_was_forecast():
    words = record("0001")
    forecast, outturn, error = map(float, re.search(r"forecast (\d+), outturn (\d+), error (\d+)", words).groups())
    assert scores.errors(outturn=np.array([outturn]), forecast=np.array([forecast])) == error


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_nothing_subtracts_an_outturn_from_a_forecast(path):
    # Of a distance, |f − y|, either order would do; it is written as the error all the same.
    assert reversed_errors(path.read_text(encoding="utf-8")) == []


def test_a_reversed_error_would_be_noticed():
    assert reversed_errors("e = forecast - outturn") == ["forecast - outturn"]
    assert reversed_errors("e = outturn - forecast") == []


def test_horizon_one_is_the_month_after_the_last_observed():
    observed = pd.period_range("2022-06", "2025-05", freq="M")
    y = pd.Series(100 + 10 * np.sin(np.arange(36)), observed)
    outlook = ezlib.forecast(y, horizon=3, paths=50)
    ahead = outlook.months.index[outlook.months["status"] == "forecast"]
    assert outlook.last_observed == observed[-1]
    assert list(ahead) == [observed[-1] + h for h in (1, 2, 3)]
    last, horizon, month = re.search(r"last observed (\S+), horizon (\d) is (\d{4}-\d\d)", record("0002")).groups()
    assert str(pd.Period(last.rstrip(","), "M") + int(horizon)) == month


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_benchmark_is_only_said_of_a_total(path):
    words = path.read_text(encoding="utf-8").lower()
    assert re.findall(r"(?<![/\w])benchmark\w*(?![\w/]| totals?)", words.replace("benchmark_total", "")) == []


def test_every_record_says_what_was_decided_and_why():
    assert [path.name for path in RECORDS if "**Decided.**" not in path.read_text(encoding="utf-8")] == []
    assert [path.name for path in RECORDS if "**Why" not in path.read_text(encoding="utf-8")] == []
    numbers = [path.name[:4] for path in RECORDS]
    assert numbers == [f"{n:04d}" for n in range(1, len(numbers) + 1)]


def test_the_glossary_and_the_records_lead_to_each_other():
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"decisions/([\w-]+\.md)", glossary))
    assert linked <= {path.name for path in RECORDS}
    assert {"0001", "0002", "0003"} <= {name[:4] for name in linked}


def test_the_design_page_lists_every_module_in_its_order():
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \| ", page, re.MULTILINE) == module_order()


def module_order() -> list[str]:
    tree = ast.parse((ROOT / "tests" / "test_order.py").read_text(encoding="utf-8"))
    (order,) = [node.value for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "ORDER"]
    return [name for row in order.elts for name in ast.literal_eval(row.value)]


def test_the_change_log_knows_the_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == ezlib.__version__
    assert f"## {ezlib.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
