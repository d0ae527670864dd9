"""The result comes whole or not at all, and what was there before stays until then."""

import os
from pathlib import Path

import pytest

from aggregation.errors import AggregationError
from aggregation.script.result import require_place, write_result
from tests.hospital_folders import contents

BEFORE = {"model.pt": b"old model", "scaler.pkl": b"old scaler", "card.json": b"old card", "notes.txt": b"mine"}
NEW = {"model.pt": b"new model", "scaler.pkl": b"new scaler", "card.json": b"new card"}


def filled(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def test_a_result_replaces_the_one_before_and_nothing_else(tmp_path: Path):
    out = filled(tmp_path / "out", BEFORE)
    write_result(out, NEW)
    assert contents(out) == {**BEFORE, **NEW}


def test_the_folder_is_made_with_those_above_it(tmp_path: Path):
    write_result(tmp_path / "a" / "b", NEW)
    assert contents(tmp_path / "a" / "b") == NEW


def test_the_files_have_the_rights_that_any_new_file_has(tmp_path: Path):
    (tmp_path / "any").write_bytes(b"")
    write_result(tmp_path / "out", NEW)
    assert (tmp_path / "out" / "model.pt").stat().st_mode == (tmp_path / "any").stat().st_mode


@pytest.mark.parametrize(
    "before", [None, {}, BEFORE, {"scaler.pkl": b"old scaler"}], ids=["none", "empty", "all", "one"]
)
@pytest.mark.parametrize("act", ["fsync", "replace", "mkdir"])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_whichever_act_fails_nothing_has_changed(act: str, nth: int, before, tmp_path: Path, monkeypatch):
    out = tmp_path / "out" if before is None else filled(tmp_path / "out", before)
    calls = 0
    real = getattr(os, act)

    def failing(*arguments, **keywords):
        nonlocal calls
        calls += 1
        if calls == nth:
            raise OSError(28, "No space left on device")
        return real(*arguments, **keywords)

    monkeypatch.setattr(os, act, failing)
    failed = ""
    try:
        write_result(out, NEW)
    except AggregationError as error:
        failed = error.sentence
    if failed:
        assert "No space left on device" in failed
        assert contents(out) == (before or {})
        assert out.exists() == (before is not None)
    else:
        assert (act, nth, before is not None) == ("mkdir", 1, True)  # no need to make what is there
        assert contents(out) == {**(before or {}), **NEW}


def test_where_a_disk_knows_no_second_names_what_was_there_is_copied(tmp_path: Path, monkeypatch):
    def no_links(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", no_links)
    test_whichever_act_fails_nothing_has_changed("replace", 3, BEFORE, tmp_path, monkeypatch)


def out_is_a_file(path: Path) -> Path:
    path.write_bytes(b"mine")
    return path


def out_is_in_a_pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path / "out"


def out_is_a_pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def a_folder_has_a_name(path: Path) -> Path:
    (path / "card.json").mkdir(parents=True)
    return path


def a_pipe_has_a_name(path: Path) -> Path:
    path.mkdir()
    os.mkfifo(path / "model.pt")
    return path


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (out_is_a_file, "is no folder"),
        (out_is_a_pipe, "is no folder"),
        (out_is_in_a_pipe, "can't be used: Not a directory"),
        (a_folder_has_a_name, "card.json is no plain file"),
        (a_pipe_has_a_name, "model.pt is no plain file"),
    ],
)
def test_a_place_that_can_not_take_the_result_is_refused_beforehand(make, said: str, tmp_path: Path):
    out = make(tmp_path / "averaged")
    with pytest.raises(AggregationError, match=said) as refused:
        require_place(out, NEW, [])
    assert "--out" in refused.value.hint


def test_a_place_that_can_take_it_is_left_as_it_is(tmp_path: Path):
    sources = [filled(tmp_path / "KNH", {}), tmp_path / "none"]
    require_place(tmp_path / "not" / "yet", NEW, sources)
    before = {name: data for name, data in BEFORE.items() if name in NEW} | {".DS_Store": b""}
    require_place(filled(tmp_path / "out", before), NEW, sources)
    assert contents(tmp_path / "out") == before
    assert not (tmp_path / "not").exists()


@pytest.mark.parametrize("name", ["KNH", "KNH/", "./KNH", "MTRH/../KNH", "link", "link/."])
def test_a_folder_that_is_read_is_not_written_to(name: str, tmp_path: Path, monkeypatch):
    filled(tmp_path / "KNH", BEFORE)
    filled(tmp_path / "MTRH", BEFORE)
    (tmp_path / "link").symlink_to("KNH")
    monkeypatch.chdir(tmp_path)
    for source in (Path("KNH"), tmp_path / "KNH", Path("link")):
        with pytest.raises(AggregationError, match="its model would be lost"):
            require_place(Path(name), NEW, [Path("MTRH"), source])


@pytest.mark.parametrize("name", ["KNH/out", "KNH/a/b/out", "link/out", "link/../KNH/out"])
def test_nothing_is_written_within_a_folder_that_is_read(name: str, tmp_path: Path):
    (filled(tmp_path / "KNH", BEFORE) / "a").mkdir()
    (tmp_path / "link").symlink_to("KNH")
    with pytest.raises(AggregationError, match=r"out lies in .*KNH, which is read"):
        require_place(tmp_path / name, NEW, [tmp_path / "KNH"])


def test_nothing_is_written_around_a_folder_that_is_read(tmp_path: Path):
    knh = filled(tmp_path / "KNH", BEFORE)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "link").symlink_to(knh)
    for source in (knh, tmp_path / "a" / "link"):
        with pytest.raises(AggregationError, match=r"holds .*, which is read"):
            require_place(tmp_path, NEW, [source])


@pytest.mark.parametrize("name", ["metadata.json", "training.log", "notes.txt", "falls"])
def test_a_folder_of_other_things_than_a_result_is_not_written_to(name: str, tmp_path: Path):
    out = filled(tmp_path / "out", {"model.pt": b"a hospital's", name: b"its own"})
    with pytest.raises(AggregationError, match=f"out holds {name}, which is no part of a result"):
        require_place(out, NEW, [])
    assert contents(out) == {"model.pt": b"a hospital's", name: b"its own"}


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a place where nobody can write, root included")
def test_a_place_where_nobody_can_write_is_said():
    with pytest.raises(AggregationError, match=r"The result can't be written to /proc/averaged: "):
        write_result(Path("/proc/averaged"), NEW)
