"""The folder of a saved run: whole or as before, and nothing else is ever replaced."""

import os
from pathlib import Path

import pytest

from simulation.errors import SavedRunError
from simulation.run_folder import read_file, read_record, require_free, write_folder
from tests.hospital_folders import contents
from tests.simulation.runs import small_run

RUN = {"history.json": small_run().record.as_file(), "rounds.csv": b"rows", "model.pt": b"model"}


def test_a_folder_is_made_with_those_above_it_and_holds_the_files_alone(tmp_path: Path):
    write_folder(tmp_path / "a" / "b", RUN)
    assert contents(tmp_path / "a" / "b") == RUN
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_a_saved_run_is_replaced_with_all_its_files(tmp_path: Path):
    write_folder(tmp_path / "run", RUN)
    (tmp_path / "run" / "rounds.png").write_bytes(b"picture of the run before")
    without = {name: RUN[name] for name in ("history.json", "rounds.csv")}
    write_folder(tmp_path / "run", without)
    assert contents(tmp_path / "run") == without
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_an_empty_folder_is_filled_and_a_link_stays_one(tmp_path: Path):
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    write_folder(tmp_path / "link", RUN)
    assert (tmp_path / "link").is_symlink()
    assert contents(tmp_path / "there") == RUN


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"thesis.txt": b"mine"}, "thesis.txt"),
        ({**RUN, "card.json": b"{}"}, "card.json"),
        ({"model.pt": b"a model of somebody", "scaler.pkl": b""}, "model.pt, scaler.pkl"),
        ({"history.json": b'{"of": "something else"}'}, "history.json is not what a saved run has there"),
        ({"\x1b[2J.txt": b""}, r"\\x1b\[2J.txt"),
    ],
)
def test_something_else_is_never_replaced(tmp_path: Path, files: dict[str, bytes], says: str):
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with pytest.raises(SavedRunError, match=f"holds something else than a saved run: {says}"):
        write_folder(tmp_path, RUN)
    assert contents(tmp_path) == files


def test_a_file_is_no_folder(tmp_path: Path):
    (tmp_path / "run").write_bytes(b"mine")
    with pytest.raises(SavedRunError, match="is no folder"):
        require_free(tmp_path / "run")


def test_where_the_program_runs_is_not_moved_away_below_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "out" / "deeper").mkdir(parents=True)
    for place, folder in (("out", "."), ("out/deeper", ".."), ("out/deeper", str(tmp_path / "out"))):
        monkeypatch.chdir(tmp_path / place)
        with pytest.raises(SavedRunError, match="is where this program runs") as refused:
            write_folder(Path(folder), RUN)
        assert str(tmp_path / "out" / "run") in refused.value.hint
    write_folder(Path("run"), RUN)
    assert contents(tmp_path / "out" / "deeper" / "run") == RUN


def test_where_a_disk_is_mounted_no_folder_can_be_put():
    with pytest.raises(SavedRunError, match="is where a disk is mounted"):
        require_free(Path("/"))


def test_what_can_not_be_made_is_said_before_there_is_something_to_lose(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"mine")
    (tmp_path / "one").symlink_to("other")
    (tmp_path / "other").symlink_to("one")
    for folder, says in (
        (tmp_path / "file" / "a" / "run", "nothing can be written into .*file"),
        (tmp_path / "one", "leads nowhere"),
        (tmp_path / "one" / "run", "leads nowhere"),
        (Path("a\0b"), "leads nowhere"),
    ):
        with pytest.raises(SavedRunError, match=says):
            require_free(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes wherever it likes")
def test_a_folder_whose_neighbours_are_not_ours_is_refused(tmp_path: Path):
    (tmp_path / "theirs").mkdir(mode=0o555)
    with pytest.raises(SavedRunError, match="nothing can be written into"):
        require_free(tmp_path / "theirs" / "run")


def test_a_name_as_long_as_a_folders_can_be_will_do(tmp_path: Path):
    write_folder(tmp_path / ("a" * 255), RUN)
    assert contents(tmp_path / ("a" * 255)) == RUN


def test_what_can_not_be_written_leaves_the_run_before_whole(tmp_path: Path):
    write_folder(tmp_path / "run", RUN)
    with pytest.raises(OSError, match="no/name"):
        write_folder(tmp_path / "run", {**RUN, "model.pt": b"new", "no/name": b""})
    assert contents(tmp_path / "run") == RUN
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_run_that_could_be_moved_away_but_not_be_replaced_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_folder(tmp_path / "run", RUN)
    move = Path.replace

    def fails_for_the_new_one(path: Path, target: Path) -> Path:
        if path.name == "whole":
            raise PermissionError(13, "Permission denied")
        return move(path, target)

    monkeypatch.setattr(Path, "replace", fails_for_the_new_one)
    with pytest.raises(PermissionError):
        write_folder(tmp_path / "run", {**RUN, "model.pt": b"new"})
    assert contents(tmp_path / "run") == RUN


@pytest.mark.parametrize("moved", ["before0", "whole"])
def test_who_saves_at_the_same_moment_is_replaced_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: str
):
    write_folder(tmp_path / "run", RUN)
    move = Path.replace
    came: list[str] = []

    def comes_second(path: Path, target: Path) -> Path:
        if not came and moved in (path.name, target.name):
            came.append(moved)
            if moved == "whole":
                write_folder(tmp_path / "run", RUN)  # into the place that is free for a moment
            else:
                move(path, tmp_path / "moved-by-the-other")
        return move(path, target)

    monkeypatch.setattr(Path, "replace", comes_second)
    write_folder(tmp_path / "run", {**RUN, "model.pt": b"new"})
    assert came == [moved]
    assert contents(tmp_path / "run") == {**RUN, "model.pt": b"new"}


def test_who_puts_something_else_there_at_that_moment_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_folder(tmp_path / "run", RUN)
    move = Path.replace

    def thesis_comes_first(path: Path, target: Path) -> Path:
        if path.name == "whole":
            (tmp_path / "run").mkdir()
            (tmp_path / "run" / "thesis.txt").write_bytes(b"mine")
        return move(path, target)

    monkeypatch.setattr(Path, "replace", thesis_comes_first)
    with pytest.raises(SavedRunError, match=r"thesis\.txt"):
        write_folder(tmp_path / "run", RUN)
    assert contents(tmp_path / "run") == {"thesis.txt": b"mine"}


def test_a_folder_without_its_file_is_no_saved_run(tmp_path: Path):
    with pytest.raises(SavedRunError, match=r"is no saved run: history.json can't be read: No such file") as refused:
        read_record(tmp_path / "nowhere")
    assert "fl-simulate run --out" in refused.value.hint
    (tmp_path / "history.json").mkdir()
    with pytest.raises(SavedRunError, match=r"history\.json is a folder, not a file"):
        read_record(tmp_path)
    (tmp_path / "rounds.csv").write_bytes(b"12345")
    with pytest.raises(SavedRunError, match="larger than 4 bytes"):
        read_file(tmp_path, "rounds.csv", 4)
