"""The pieces of a page: headline, key figures, tables, notes and sources, each shown as HTML in a notebook.

A block is what a notebook cell ends with. It holds its HTML, which `publish` puts on the page as it stands, and the
same content as plain text. Blocks take texts already written by `wording` and escape them; they compute nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from ezlib.wording import DASH

ROW_KINDS = ("", "total", "part", "group")
LONG_MARKS = 4  # characters of the numbers of sources beside a figure, from which on they take more room


@dataclass(frozen=True)
class Block:
    """A piece of a page: shown as HTML where HTML can be shown, else as text."""

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


def masthead(title: str, left: str, right: str, headline: str, lead: str) -> Block:
    """The top of a page: a line of place and date, the headline, and one paragraph that says it all.

    `title` is the document's title, for the browser's tab and the archive; it is not shown on the page.
    """
    html = (
        f'<header class="masthead" data-title="{escape(title)}">'
        f"<p><span>{escape(left)}</span><span>{escape(right)}</span></p>"
        f"<h1>{escape(headline)}</h1></header>"
        f'<p class="lead">{escape(lead)}</p>'
    )
    return Block(html, "\n".join([f"{left} · {right}", headline, lead]))


def key_figures(figures: Iterable[tuple]) -> Block:
    """A strip of figures to remember: (value, label) or (value, label, "warn") for each."""
    figures = [(*figure, "")[:3] for figure in figures]
    items = "".join(
        f"<div{_class(tone)}><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>" for value, label, tone in figures
    )
    return Block(f'<dl class="keys">{items}</dl>', "\n".join(f"{value} {label}" for value, label, _ in figures))


def table(
    frame: pd.DataFrame,
    caption: str,
    kinds: Sequence[str] | None = None,
    refs: pd.DataFrame | None = None,
    note: str = "",
    row_refs: Sequence[Sequence[int]] | None = None,
) -> Block:
    """A table of texts: the index names the rows, its own name heads that column; on a phone rows become cards.

    `kinds` gives each row "", "total" (bold), "part" (indented) or "group" (a heading over the rows below). `refs`
    has the frame's shape and holds the numbers of the sources of each cell, as lists; they become links to
    `sources`. `row_refs` holds those of each row as a whole, which stand beside its name. `caption` is read aloud and
    not shown, `note` stands under the table.
    """
    kinds = list(kinds) if kinds is not None else [""] * len(frame)
    if len(kinds) != len(frame) or set(kinds) - set(ROW_KINDS):
        raise ValueError(f"kinds needs one of {', '.join(map(repr, ROW_KINDS))} for each of {len(frame)} rows.")
    marked = _marked(frame, refs)
    dense = _class("dense" if "marked long" in marked else "")
    head = "".join(
        f'<th scope="col" role="columnheader"{_class(mark)}>{escape(str(column))}</th>'
        for column, mark in zip(frame.columns, marked, strict=True)
    )
    named = row_refs if row_refs is not None else [()] * len(frame)
    rows = "".join(_row(frame, refs, marked, i, kind, named[i]) for i, kind in enumerate(kinds))
    html = (
        f'<table role="table"{dense}><caption>{escape(caption)}</caption><thead role="rowgroup"><tr role="row">'
        f'<th scope="col" role="columnheader">{escape(frame.index.name or "")}</th>{head}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table>'
    )
    html += f'<p class="small">{escape(note)}</p>' if note else ""
    return Block(f'<div class="table">{html}</div>', f"{caption}\n{frame.to_string()}\n{note}".rstrip())


def section(title: str) -> Block:
    """A heading of the second level."""
    return Block(f"<h2>{escape(title)}</h2>", title)


def paragraph(*sentences: str) -> Block:
    """Sentences as one paragraph."""
    text = " ".join(sentence for sentence in sentences if sentence)
    return Block(f"<p>{escape(text)}</p>", text)


def points(texts: Iterable[str]) -> Block:
    """A short list."""
    texts = list(texts)
    return Block("<ul>" + "".join(f"<li>{escape(t)}</li>" for t in texts) + "</ul>", _lines(texts))


def glossed(lines: Iterable[tuple[str, str]]) -> Block:
    """A compact list in small type: a name in bold, and what is said of it."""
    lines = list(lines)
    items = "".join(f"<li><b>{escape(name)}:</b> {escape(text)}</li>" for name, text in lines)
    return Block(f'<ul class="small">{items}</ul>', _lines([f"{name}: {text}" for name, text in lines]))


def warnings(texts: Iterable[str]) -> Block:
    """Things a reader must know before relying on a figure, set off from the rest."""
    texts = list(texts)
    return Block('<ul class="warn">' + "".join(f"<li>{escape(t)}</li>" for t in texts) + "</ul>", _lines(texts))


def small_print(*sentences: str) -> Block:
    """A paragraph in small type, for method and caveats."""
    text = " ".join(sentence for sentence in sentences if sentence)
    return Block(f'<p class="small">{escape(text)}</p>', text)


def sources(texts: Iterable[str]) -> Block:
    """The numbered list that `refs` of a table point to, in order from 1."""
    texts = list(texts)
    items = "".join(f'<li id="s{i}">{escape(text)}</li>' for i, text in enumerate(texts, 1))
    return Block(f'<ol class="sources">{items}</ol>', "\n".join(f"{i}. {t}" for i, t in enumerate(texts, 1)))


def pair(*charts) -> Block:
    """Charts under each other on a screen, side by side on paper; a note that all share is written once."""
    drawn = stack(*charts)
    html, note = drawn.html, getattr(charts[0], "note", "") if charts else ""
    caption = f"<figcaption>{escape(note)}</figcaption>"
    if len(charts) > 1 and note and html.count(caption) == len(charts):
        html = html.replace(caption, "") + f'<p class="shared small">{escape(note)}</p>'
    return Block(f'<div class="pair">{html}</div>', drawn.text)


def stack(*blocks) -> Block:
    """Several blocks or charts kept together, as one output of a cell."""
    return Block("".join(b._repr_html_() for b in blocks), "\n".join(repr(b) for b in blocks))


def _marked(frame: pd.DataFrame, refs: pd.DataFrame | None) -> list[str]:
    """For each column "marked" if numbers of sources hang beside its figures, which takes room, and "long" if much."""
    if refs is None:
        return [""] * frame.shape[1]
    longest = [max((len(_marks(r, str)) for r in refs.iloc[:, j]), default=0) for j in range(frame.shape[1])]
    return ["" if not n else "marked" if n < LONG_MARKS else "marked long" for n in longest]


def _marks(refs, write) -> str:
    """Numbers of sources in their order, three and more that follow on each other as a range: 1,2 and 9–12."""
    numbers = sorted(set(refs))
    starts = [n for n in numbers if n - 1 not in numbers]
    ends = [n for n in numbers if n + 1 not in numbers]
    runs = [(a, b, DASH if b - a > 1 else ",") for a, b in zip(starts, ends, strict=True)]
    return ",".join(write(a) if a == b else write(a) + between + write(b) for a, b, between in runs)


def _row(frame: pd.DataFrame, refs: pd.DataFrame | None, marked: list[str], i: int, kind: str, named) -> str:
    name = f'<th scope="row" role="rowheader">{escape(str(frame.index[i]))}{_links(named)}</th>'
    cells = "".join(
        _cell(str(column), str(frame.iat[i, j]), refs.iat[i, j] if refs is not None else (), marked[j])
        for j, column in enumerate(frame.columns)
    )
    return f'<tr role="row"{_class(kind)}>{name}{cells}</tr>'


def _links(refs) -> str:
    links = _marks(refs, lambda n: f'<a href="#s{n}">{n}</a>')
    return f"<sup>{links}</sup>" if links else ""


def _cell(column: str, text: str, refs, mark: str) -> str:
    if not text:
        return '<td role="cell"></td>'
    marks = _links(refs)
    # What stands in brackets after a figure goes to a line of its own where columns are narrow.
    beside = re.fullmatch(r"(\S+) (\(.*\))", escape(text))
    shown = f'{beside[1]}{marks} <span class="range">{beside[2]}</span>' if beside else f"{escape(text)}{marks}"
    return f'<td role="cell"{_class(mark)} data-label="{escape(column)}">{shown}</td>'


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _lines(texts: list[str]) -> str:
    return "\n".join(f"- {text}" for text in texts)
