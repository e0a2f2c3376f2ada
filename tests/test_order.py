"""The order of the modules: who may import whom, who may touch a file, how a module introduces itself."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "ezlib"

# A module imports only from those before it. A new module takes its place here and in docs/design.md.
ORDER = [
    *("periods", "contracts", "files", "sheets", "yaml_files", "catalogue", "plans", "messages", "wording"),
    *(
        "cells",
        "fact_checks",
        "corrections",
        "facts",
        "documents",
        "phrases",
        "named_periods",
        "proposals",
        "matches",
        "passages",
        "naming",
        "dating",
    ),
    *("changes", "refusals", "sentences", "walk", "settling", "reports", "drafts"),
    *("claims", "evidence", "slips", "rules", "findings", "audit"),
    *("observations", "headlines", "profiles"),
    *("threads", "running_totals", "bounds", "closures", "linearised", "variances", "volatility", "structural"),
    *("yielding", "sampling", "told_months", "draws", "shares"),
    *("aims", "scores", "rivals"),
    *("stated", "statuses", "outlook", "plausibility", "hierarchy", "revenue", "scenarios", "targets", "scorecard"),
    *("outturns", "evaluate", "replays", "summaries"),
    *("record", "news"),
    *("svg", "drawing", "flow_views", "flow_words", "flow_charts", "charts"),
    *("fact_words", "blocks", "tables", "news_words", "subjects", "implied"),
    *("indicators", "digest", "futures", "progress", "zones"),
    *("assessments", "performance"),
    *("month_table", "citations", "brief", "publish", "provenance", "kernels", "runs", "cli"),
]

# The only modules that open a file, and what for. All others take tables and arrays, and give them.
READERS = {
    "sheets": "a spreadsheet's table, for facts",
    "yaml_files": "what people edit in YAML",
    "catalogue": "the words of the data",
    "plans": "targets and events",
    "corrections": "corrections of facts",
    "facts": "facts",
    "files": "what a file holds, before it is replaced",
    "documents": "the text of a report",
    "phrases": "the table of phrases",
    "drafts": "a draft, as edited",
    "scenarios": "the futures an economist has written down",
    "record": "what was forecast on earlier days",
    "variances": "prior.json, which is part of the package",
    "publish": "an executed notebook and the template of the page",
    "provenance": "code, notebooks and data, to tell them by their hashes",
    "runs": "notebooks, and what an earlier run recorded",
}
WRITERS = {
    "files": "files, whole or not at all",
    "facts": "new facts, appended",
    "drafts": "what a report proposes, as a draft to look through",
    "drawing": "a figure, where its caller says",
    "publish": "the page",
    "kernels": "the log of a kernel",
    "runs": "outputs and their manifest, and the record",
}

READING = {"read_text", "read_bytes", "read_excel", "read_parquet", "read_table", "load_workbook", "load", "loadtxt"}
READING |= {"held_by", "yaml_bytes", "fromfile", "genfromtxt"}
WRITING = {"write_text", "write_bytes", "to_excel", "to_parquet", "to_pickle", "dump", "savetxt", "savez", "mkdir"}
WRITING |= {"unlink", "rmtree", "copyfile", "touch", "write_whole", "write_all", "mkstemp", "savefig", "save"}

SPLITTING = {"split", "rsplit", "partition"}  # rpartition finds the name of a file

# The model is arithmetic: what a date is, or a table, it need not know.
ARRAYS_ONLY = ["threads", "bounds", "closures", "linearised", "variances", "volatility", "structural", "running_totals"]
ARRAYS_ONLY += ["aims", "yielding", "sampling", "told_months", "draws", "shares"]

VAGUE = {"util", "utils", "helper", "helpers", "core", "base", "common", "misc", "tools"}


def module_files() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if not path.name.startswith("__"))


def tree(name: str) -> ast.Module:
    return ast.parse((PACKAGE / f"{name}.py").read_text(encoding="utf-8"))


def names() -> list[str]:
    return [path.stem for path in module_files()]


def imported(source: ast.AST) -> set[str]:
    """Every module that a piece of source imports, at its top or inside a function, with dots."""
    found = set()
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            found |= {f"{origin}.{alias.name}".replace("..", ".") for alias in node.names}
    return found


def siblings(source: ast.AST) -> set[str]:
    """The modules of ezlib that a piece of source imports; a name of the package itself counts as `ezlib`."""
    parts = [name.split(".") for name in imported(source)]
    inside = [part[1:] for part in parts if part[0] in ("ezlib", "")]
    return {part[0] if part and part[0] in ORDER else ".".join(["ezlib", *part]) for part in inside}


def calls(source: ast.AST) -> list[tuple[str, ast.Call]]:
    nodes = [node for node in ast.walk(source) if isinstance(node, ast.Call)]
    named = [(getattr(node.func, "attr", getattr(node.func, "id", "")), node) for node in nodes]
    return [(name, node) for name, node in named if name]


def open_mode(name: str, call: ast.Call) -> str:
    """The mode of open(path, mode) or path.open(mode); "r" where none is given."""
    position = 1 if isinstance(call.func, ast.Name) else 0
    given = [word.value for word in call.keywords if word.arg == "mode"] + call.args[position : position + 1]
    return given[0].value if given and isinstance(given[0], ast.Constant) else "r"


def file_calls(source: ast.AST) -> tuple[list[str], list[str]]:
    """Calls that read a file and calls that write one, as `name (line)`."""
    reads, writes = [], []
    for name, call in calls(source):
        place = f"{name} (line {call.lineno})"
        if name == "open":
            (writes if set(open_mode(name, call)) & set("wax+") else reads).append(place)
        elif (name == "to_csv" and call.args) or (name == "replace" and len(call.args) == 1 and not call.keywords):
            writes.append(place)  # path.replace(other); texts and data classes are replaced otherwise
        elif name in READING or (name == "read_csv" and getattr(call.func, "attr", "")):
            reads.append(place)
        elif name in WRITING:
            writes.append(place)
    return reads, writes


def taken_apart(source: ast.AST) -> list[str]:
    """Calls that take a text apart at its slashes, as `split (line)`."""
    found = [(name, call) for name, call in calls(source) if name in SPLITTING and call.args]
    return [f"{name} (line {call.lineno})" for name, call in found if getattr(call.args[0], "value", "") == "/"]


def test_every_module_has_its_place_in_the_order():
    assert len(ORDER) == len(set(ORDER))
    assert set(names()) == set(ORDER), "a new module takes its place in ORDER, and in docs/design.md"


def test_the_library_is_flat():
    assert [path for path in module_files() if path.parent != PACKAGE] == []


@pytest.mark.parametrize("name", names())
def test_a_module_imports_only_from_those_before_it(name):
    before = set(ORDER[: ORDER.index(name)])
    assert siblings(tree(name)) - before - {"ezlib.__version__"} == set()


@pytest.mark.parametrize("name", names())
def test_a_module_opens_with_its_one_idea(name):
    docstring = ast.get_docstring(tree(name))
    assert docstring, "a module opens with a sentence that says its one idea"
    assert docstring.splitlines()[0].endswith("."), "the first line is the whole sentence"
    assert "and also" not in docstring.partition("\n\n")[0], "two ideas are two modules"


def test_no_module_has_a_name_that_says_nothing():
    assert [name for name in names() if VAGUE & set(name.split("_"))] == []


@pytest.mark.parametrize("name", names())
def test_files_are_touched_only_where_the_design_says_so(name):
    reads, writes = file_calls(tree(name))
    assert name in READERS or not reads, "tables in, tables out: reading belongs to " + ", ".join(READERS)
    assert name in WRITERS or not writes, "tables in, tables out: writing belongs to " + ", ".join(WRITERS)


@pytest.mark.parametrize("name", [name for name in names() if name != "catalogue"])
def test_the_name_of_a_series_is_taken_apart_in_the_catalogue_alone(name):
    assert taken_apart(tree(name)) == [], "use SeriesKey.of, or what the catalogue says of a series"


@pytest.mark.parametrize("name", ARRAYS_ONLY)
def test_the_model_knows_neither_tables_nor_dates(name):
    roots = {module.split(".")[0] for module in imported(tree(name))}
    assert not roots & {"pandas", "datetime", "calendar"}
    assert siblings(tree(name)) <= set(ARRAYS_ONLY)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from ezlib import charts, periods", {"charts", "periods"}),
        ("from ezlib.facts import load_facts", {"facts"}),
        ("import ezlib.runs as r", {"runs"}),
        ("import ezlib as ez", {"ezlib"}),
        ("from . import facts", {"facts"}),
        ("from .facts import load_facts", {"facts"}),
        ("from ezlib import load_facts", {"ezlib.load_facts"}),
        ("def late():\n    from ezlib.cli import main", {"cli"}),
        ("import pandas as pd\nfrom numpy import array", set()),
    ],
)
def test_every_way_to_import_a_sibling_is_seen(source, expected):
    assert siblings(ast.parse(source)) == expected


@pytest.mark.parametrize(
    ("source", "reads", "writes"),
    [
        ("open('a.csv')", 1, 0),
        ("open('a.csv', 'w')", 0, 1),
        ("path.open(mode='ab')", 0, 1),
        ("path.open('rb')", 1, 0),
        ("pd.read_csv(path)", 1, 0),
        ("path.read_text(encoding='utf-8')", 1, 0),
        ("frame.to_csv()", 0, 0),
        ("frame.to_csv('a.csv')", 0, 1),
        ("path.write_text('x')", 0, 1),
        ("words.replace('a', 'b')", 0, 0),
        ("replace(fact, value=1)", 0, 0),
        ("draft.replace(path)", 0, 1),
        ("write_whole(path, text)", 0, 1),
        ("held_by(path)", 1, 0),
        ("np.fromfile(path)", 1, 0),
    ],
)
def test_every_way_to_touch_a_file_is_seen(source, reads, writes):
    found = file_calls(ast.parse(source))
    assert (len(found[0]), len(found[1])) == (reads, writes)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("zone, _, scope = series.split('/')", ["split (line 1)"]),
        ("outlook.series.partition('/')[0]", ["partition (line 1)"]),
        ("catalogue.calendar_of(*row.series.rsplit('/', 1))", ["rsplit (line 1)"]),
        ("period.split(':')", []),
        ("words.split()", []),
        ("facts['series'].str.split('/')", ["split (line 1)"]),
        ("SeriesKey.of(series).scope", []),
    ],
)
def test_every_way_to_take_the_name_of_a_series_apart_is_seen(source, found):
    assert taken_apart(ast.parse(source)) == found
