"""An executed notebook becomes one HTML page that needs nothing else: no network, no script, no other file.

The page holds what the cells show, in order; code, prompts and console output stay in the notebook. It is refused
rather than weakened: a notebook with a failed cell, a picture without a text alternative, a page that would fetch
something or that is too heavy to mail does not get written. The same notebook gives the same bytes.
"""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

from ezlib.contracts import DataError
from ezlib.files import write_whole
from ezlib.messages import LANGUAGES

TEMPLATES = Path(__file__).parent / "templates"
TEMPLATE = "brief"
MAX_BYTES = 400 * 1024

# A cell with this tag is for whoever works in the notebook; one tagged with a language is shown in that language only.
NOTEBOOK_ONLY = "notebook-only"

# Elements that fetch or run something, and attributes that name what is fetched. A link that the reader must follow
# herself is no reference.
FORBIDDEN_TAGS = {"script", "iframe", "object", "embed", "link", "base", "form", "audio", "video", "canvas"}
FETCHING = {"src", "srcset", "href", "data", "poster", "background", "action", "xlink:href"}
LINKS = {"a"}
EXTERNAL_STYLE = re.compile(r"@import|url\(\s*['\"]?(?!#|data:)", re.IGNORECASE)

# What nbconvert writes where a picture has no text alternative.
NO_DESCRIPTION = "No description has been provided for this image"


def publish(notebook, page, lang: str = "vi") -> Path:
    """Write the executed notebook at `notebook` as a self-contained HTML page at `page`, and return that path.

    Raises DataError, and leaves any earlier page as it was, when a cell has failed, a picture has no text alternative,
    the page would fetch or run anything, or it is larger than 400 KiB.
    """
    notebook, page = Path(notebook), Path(page)
    if lang not in LANGUAGES:
        raise ValueError(f"Unknown language {lang!r}. Use 'vi' or 'en'.")
    html = page_html(_read(notebook), lang, name=notebook.name)
    return write_whole(page, html)


def page_html(notebook, lang: str = "vi", title: str | None = None, name: str = "notebook") -> str:
    """The page of a notebook (an nbformat node) as text; checks and errors as for `publish`.

    `title` is the document's title (default: the one its masthead carries, else the first heading).
    """
    _refuse_failed_cells(notebook, name)
    shown = _for_readers(notebook, lang)
    html = _export(shown, lang, title or _title(shown) or Path(name).stem)
    faults = page_faults(html)
    if faults:
        raise DataError(f"{name} cannot be published.", faults, "Mend the cell that shows this.")
    size = len(html.encode("utf-8"))
    if size > MAX_BYTES:
        raise DataError(
            f"The page of {name} is {size / 1024:.0f} KiB; at most {MAX_BYTES // 1024} KiB can be mailed.",
            next_step="Show fewer figures, or fewer points in them.",
        )
    return html


def page_faults(html: str) -> list[str]:
    """What keeps a page from being published: pictures without words, anything fetched or run."""
    reader = _PageReader()
    reader.feed(html)
    reader.close()
    return list(dict.fromkeys(reader.faults))


# Reading the notebook ------------------------------------------------------------------------------------------------


def _read(path: Path):
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise DataError(f"There is no notebook {path}.", next_step="Run it first, with papermill or ezlib.") from None


def _refuse_failed_cells(notebook, name: str) -> None:
    faults = [
        f"cell {number}: {output.get('ename', 'error')}: {output.get('evalue', '')}".rstrip(": ")
        for number, cell in enumerate(notebook.cells, 1)
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ]
    if faults:
        raise DataError(f"{name} did not run to its end.", faults, "Mend it and run it again.")


def _for_readers(notebook, lang: str):
    """The notebook with only the cells meant for readers of one language."""
    hidden = {NOTEBOOK_ONLY, *LANGUAGES} - {lang}
    shown = notebook.copy()
    cells = [c for c in notebook.cells if not hidden & set(c.metadata.get("tags", []))]
    shown["cells"] = [_without_console(cell) for cell in cells]
    return shown


