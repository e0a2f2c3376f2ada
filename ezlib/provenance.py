"""Which code and data made a thing: by their hashes, so that the same can be told from the changed."""

from __future__ import annotations

import ast
import hashlib
import platform
import re
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from ezlib.facts import load_facts
from ezlib.record import FOLDER as RECORD
from ezlib.record import load_record


def inputs(parameters: dict, notebooks: Iterable[Path], root: Path) -> dict:
    """Everything a run depends on: parameters, versions, and a hash of each module, notebook and data file."""
    project = Path(__file__).parent
    code = sorted([*project.glob("*.py"), *project.glob("*.json"), *project.glob("templates/*/*")])
    code += notebooks
    data = sorted(p for p in (root / "data").rglob("*") if p.is_file() and not p.name.startswith(("~", ".")))
    data = [p for p in data if not p.is_relative_to(root / RECORD)]
    return {
        "parameters": parameters,
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in ("ezlib", *_required())},
        "code": {p.name: sha256(p) for p in code},
        "data": {p.relative_to(root).as_posix(): sha256(p) for p in data},
        "record": _record_seen(parameters, root),
    }


def _required() -> list[str]:
    """The packages that ezlib needs by its own account, without those of extras such as tests."""
    needed = [line for line in metadata.requires("ezlib") or () if "extra ==" not in line]
    return [re.match(r"[\w.-]+", line)[0] for line in needed]


def _record_seen(parameters: dict, root: Path) -> str:
    """A hash of the rows of the record that a brief may see: those given on earlier days than its own."""
    zone = parameters["zone"]
    day = parameters["as_of"] or load_facts(zone, root=root)["published"].max()
    return hashlib.sha256(load_record(zone, day, root).to_csv(index=False).encode()).hexdigest()


def model_name() -> str:
    """A short name for the code that forecasts are made by."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in model_files())).hexdigest()[:12]


def model_files() -> list[Path]:
    """Return the files of the package that a forecast depends on, beside the data: read off the imports.

    The outlook and every module it imports, how a chance is counted, and the prior; not how numbers are worded.
    """
    package = Path(__file__).parent
    needed, waiting = {"targets"}, ["outlook"]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += _imported(package / f"{name}.py")
    return sorted([*(package / f"{name}.py" for name in needed), *package.glob("*.json")])


def _imported(module: Path) -> set[str]:
    """The modules of the package that one of them imports."""
    found = [n for n in ast.walk(ast.parse(module.read_bytes())) if isinstance(n, ast.ImportFrom) and n.module]
    names = {n.module.removeprefix("ezlib.") for n in found if n.module.startswith("ezlib.")}
    names |= {alias.name for n in found if n.module == "ezlib" for alias in n.names}
    return {name for name in names if module.with_stem(name).exists()}


def sha256(path: Path) -> str:
    """The hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
