"""A published page in a real browser: it fits a phone, two sheets of A4 and any reader's fonts, and asks for nothing.

Needs a headless Chromium. Without one the tests are skipped, unless EZLIB_REQUIRE_BROWSER=1 says that there must be
one, as in CI.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

import nbformat
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))
import sample

import ezlib as ez
from ezlib.publish import page_html

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FONTS = Path("/usr/share/fonts/truetype")
DEJAVU, NOTO = "dejavu", "noto"  # wide letters, and such as most readers have
PHONE, DESK = 390, 820
PAPER = 680  # A4 between its margins
A4_SHEETS = 2
# A phone is held close: smaller than this nobody reads the numbers of an axis.
SMALLEST_TEXT = 10

# Runs inside a copy of the page, in a frame of the width wanted, and tells the frame's owner what it sees.
MEASURE = """<script>
addEventListener('load', () => {
  const seen = e => e.getClientRects().length > 0;
  const drawings = [...document.querySelectorAll('svg')].filter(seen);
  const words = drawings.flatMap(svg => [...svg.querySelectorAll('text')].map(text => {
    const box = text.getBoundingClientRect(), frame = svg.getBoundingClientRect();
    const scale = frame.width / svg.viewBox.baseVal.width;
    return {text: text.textContent, size: parseFloat(getComputedStyle(text).fontSize) * scale,
            over: Math.max(box.right - frame.right, frame.left - box.left, box.bottom - frame.bottom)};
  }));
  parent.postMessage(JSON.stringify({
    width: innerWidth, scroll: document.documentElement.scrollWidth,
    over: [...document.querySelectorAll('main *')].filter(e => seen(e) && !e.closest('svg') &&
      ![e, e.closest('thead')].some(x => x && getComputedStyle(x).position === 'absolute') &&
      e.getBoundingClientRect().right > innerWidth + 1)
      .map(e => e.tagName + '.' + e.className + ': ' + e.textContent.slice(0, 40)),
    narrow: [...document.querySelectorAll('.narrow')].filter(seen).length,
    wide: [...document.querySelectorAll('.wide')].filter(seen).length,
    charts: document.querySelectorAll('.chart').length,
    tables: [...document.querySelectorAll('table')].filter(seen).map(e => e.getBoundingClientRect().right -
      document.querySelector('main').getBoundingClientRect().right +
      parseFloat(getComputedStyle(document.querySelector('main')).paddingRight)),
    marks: [...document.querySelectorAll('td sup')].filter(seen).map(e => {
      const next = e.closest('td').nextElementSibling, text = document.createRange();
      if (next && next.firstChild) text.selectNodeContents(next);
      const box = e.getBoundingClientRect(), behind = text.getClientRects()[0];
      return behind && behind.top < box.bottom ? box.right - behind.left : -1;
    }),
    requests: performance.getEntriesByType('resource').map(entry => entry.name),
    words: words,
  }), '*');
});
</script>"""

OWNER = """<!doctype html><meta charset="utf-8"><pre id="seen"></pre><script>
addEventListener('message', event => { document.getElementById('seen').textContent = event.data; });
</script><iframe src="page.html" style="border:0;width:WIDTHpx;height:1200px"></iframe>"""

pytestmark = pytest.mark.browser


def without(what: str):
    """Leave a test out on a machine that lacks what only looking at a page needs: a system package, which `make test`
    must not install for its user. `.ci/run` installs them all and sets EZLIB_REQUIRE_BROWSER, so there it is a failure.
    """
    missing = f"This machine has no {what}"
    if os.environ.get("EZLIB_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{missing}, and EZLIB_REQUIRE_BROWSER is 1.")
    pytest.skip(f"{missing}, which `make test` cannot install; .ci/run does, and looks at the pages there.")


@pytest.fixture(scope="session")
def chromium() -> str:
    """A headless browser."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    return found or without(f"headless browser ({', '.join(NAMES)})")


@pytest.fixture(params=[DEJAVU, NOTO])
def font(request) -> str:
    """A font of Vietnamese letters."""
    return request.param if (FONTS / request.param).is_dir() else without(f"font {request.param}")


@pytest.fixture(scope="module", params=["vi", "en"])
def page(request) -> str:
    return page_html(sample.sample_notebook(request.param), request.param)


def run(chromium: str, folder: Path, *arguments: str, font: str = DEJAVU) -> str:
    command = [chromium, *FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments]
    settings = os.environ | one_font(folder, font)
    done = subprocess.run(command, capture_output=True, check=True, timeout=120, env=settings)
    return done.stdout.decode("utf-8")


def one_font(folder: Path, font: str) -> dict[str, str]:
    """Settings with which a browser sees one font alone, so that pages break as they do in `.ci/run`."""
    if not (FONTS / font).is_dir():
        return {}
    settings = folder / "fonts.conf"
    drawn = '<include ignore_missing="yes">/etc/fonts/conf.d</include>'
    text = f"<fontconfig><dir>{FONTS / font}</dir>{drawn}<cachedir>{folder / 'fonts'}</cachedir></fontconfig>"
    settings.write_text(f'<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">{text}', encoding="utf-8")
    return {"FONTCONFIG_FILE": str(settings)}


