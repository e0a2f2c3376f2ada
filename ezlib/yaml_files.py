"""A file of YAML that people edit: its entries, the line of each key, and the keys that stand twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ezlib.contracts import DataError
from ezlib.sheets import Unreadable, read_bytes


class Entries(NamedTuple):
    """What a file of YAML holds: `content`, None where it is empty; the line of each key, by the keys that lead to it;
    and `faults`, the keys of which a plain reading would let the last of two win."""

    content: Any
    lines: dict[tuple[str, ...], int]
    faults: list[str]


def yaml_bytes(path: Path, file: str) -> bytes:
    """The bytes of a file, for `parse_yaml`. Raises DataError where another program holds it open."""
    try:
        return read_bytes(path, file)
    except Unreadable as error:
        raise DataError(f"{file} cannot be read.", [str(error.fault)], error.fault.remedy) from error


def parse_yaml(content: bytes | str, file: str) -> Entries:
    """The entries that the bytes or the text of `file` hold. Raises DataError saying where it is no YAML in UTF-8."""
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        node = loader.get_single_node()
        held = loader.construct_document(node) if node is not None else None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        wrong = f"{file}, line {line}: is not UTF-8"
        raise DataError(f"{file} cannot be read.", [wrong], "Save it as UTF-8 and run again.") from error
    except ValueError as error:  # a day that no calendar has, or a number that is none
        remedy = "Write days as 2025-05-31 and numbers as 1234.5."
        raise DataError(f"{file} cannot be read.", [f"{file}: {error}"], remedy) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{file}, line {mark.line + 1}" if mark else file
        wrong = f"{place}: {getattr(error, 'problem', None) or error}"
        remedy = "Quote text that holds a colon, a comma or brackets."
        raise DataError(f"{file} is not readable as YAML.", [wrong], remedy) from error
    lines: dict[tuple[str, ...], int] = {}
    faults = []
    for keys, line in _keys(node):
        if keys in lines:
            faults.append(f"{file}, line {line}: {keys[-1]!r} stands twice; the first is on line {lines[keys]}")
        lines.setdefault(keys, line)
    return Entries(held, lines, faults)


def _keys(node, path: tuple[str, ...] = (), inside=()) -> Iterator[tuple[tuple[str, ...], int]]:
    """The keys of a node and of all below it, each with its line; what contains itself is not gone through again."""
    if node in inside:
        return
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            yield here, key.start_mark.line + 1
            yield from _keys(value, here, (*inside, node))
    if isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value, 1):
            yield from _keys(value, (*path, str(i)), (*inside, node))
