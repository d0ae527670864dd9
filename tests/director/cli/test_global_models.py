"""``fl-director aggregate`` and ``fl-director model``."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from director.cli.failures import EXIT_REFUSED, EXIT_USAGE
from director.records.paging import MAX_PAGE
from director.records.schema import GlobalModelFileRow, GlobalModelRow
from tests.director.cli.conftest import Run
from tests.federation_simulator import FederationSimulator, SimulatedHospital


@pytest.fixture
def trained(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]) -> FederationSimulator:
    for each in five_hospitals:
        each.train_and_upload()
    return federation


def test_of_many_versions_the_table_says_that_it_shows_the_newest_and_json_has_all(
    served: Run, trained: FederationSimulator
) -> None:
    assert trained.aggregate().status_code == 201
    assert "1 of" not in served("model", "list").stdout
    with trained.director.database.write() as session:
        for of, key in ((GlobalModelRow, "id"), (GlobalModelFileRow, "global_model_id")):
            rows = [dict(row) for row in session.execute(select(of.__table__)).mappings()]
            for version in range(2, MAX_PAGE + 2):
                own = {"id": version, "version": version} if key == "id" else {key: version}
                session.execute(insert(of), [row | own for row in rows])
    assert f"\n{MAX_PAGE} of {MAX_PAGE + 1}; more with --limit" in served("model", "list").stdout
    assert len(json.loads(served("model", "list", "--json").stdout)) == MAX_PAGE + 1


def test_a_version_is_previewed_made_listed_shown_and_published(served: Run, trained: FederationSimulator) -> None:
    preview = served("aggregate", "--dry-run").stdout
    assert preview.startswith("preview of diagnosis_count (not current), clip+fedavg")
    assert "moves by" in preview
    assert json.loads(served("model", "list", "--json").stdout) == []
    assert served("aggregate").stdout.startswith("global model 1 of diagnosis_count (current), clip+fedavg")
    nothing_new = served("aggregate")
    assert nothing_new.exit_code == 0
    assert "Nothing is new since global model 1: no version was made." in nothing_new.stdout
    trained.train_and_upload(1)
    second = json.loads(served("aggregate", "--strategy", "trimmed_mean", "--parameter", "f=1", "--json").stdout)
    assert (second["version"], second["strategy"], second["parameters"]) == (2, "trimmed_mean", {"f": 1.0})
    trained.train_and_upload(2)
    few = json.loads(served("aggregate", "--envoy", "KNH", "--envoy", "mtrh", "--dry-run", "--json").stdout)
    assert sorted(each["envoy_name"] for each in few["inputs"]) == ["KNH", "MTRH"]
    assert served("model", "publish", 1).stdout.startswith("global model 1 of diagnosis_count (current)")
    assert served("model", "show", 2).stdout.startswith("global model 2 of diagnosis_count (not current), trimmed_mean")
    listed = json.loads(served("model", "list", "--json").stdout)
    assert [(each["version"], each["published"]) for each in listed] == [(2, False), (1, True)]
    assert served("model", "list").stdout.count(" current ") == 1


def test_a_version_that_the_script_made_is_imported(served: Run, trained: FederationSimulator, tmp_path: Path) -> None:
    folders = [str(trained.file("received_results", name)) for name in trained.hospitals]
    out = tmp_path / "averaged"
    script = [sys.executable, "-m", "aggregation", *folders, "--out", str(out)]
    subprocess.run(script, check=True, capture_output=True, cwd=Path(__file__).parents[3])
    imported = json.loads(served("model", "import", out, "--json").stdout)
    assert (imported["version"], imported["strategy"], imported["published"]) == (1, "imported:fedavg", True)
    again = served("model", "import", out)
    assert (again.exit_code, "Known already as version 1: no version was made." in again.stderr) == (0, True)
    assert "It is the current one." in again.stderr
    assert [each["version"] for each in json.loads(served("model", "list", "--json").stdout)] == [1]
    (out / "model.pt").write_bytes(b"something else")
    assert served("model", "import", out).exit_code == EXIT_REFUSED
    (out / "card.json").unlink()
    missing = served("model", "import", out)
    assert missing.exit_code == EXIT_USAGE
    assert "card.json: No such file" in missing.stderr


def test_a_version_of_another_engines_run_says_so(served: Run, trained: FederationSimulator, tmp_path: Path) -> None:
    folders = [str(trained.file("received_results", name)) for name in trained.hospitals]
    script = [sys.executable, "-m", "aggregation", *folders, "--out", str(tmp_path / "result")]
    subprocess.run(script, check=True, capture_output=True, cwd=Path(__file__).parents[3])
    card = tmp_path / "result" / "card.json"
    run = {"engine": "flower", "id": "1234", "rounds": 10}
    card.write_text(json.dumps({**json.loads(card.read_text()), "run": run}))
    says = "made under flower in 10 rounds, run 1234\n"
    assert says in served("model", "import", tmp_path / "result").stdout
    assert says in served("model", "show", 1).stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["aggregate", "--parameter", "f"], EXIT_USAGE),
        (["aggregate", "--parameter", "f=many"], EXIT_USAGE),
        (["aggregate", "--task", "No Such"], EXIT_USAGE),
        (["aggregate", "--envoy", "no name"], EXIT_USAGE),
        (["aggregate", "--strategy", "no_such"], EXIT_REFUSED),
        (["aggregate", "--envoy", "Nowhere"], EXIT_REFUSED),
        (["model", "show", "7"], EXIT_REFUSED),
        (["model", "show", "Seven"], EXIT_USAGE),
        (["model", "show", "seven"], EXIT_REFUSED),
        (["model", "show", "champion"], EXIT_REFUSED),
        (["model", "publish", "7"], EXIT_REFUSED),
        (["model", "compare", "7", "8"], EXIT_REFUSED),
        (["model", "alias", "7", "production"], EXIT_REFUSED),
        (["model", "unalias", "production"], EXIT_REFUSED),
        (["model", "note", "7", "Looked at"], EXIT_REFUSED),
        (["model", "import", "nowhere"], EXIT_USAGE),
    ],
)
def test_each_failure_has_its_exit_code(
    served: Run, hospital: SimulatedHospital, arguments: list[str], code: int
) -> None:
    hospital.train_and_upload()
    failed = served(*arguments)
    assert (failed.exit_code, failed.stdout) == (code, "")
    assert json.loads(served("model", "list", "--json").stdout) == []


def test_a_version_that_nobody_confirmed_is_published_with_a_reason(
    served: Run, trained: FederationSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIRECTOR_PUBLISH", "confirmed")
    made = served("aggregate")
    assert made.stdout.startswith("global model 1 of diagnosis_count (waits to be confirmed), clip+fedavg")
    assert served("model", "publish", 1).exit_code == EXIT_REFUSED
    assert served("model", "publish", 1, "--reason", "").exit_code == EXIT_USAGE
    done = served("model", "publish", 1, "--reason", "the hospitals are closed")
    assert done.stdout.startswith("global model 1 of diagnosis_count (current)")
    assert trained.log_lines("model.publish")[-1]["reason"] == "the hospitals are closed"


def test_a_folder_to_import_with_a_pipe_or_without_end_in_it_is_not_waited_for(served: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.pt")
    refused = served("model", "import", tmp_path)
    assert (refused.exit_code, "is a pipe, not a file" in refused.stderr) == (EXIT_USAGE, True)
    (tmp_path / "model.pt").unlink()
    (tmp_path / "model.pt").symlink_to("/dev/zero")
    refused = served("model", "import", tmp_path)
    assert (refused.exit_code, "is a device, not a file" in refused.stderr) == (EXIT_USAGE, True)


@pytest.fixture
def two(served: Run, trained: FederationSimulator) -> Run:
    """A second version, and the first one current again."""
    served("aggregate")
    trained.train_and_upload(1)
    served("aggregate")
    assert served("model", "publish", 1).exit_code == 0
    return served


def test_a_version_is_called_by_a_name_wherever_one_is_named(two: Run) -> None:
    named = two("model", "alias", "challenger", "production").stdout
    assert named.startswith("global model 2 of diagnosis_count (not current)")
    assert "aliases: challenger, production" in named
    assert two("model", "show", "production").stdout == named
    listed = two("model", "list").stdout
    assert "challenger, production" in listed
    assert "champion" in listed
    assert two("model", "publish", "production").stdout.startswith("global model 2 of diagnosis_count (current)")
    for current in ("champion", "current", "latest"):
        assert json.loads(two("model", "show", current, "--json").stdout)["version"] == 2
    assert json.loads(two("model", "alias", 1, "production", "--json").stdout)["aliases"] == ["production"]
    assert "aliases" not in two("model", "unalias", "production").stdout
    assert two("model", "show", "production").exit_code == EXIT_REFUSED


def test_what_follows_from_what_is_is_not_given_by_hand(two: Run) -> None:
    for words in (("alias", 1, "champion"), ("unalias", "champion")):
        refused = two("model", *words)
        assert (refused.exit_code, "neither given nor taken by hand" in refused.stderr) == (EXIT_REFUSED, True)
    assert two("model", "alias", 1, "Production").exit_code == EXIT_USAGE


def test_a_version_has_a_note_until_it_is_taken_away(two: Run) -> None:
    assert "note: KNH sent wrong units" in two("model", "note", "champion", "KNH sent wrong units").stdout
    assert "note: KNH sent wrong units" in two("model", "show", 1).stdout
    assert two("model", "note", 1, "two\nlines").exit_code == EXIT_USAGE
    assert "note:" not in two("model", "note", 1, "").stdout
    assert json.loads(two("model", "show", 1, "--json").stdout)["note"] is None


def test_two_versions_are_compared_as_the_interface_does_it(two: Run, trained: FederationSimulator) -> None:
    shown = two("model", "compare", "champion", "challenger").stdout
    assert shown.startswith("global models 1 and 2 of diagnosis_count. 2 comes from 1.")
    over_http = trained.http.get("/global_models/1/comparison/2", headers=trained.admin).json()
    assert json.loads(two("model", "compare", 1, 2, "--json").stdout) == over_http
