"""What the pages say can be followed: links lead somewhere, and the picture shows what the command makes."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_to_a_file_leads_to_one(page):
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if not (page.parent / target).exists()]
    assert missing == []


def test_the_readme_names_every_notebook():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb")) if f"`{path.stem}`" not in text] == []
