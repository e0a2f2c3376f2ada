"""The three lists of libraries agree, and every file travels: between systems, through git, through a zip."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent

# What git does not keep, for a copy of the project without git.
LEFT_ASIDE = {".git", ".venv", "outputs", "build", "dist", "__pycache__", ".ipynb_checkpoints", ".idea", ".vscode"}
LEFT_ASIDE |= {".pytest_cache", ".ruff_cache", ".hypothesis"}

# The same library under conda's name, where that is another one; conda tells - from _.
CONDA_NAMES = {
    "flit_core": "flit-core",
    "jupyter-client": "jupyter_client",
    "jupyter-core": "jupyter_core",
    "matplotlib": "matplotlib-base",
}

RESERVED_BY_WINDOWS = {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)}
MEGABYTE = 1_000_000


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def bounds_of(requirements: list[str]) -> dict[str, str]:
    """Name and lower bound of each requirement; all are written name>=bound, one library once."""
    pairs = [re.fullmatch(r"([\w.-]+) ?>=([\d.]+)(?:,<[\d.]+)?", text).groups() for text in requirements]
    assert len(pairs) == len({normal(name) for name, _ in pairs}), "a library is named twice"
    return dict(pairs)


def declared() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def environment() -> dict:
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def conda_requirements() -> dict[str, str]:
    return bounds_of([entry for entry in environment()["dependencies"] if isinstance(entry, str) and entry != "pip"])


def everything_declared() -> dict[str, str]:
    project = declared()
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return bounds_of([requirement for group in groups for requirement in group])


def locked() -> list[tuple[str, str, int]]:
    """Name, version and number of hashes of every pin; a line is a pin or the hash of one, nothing else."""
    pins = []
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line):
            name, version, hashes = pins.pop()
            pins.append((name, version, hashes + 1))
        else:
            name, version = re.fullmatch(r"([\w.-]+)==([\w.+!]+)(?: ; [^\\]+)? \\", line).groups()
            pins.append((normal(name), version, 0))
    return pins


def version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.match(r"[\d.]*\d", version)[0].split("."))


def from_git(*question: str) -> list[str]:
    """What git answers, item by item; nothing where there is no git or the project was not cloned."""
    try:
        answer = subprocess.run(["git", "-C", str(ROOT), *question, "-z"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return [item for item in answer.stdout.decode().split("\0") if item]


@cache
def project_files() -> list[Path]:
    """The files of the project: those git keeps or would keep; in a copy without git, those it would find."""
    listed = from_git("ls-files", "--cached", "--others", "--exclude-standard")
    paths = [ROOT / name for name in listed] or ROOT.rglob("*")
    inside = [path for path in paths if not LEFT_ASIDE & set(path.relative_to(ROOT).parts)]
    return sorted(path for path in inside if path.is_file())


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def notebooks() -> list[Path]:
    return [path for path in project_files() if path.suffix == ".ipynb"]


def modules_imported(source: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(source)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return {name.partition(".")[0] for name in plain | named}


def libraries_imported(folder: str) -> set[str]:
    """Distributions that the modules in a folder import: not Python's own, not the folder's own."""
    files = [path for path in project_files() if path.suffix == ".py" and relative(path).startswith(f"{folder}/")]
    modules = set().union(*[modules_imported(path.read_text(encoding="utf-8")) for path in files])
    scripts = [path for path in project_files() if relative(path).startswith("benchmarks/")]
    own = {"ezlib", "tests", "conftest"} | {path.stem for path in [*files, *scripts]}
    others = modules - set(sys.stdlib_module_names) - own
    providers = packages_distributions()
    return {normal(providers.get(name, [name])[0]) for name in others}


def test_conda_and_pyproject_name_the_same_libraries_with_the_same_lower_bounds():
    expected = {CONDA_NAMES.get(name, name): bound for name, bound in everything_declared().items()}
    expected["python"] = declared()["requires-python"].removeprefix(">=")
    assert conda_requirements() == expected


def test_conda_installs_the_library_itself_from_this_folder():
    described = environment()
    assert described["name"] == declared()["name"]
    assert described["channels"] == ["conda-forge", "nodefaults"]
    assert [entry for entry in described["dependencies"] if isinstance(entry, dict)] == [{"pip": ["-e ."]}]


def test_conda_can_read_its_file_under_any_console_language():
    assert (ROOT / "environment.yml").read_bytes().isascii()


def test_the_lock_pins_every_library_at_or_above_its_lower_bound():
    pinned = {name: version for name, version, _ in locked()}
    too_low = {
        name: (bound, pinned.get(normal(name)))
        for name, bound in everything_declared().items()
        if normal(name) not in pinned or version_key(pinned[normal(name)]) < version_key(bound)
    }
    assert too_low == {}, "make the lock again; CONTRIBUTING.md says how"


def test_every_pin_is_single_and_hashed():
    pins = locked()
    assert len(pins) == len({name for name, _, _ in pins})
    assert [name for name, _, hashes in pins if not hashes] == []


def test_the_lock_names_no_address():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert re.findall(r"https?:|file:|--\w*-?index|--find-links| @ ", text) == []


def test_what_the_library_imports_is_declared():
    assert libraries_imported("ezlib") <= {normal(name) for name in bounds_of(declared()["dependencies"])}


def test_what_the_tests_import_is_declared():
    assert libraries_imported("tests") <= {normal(name) for name in everything_declared()}


def test_make_needs_no_bash():
    assert "SHELL" not in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_text_files_end_their_lines_the_same_way_on_every_system():
    assert "* text=auto eol=lf" in (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()
    # A file in use may have Excel's line ends; what git keeps may not.
    assert [line for line in from_git("ls-files", "--eol") if re.match(r"i/(crlf|mixed)", line)] == []


def test_no_file_is_larger_than_a_megabyte():
    assert [relative(path) for path in project_files() if path.stat().st_size > MEGABYTE] == []


def test_file_names_are_ascii_and_short():
    names = [relative(path) for path in project_files()]
    assert [name for name in names if not re.fullmatch(r"[\w./-]+", name, re.ASCII)] == []
    assert [name for name in names if len(name) > 80] == []


def test_file_names_mean_the_same_on_windows():
    names = [relative(path) for path in project_files()]
    assert len({name.lower() for name in names}) == len(names)
    assert [name for name in names if Path(name).stem.lower() in RESERVED_BY_WINDOWS] == []


@pytest.mark.parametrize("notebook", notebooks(), ids=relative)
def test_a_notebook_carries_no_outputs_and_names_the_kernel_of_any_environment(notebook):
    content = json.loads(notebook.read_text(encoding="utf-8"))
    ran = [cell for cell in content["cells"] if cell.get("outputs") or cell.get("execution_count")]
    assert ran == [], "jupyter nbconvert --clear-output --inplace notebooks/*.ipynb"
    assert content["metadata"]["kernelspec"]["name"] == "python3"


@pytest.mark.parametrize("notebook", [path for path in notebooks() if path.parent.name == "notebooks"], ids=relative)
def test_a_notebook_has_one_cell_of_parameters(notebook):
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    assert len(tagged) == 1


def test_the_readme_gives_the_two_commands_and_the_way_with_conda():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    signposts = ["make brief", "make test", "environment.yml", "docs/install.md"]
    assert not text.strip() or [sign for sign in signposts if sign not in text] == []
