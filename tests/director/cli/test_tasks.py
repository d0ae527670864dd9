"""``fl-director task``."""

import json
from pathlib import Path

import pytest

from director.cli.failures import EXIT_DATA, EXIT_REFUSED, EXIT_USAGE
from tests.director.cli.conftest import Run
from tests.federation_simulator import FederationSimulator
from tests.table_task import TEXT, table_task

TASK = table_task()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The task's file."""
    path = tmp_path / "falls.toml"
    path.write_text(TEXT)
    return path


def test_a_file_is_checked_without_a_federation_and_every_mistake_is_named(run: Run, file: Path) -> None:
    checked = run("task", "check", file, "--json")
    assert (checked.exit_code, json.loads(checked.stdout)) == (
        0,
        {"task": "falls", "digest": TASK.digest, "mistakes": []},
    )
    assert TASK.digest in run("task", "check", file).stdout
    file.write_text(TEXT.replace("[0.1, 0.3]", "[3, 1]").replace('source = "fell"', 'source = "ward"'))
    for arguments in (("--json",), ()):
        wrong = run("task", "check", file, *arguments)
        assert wrong.exit_code == EXIT_DATA
        assert all(each in wrong.stdout for each in ("risk.bounds", "outcome.source"))
    assert len(json.loads(run("task", "check", file, "--json").stdout)["mistakes"]) == 2
    file.write_bytes(b"name =")
    assert "no TOML" in run("task", "check", file).stdout
    assert run("task", "check", "nowhere.toml").exit_code == EXIT_USAGE


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_file_is_the_same_task_however_it_was_saved(
    encoding: str, served: Run, file: Path, federation: FederationSimulator
) -> None:
    file.write_bytes(TEXT.replace("\n", "\r\n").encode(encoding))
    assert json.loads(served("task", "check", file, "--json").stdout)["digest"] == TASK.digest
    assert json.loads(served("task", "add", file, "--json").stdout)["digest"] == TASK.digest


def test_a_file_of_another_encoding_is_named(run: Run, file: Path) -> None:
    file.write_bytes('title = "Stürze"'.encode("latin-1"))
    checked = run("task", "check", file)
    assert (checked.exit_code, "is not text in UTF-8: byte 12" in checked.stdout) == (EXIT_DATA, True)


def test_a_task_is_added_listed_shown_and_retired(served: Run, federation: FederationSimulator, file: Path) -> None:
    assert served("task", "add", file).stdout == f"falls is learned from now on: {TASK.digest}\n"
    assert "already" in served("task", "add", file).stdout
    listed = {each["name"]: each for each in json.loads(served("task", "list", "--json").stdout)}
    assert (listed["falls"]["added_by"], listed["falls"]["retired_at"]) == ("admin:cli", None)
    assert listed["diagnosis_count"]["added_at"] is None
    assert "built in" in served("task", "list").stdout
    assert json.loads(served("task", "show", "falls", "--json").stdout)["digest"] == TASK.digest
    assert "stands for it: medical" in served("task", "show", "falls").stdout
    assert "is retired" in served("task", "retire", "falls").stdout
    assert "retired 2" in served("task", "list").stdout
    assert "retired: 2" in served("task", "show", "falls").stdout
    assert served("task", "retire", "diagnosis_count").exit_code == EXIT_REFUSED
    assert served("task", "show", "nothing").exit_code == EXIT_REFUSED
