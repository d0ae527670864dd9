"""``fl-director validation``."""

import json
import os
from pathlib import Path

import pytest

from contract.names import Digest
from director.cli.failures import EXIT_REFUSED, EXIT_USAGE
from tests.director.cli.conftest import Run

TABLE = b"label,diagnosis_count\nlow,3\nhigh,30\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "table.csv"
    file.write_bytes(TABLE)
    return file


def test_a_table_is_set_shown_and_cleared(served: Run, table: Path) -> None:
    said = f"diagnosis_count: 2 rows, sha256 {Digest.of(TABLE)}\n"
    done = served("validation", "set", table)
    assert done.stdout == said
    assert "warning: Few rows of some labels: low 1, medium 0, high 1; give at least 11 of each." in done.stderr
    assert "warning: Few rows in all: with 2 one patient moves the accuracy by 50.0 percentage points" in done.stderr
    assert "takes the place of" not in done.stderr
    assert served("validation", "show").stdout == said
    assert json.loads(served("validation", "show", "--json").stdout)["by"] == "admin:cli"
    table.write_bytes(TABLE + b"medium,12\n")
    again = served("validation", "set", table).stderr
    assert "It takes the place of 2 rows, set at 20" in again
    assert f" UTC by admin:cli, sha256 {Digest.of(TABLE)}" in again
    cleared = served("validation", "clear")
    assert cleared.stdout == "diagnosis_count has no validation table.\n"
    assert "It takes the place of 3 rows, set at 20" in cleared.stderr


def test_each_failure_has_its_exit_code(served: Run, table: Path, tmp_path: Path) -> None:
    served("validation", "set", table)
    (tmp_path / "none.csv").write_bytes(b"\xff\xfe")
    for arguments, code in (
        (["set", "nowhere.csv"], EXIT_USAGE),
        (["set", tmp_path], EXIT_USAGE),
        (["set", tmp_path / "none.csv"], EXIT_REFUSED),
        (["set", table, "--task", "no_such"], EXIT_REFUSED),
        (["show", "--task", "No Such"], EXIT_USAGE),
        (["clear", "--task", "no_such"], EXIT_REFUSED),
    ):
        failed = served("validation", *arguments)
        assert (failed.exit_code, failed.stdout) == (code, ""), arguments
    assert json.loads(served("validation", "show", "--json").stdout)["sha256"] == Digest.of(TABLE)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_table_is_read_however_it_was_saved(encoding: str, served: Run, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_bytes(TABLE.decode().encode(encoding))
    found = served("validation", "set", tmp_path / "table.csv", "--json")
    assert (found.exit_code, json.loads(found.stdout)["rows"]) == (0, len(TABLE.splitlines()) - 1)


def test_a_pipe_is_not_waited_for(served: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "table.csv")
    refused = served("validation", "set", tmp_path / "table.csv")
    assert (refused.exit_code, "is a pipe, not a file" in refused.stderr) == (EXIT_USAGE, True)
