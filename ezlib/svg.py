"""A matplotlib figure as SVG that is small, the same on every run, and readable aloud."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from hashlib import sha256
from html import escape

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

FONTS = "'Segoe UI', 'Noto Sans', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
SVG = "http://www.w3.org/2000/svg"
XLINK = "{http://www.w3.org/1999/xlink}href"
NUMBERS = ("d", "x", "y", "transform", "points", "width", "height", "r", "cx", "cy", "style")


def to_svg(figure: Figure, title: str, description: str) -> str:
    """A figure as SVG: the same bytes for the same figure, no metadata, text kept as text, and a text alternative.

    Numbers keep two decimals, fonts come from the page or, standing alone, from a list that covers Vietnamese.
    """
    raw = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "ezlib"}):
        FigureCanvasSVG(figure).print_svg(raw, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    root = ET.fromstring(re.sub(r"<!DOCTYPE[^>]*>", "", raw.getvalue()))
    _tidy(root)
    _number_ids(root, sha256((title + raw.getvalue()).encode()).hexdigest()[:6])
    _describe(root, title, description)
    return _serialised(root)


def inline(svg: str) -> str:
    """The drawing for inside a page, where the namespace and the font list are the page's."""
    return svg.replace(f' xmlns="{SVG}"', "").replace(f' font-family="{escape(FONTS, quote=False)}"', "").strip()


def _tidy(root: ET.Element) -> None:
    """Drop what only an editor would want: metadata, group names, fixed size, fonts, digits past the second."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == f"{{{SVG}}}metadata":
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.replace(f"{{{SVG}}}", "")
        if XLINK in element.attrib:
            element.attrib["href"] = element.attrib.pop(XLINK)
        if element.tag == "g":
            element.attrib.pop("id", None)
        for name in NUMBERS:
            if name in element.attrib:
                element.attrib[name] = _short_numbers(element.attrib[name])
        if element.tag == "text":
            _inherit_font(element)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.attrib["font-family"] = FONTS


def _short_numbers(text: str) -> str:
    text = re.sub(r"-?\d+\.\d+", lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), text)
    return " ".join(text.replace("-0 ", "0 ").split())


def _inherit_font(text: ET.Element) -> None:
    style = text.attrib.get("style", "")
    style = re.sub(r"font-family:[^;]*;?", "", style)
    style = re.sub(
        r"font: (?P<before>[^;]*?)(?P<size>[\d.]+px) [^;]*",
        lambda m: _font_parts(m["before"]) + f"font-size: {m['size']}",
        style,
    )
    text.attrib["style"] = style.strip().rstrip(";")
    if text.attrib.get("transform", "").startswith("rotate(0 "):
        del text.attrib["transform"]


def _font_parts(before: str) -> str:
    parts = {"italic": "font-style: italic; ", "bold": "font-weight: bold; ", "700": "font-weight: bold; "}
    return "".join(parts.get(word, "") for word in before.split())


def _number_ids(root: ET.Element, prefix: str) -> None:
    """Give ids that no other drawing on the page has; a reference into a hidden drawing would show nothing."""
    names = {}
    for element in root.iter():
        if "id" in element.attrib:
            names[element.attrib["id"]] = f"c{prefix}-{len(names)}"
            element.attrib["id"] = names[element.attrib["id"]]
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "href":
                element.attrib[name] = "#" + names[value[1:]]
            elif "url(#" in value:
                element.attrib[name] = re.sub(r"url\(#([^)]*)\)", lambda m: f"url(#{names[m[1]]})", value)


def _describe(root: ET.Element, title: str, description: str) -> None:
    root.attrib["role"] = "img"
    root.attrib["aria-label"] = f"{title}. {description}"
    for i, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ET.Element(tag)
        element.text = text
        root.insert(i, element)


def _serialised(root: ET.Element) -> str:
    for element in root.iter():
        if element.tag not in ("text", "tspan", "title", "desc", "style"):
            element.text = None
        element.tail = None
    root.attrib["xmlns"] = SVG
    return ET.tostring(root, encoding="unicode") + "\n"