def _without_console(cell):
    """The cell without what it printed: a library's passing warning must leave no trace on the page."""
    if cell.cell_type != "code":
        return cell
    kept = cell.copy()
    kept["outputs"] = [output for output in cell.outputs if output.output_type != "stream"]
    return kept


def _title(notebook) -> str:
    texts = [
        output["data"]["text/html"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    ]
    for pattern in (r'data-title="([^"]*)"', r"<h1[^>]*>(.*?)</h1>"):
        found = re.search(pattern, "\n".join(texts), re.DOTALL)
        if found:
            return unescape(re.sub(r"<[^>]*>", "", found[1])).strip()
    return ""


# Writing the page ----------------------------------------------------------------------------------------------------


def _export(notebook, lang: str, title: str) -> str:
    # Imported here: nbconvert takes seconds, and a notebook that only draws never publishes.
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        template_name=TEMPLATE,
        extra_template_basedirs=[str(TEMPLATES)],
        language_code=lang,
        exclude_anchor_links=True,
        exclude_input=True,
    )
    resources = {"page_title": title, "page_style": _style()}
    html, _ = exporter.from_notebook_node(notebook, resources=resources)
    return re.sub(r"\n\s*\n+", "\n", html).strip() + "\n"


def _style() -> str:
    """The style sheet without comments and indentation."""
    css = (TEMPLATES / TEMPLATE / "brief.css").read_text(encoding="utf-8")
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return "\n".join(line.strip() for line in css.splitlines() if line.strip())


# Checking the page ---------------------------------------------------------------------------------------------------


class _PageReader(HTMLParser):
    """Reads a page as a browser would and notes what must not be there."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self._drawing: dict | None = None
        self._inside: list[str] = []

    def handle_starttag(self, tag, attributes):
        found = {name: value or "" for name, value in attributes}
        self._inside.append(tag)
        if tag in FORBIDDEN_TAGS:
            self.faults.append(f"<{tag}> is not allowed on a page that stands alone")
        self._check_attributes(tag, found)
        if tag == "img" and found.get("alt", "") in ("", NO_DESCRIPTION):
            self.faults.append("a picture (<img>) has no text alternative; give the output an alt in its metadata")
        if tag == "svg" and self._drawing is None:
            self._drawing = {"depth": 1, "words": found.get("aria-label", ""), "hidden": found.get("aria-hidden")}
        elif tag == "svg":
            self._drawing["depth"] += 1

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_data(self, data):
        inside = self._inside[-1] if self._inside else ""
        if self._drawing is not None and inside in ("title", "desc"):
            self._drawing["words"] += data
        if inside == "style" and EXTERNAL_STYLE.search(data):
            self.faults.append("a style sheet fetches something (url or @import)")

    def handle_endtag(self, tag):
        while tag in self._inside:
            if self._inside.pop() == tag:
                break
        if tag == "svg" and self._drawing is not None:
            self._drawing["depth"] -= 1
            if self._drawing["depth"] == 0:
                if not self._drawing["words"].strip() and self._drawing["hidden"] != "true":
                    self.faults.append("a drawing (<svg>) has no text alternative; show it through ezlib.charts")
                self._drawing = None

    def _check_attributes(self, tag: str, found: dict[str, str]) -> None:
        for name, value in found.items():
            if name.startswith("on"):
                self.faults.append(f"<{tag} {name}=…> runs a script")
            if name in FETCHING and tag not in LINKS and not value.startswith(("#", "data:")):
                self.faults.append(f"<{tag} {name}={value[:60]!r}> fetches something")
            if tag in LINKS and value.strip().lower().startswith("javascript:"):
                self.faults.append(f"<{tag} {name}=…> runs a script")
            if name == "style" and EXTERNAL_STYLE.search(value):
                self.faults.append(f"<{tag} style=…> fetches something")
