"""Files written whole or not at all, one or several at a time."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from ezlib.contracts import DataError


def write_whole(path, content: str | bytes) -> Path:
    """Write a file so that its name never stands for half of it, and return its path; its folder is made when missing.

    Text is written as UTF-8, its line ends as they are on every system. Raises DataError where another program holds
    the file open, OSError where it cannot be written; the old file stays as it was then.
    """
    path = Path(path)
    write_all({path: content})
    return path


def write_all(contents: Mapping[Path, str | bytes], before: Mapping[Path, bytes | None] | None = None) -> None:
    """Write several files, all of them or none.

    Each is written beside its place and put there in one step once all are ready. `before` is what each file held when
    its new content was worked out (None: it did not exist): where one holds something else by now, nothing is written.
    Raises DataError then, and as `write_whole` does; files that had been replaced get their old content back.
    """
    with ExitStack() as undo:
        drafts = {path: _draft(path, content, undo) for path, content in contents.items()}
        there = {path: held_by(path) for path in contents}
        if moved := [path.name for path, old in (before or {}).items() if there[path] != old]:
            raise DataError(
                "A file was changed by another program meanwhile; nothing was written.", moved, "Run it again."
            )
        for path, draft in drafts.items():
            _put(draft, path)
            undo.callback(_put_back, path, there[path])
        undo.pop_all()


def held_by(path: Path) -> bytes | None:
    """What a file holds; None where there is none."""
    return path.read_bytes() if path.exists() else None


def _draft(path: Path, content: str | bytes, undo: ExitStack) -> Path:
    """The content in a file of another name in the same folder, safe on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    undo.callback(draft.unlink, missing_ok=True)
    with draft.open("xb") as out:
        out.write(content.encode("utf-8") if isinstance(content, str) else content)
        out.flush()
        os.fsync(out.fileno())
    return draft


def _put(draft: Path, path: Path) -> None:
    try:
        draft.replace(path)
    except PermissionError as error:
        what = f"{path.name} is open in another program."
        raise DataError(what, next_step="Close it there and run again.") from error


def _put_back(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        write_whole(path, content)
