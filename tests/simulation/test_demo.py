"""The demonstration's own care: whose folder it makes anew, which data it takes. Its whole run is a journey."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stderr
from pathlib import Path

import pytest

from contract.names import EnvoyName
from simulation import demo
from simulation.demo import DemoError, run


@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        (lambda out: (out.mkdir(), (out / "thesis.txt").write_text("mine")), "holds something else"),
        (lambda out: None, "which is no folder"),
    ],
    ids=["a folder of somebody else's", "data that is not there"],
)
def test_the_demonstration_stops_with_one_clear_line(tmp_path: Path, prepare, says: str):
    out = tmp_path / "demo"
    prepare(out)
    command = [sys.executable, "-m", "simulation.demo", "--out", str(out)]
    environment = {**os.environ, "MIMIC_IV_DIR": str(tmp_path / "nowhere")}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_a_folder_of_an_earlier_demonstration_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "demo"
    (out / "hospitals").mkdir(parents=True)
    (out / "summary.json").write_text("{}")
    monkeypatch.setenv("MIMIC_IV_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(DemoError, match="nowhere, which is no folder"):
        run(out)
    assert list(out.iterdir()) == []


def test_the_open_demo_is_known_by_its_list_and_other_data_by_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []

    def enough(*_: object) -> None:
        raise DemoError("enough")

    def deal(source: Path, names: list[EnvoyName], out: Path) -> tuple[Path, ...]:
        taken.append(source.name)
        return tuple(out / name for name in names)

    monkeypatch.setattr(demo, "partition", deal)
    monkeypatch.setattr(demo, "_enrol", enough)
    monkeypatch.setattr(demo.Centre, "running", lambda centre: nullcontext())
    labels = []
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
        if name == "theirs":
            (tmp_path / name / "demo_subject_id.csv").write_text("subject_id\n")
        monkeypatch.setenv("MIMIC_IV_DIR", str(tmp_path / name))
        with capturing() as said, pytest.raises(DemoError, match="enough"):
            run(tmp_path / "demo")
        labels.append(said.getvalue().split(".")[0])
    assert (taken, labels) == (["ours", "theirs"], ["Data: ours", "Data: mimic-iv-demo"])


@contextmanager
def capturing() -> Iterator[io.StringIO]:
    """Keep what is said on stderr."""
    with redirect_stderr(io.StringIO()) as said:
        yield said
