"""Files are written whole or not at all, one or several, whatever happens half-way."""

import os

import pytest

from ezlib.contracts import DataError
from ezlib.files import held_by, write_all, write_whole


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_text_is_written_as_it_is_and_folders_are_made(tmp_path):
    path = write_whole(tmp_path / "new" / "x.txt", "tổng\n150,83\r\n")
    assert path.read_bytes() == "tổng\n150,83\r\n".encode()
    assert names(path.parent) == ["x.txt"]


def test_a_new_file_may_be_read_by_those_whom_the_system_lets(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("x", encoding="utf-8")
    assert write_whole(tmp_path / "x", "x").stat().st_mode == plain.stat().st_mode


def test_text_that_cannot_be_encoded_leaves_nothing_under_the_final_name(tmp_path):
    with pytest.raises(UnicodeEncodeError):
        write_whole(tmp_path / "x.txt", "half \ud800")
    assert names(tmp_path) == []


@pytest.mark.parametrize("failure", [OSError("disk full"), KeyboardInterrupt()])
@pytest.mark.parametrize("fails_at", [1, 2])
@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_of_several_files_all_are_written_or_none(tmp_path, monkeypatch, step, fails_at, failure):
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_bytes(b"before")
    done, calls = getattr(os, step), []

    def fail(*given):
        calls.append(given)
        if len(calls) == fails_at:
            raise failure
        return done(*given)

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(type(failure)):
        write_all({old: b"after", new: b"new"})
    assert names(tmp_path) == ["old.csv"] and old.read_bytes() == b"before"
    write_all({old: b"after", new: b"new"})
    assert (held_by(old), held_by(new)) == (b"after", b"new")


def test_a_file_that_was_changed_meanwhile_is_left_as_it_is(tmp_path):
    path, other = tmp_path / "a.csv", tmp_path / "b.csv"
    path.write_bytes(b"read")
    before = {path: held_by(path), other: held_by(other)}
    path.write_bytes(b"read\nedited meanwhile")
    with pytest.raises(DataError, match=r"changed by another program meanwhile; nothing was written.\n.*a\.csv"):
        write_all({other: b"new", path: b"read\nadded"}, before)
    assert names(tmp_path) == ["a.csv"] and path.read_bytes() == b"read\nedited meanwhile"


def test_a_file_that_another_program_holds_is_named(tmp_path, monkeypatch):
    def held(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", held)
    with pytest.raises(DataError, match=r"x\.csv is open in another program"):
        write_whole(tmp_path / "x.csv", "x")
    assert names(tmp_path) == []