def measured(chromium: str, folder: Path, page: str, width: int) -> dict:
    """What a browser sees of a page at a width in CSS pixels."""
    (folder / "page.html").write_text(page.replace("</body>", MEASURE + "</body>"), encoding="utf-8")
    owner = folder / "owner.html"
    owner.write_text(OWNER.replace("WIDTH", str(width)), encoding="utf-8")
    dom = run(chromium, folder, "--virtual-time-budget=4000", "--dump-dom", owner.as_uri())
    return json.loads(unescape(re.search(r'<pre id="seen">(.*?)</pre>', dom, re.DOTALL)[1]))


@pytest.fixture(scope="module")
def phone(chromium, tmp_path_factory, page) -> dict:
    return measured(chromium, tmp_path_factory.mktemp("phone"), page, PHONE)


@pytest.fixture(scope="module")
def desk(chromium, tmp_path_factory, page) -> dict:
    return measured(chromium, tmp_path_factory.mktemp("desk"), page, DESK)


def test_a_phone_shows_the_page_without_scrolling_sideways(phone):
    assert phone["width"] == PHONE
    assert phone["over"] == []
    assert phone["scroll"] <= PHONE


def test_a_phone_shows_the_narrow_drawings_large_enough_to_read(phone):
    assert (phone["narrow"], phone["wide"]) == (phone["charts"], 0)
    assert min(word["size"] for word in phone["words"]) >= SMALLEST_TEXT


def test_a_desk_shows_the_wide_drawings_and_nothing_overflows(desk):
    assert desk["over"] == []
    assert (desk["narrow"], desk["wide"]) == (0, desk["charts"])


def test_words_on_a_chart_stay_inside_it_in_the_fonts_of_this_machine(phone, desk):
    assert [word["text"] for word in [*phone["words"], *desk["words"]] if word["over"] > 1.5] == []


def test_the_page_asks_the_network_for_nothing(desk):
    assert desk["requests"] == []


def composed(lang: str, *asked: str) -> str:
    """A brief, its blocks in the order of the notebook, without the time a kernel takes."""
    brief = ez.compose_brief(*asked, lang)
    source = nbformat.read(Path(ez.__file__).parent.parent / "notebooks" / "90_brief.ipynb", as_version=4)
    shown = [re.fullmatch(r"brief\.(\w+)", cell.source) for cell in source.cells]
    notebook = nbformat.v4.new_notebook(cells=[sample.cell(getattr(brief, m[1])) for m in shown if m])
    return page_html(notebook, lang)


@pytest.fixture(scope="module", params=["vi", "en"])
def real_page(request) -> str:
    return composed(request.param, "lao-cai", "2025-05", "2025-05-31")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_numbers_of_several_sources_keep_clear_of_the_next_figure(chromium, tmp_path, lang):
    page = composed(lang, "viet-nam", "2025-02", "2025-02-28")
    printed = page.replace("@media print", "@media all").replace("@media screen", "@media not all")
    for shown, width in ((page, 740), (page, 960), (printed, PAPER)):
        seen = measured(chromium, tmp_path, shown, width)
        assert len(seen["marks"]) >= 12
        assert max(seen["marks"]) < -2
        assert max(seen["tables"]) <= 1


def test_the_brief_of_may_2025_fits_a_phone_and_asks_for_nothing(chromium, tmp_path, real_page):
    seen = measured(chromium, tmp_path, real_page, PHONE)
    assert seen["charts"] >= 2
    assert seen["over"] == seen["requests"] == []
    assert seen["scroll"] <= PHONE
    assert [word["text"] for word in seen["words"] if word["over"] > 1.5] == []


@pytest.mark.parametrize("width", [620, 760, 860, 960])
def test_the_tables_of_the_brief_keep_to_the_page_at_every_width(chromium, tmp_path, real_page, width):
    seen = measured(chromium, tmp_path, real_page, width)
    assert max(seen["tables"]) <= 1
    assert seen["scroll"] <= width


def test_the_brief_of_may_2025_prints_on_two_sheets_of_a4(chromium, tmp_path, real_page, font):
    assert sheets(chromium, tmp_path, real_page, font) <= A4_SHEETS


def test_a_brief_prints_on_two_sheets_of_a4(chromium, tmp_path, page, font):
    assert sheets(chromium, tmp_path, page, font) <= A4_SHEETS


def sheets(chromium: str, folder: Path, page: str, font: str) -> int:
    """How many sheets of A4 a page takes in a font."""
    (folder / "page.html").write_text(page, encoding="utf-8")
    printed = folder / "page.pdf"
    run(
        chromium,
        folder,
        "--no-pdf-header-footer",
        f"--print-to-pdf={printed}",
        (folder / "page.html").as_uri(),
        font=font,
    )
    content = printed.read_bytes()
    width, height = map(float, re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", content).groups())
    assert (width, height) == pytest.approx((595, 842), abs=1.5)
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", content))
