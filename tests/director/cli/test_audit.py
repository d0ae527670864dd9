"""``fl-director audit``."""

import json
from pathlib import Path

import pytest

from director.cli import main
from director.cli.failures import EXIT_DATA, EXIT_REFUSED, EXIT_USAGE
from director.records.schema import AuditRow
from tests.director.cli.conftest import Run
from tests.federation_simulator import FederationSimulator, SimulatedHospital
from tests.streams import run_main


def test_the_audit_is_listed_newest_first_and_by_filters(served: Run, hospital: SimulatedHospital) -> None:
    whole = json.loads(served("audit", "list", "--json").stdout)
    assert [each["seq"] for each in whole] == list(range(len(whole), 0, -1))
    assert len(json.loads(served("audit", "list", "--limit", 2, "--json").stdout)) == 2
    newest = whole[0]
    chosen = ["--act", newest["act"], "--actor", newest["actor"], "--subject", newest["subject"]]
    assert json.loads(served("audit", "list", *chosen, "--since", "2025-12-31", "--json").stdout) == [newest]
    assert json.loads(served("audit", "list", "--since", "2027-01-01", "--json").stdout) == []
    assert newest["act"] in served("audit", "list").stdout


def test_a_record_is_a_line_of_the_list_and_show_gives_the_rest(served: Run, hospital: SimulatedHospital) -> None:
    hospital.train_and_upload()
    newest = json.loads(served("audit", "list", "--limit", 1, "--json").stdout)[0]
    for columns in (80, None):
        lines = run_main(main, "audit", "list", columns=columns).out.splitlines()
        assert [line.split()[0] for line in lines] == ["seq", *(str(seq) for seq in range(newest["seq"], 0, -1))]
        assert "UTC" in lines[1]
    shown = served("audit", "show", newest["seq"]).stdout
    for text in (f"record {newest['seq']}, ", newest["digest"], newest["previous"], *newest["facts"]):
        assert text in shown
    assert json.loads(served("audit", "show", newest["seq"], "--json").stdout) == newest
    missing = served("audit", "show", newest["seq"] + 1)
    assert (missing.exit_code, missing.stdout) == (EXIT_REFUSED, "")
    assert "fl-director audit list" in missing.stderr


def test_whose_token_it_was_stands_beside_the_actor(served: Run, federation: FederationSimulator) -> None:
    request = {"role": "admin", "person": "Jane Wanjiru"}
    token = federation.http.post("/tokens", json=request, headers=federation.admin).json()
    federation.http.post("/envoys", json={"envoy_name": "KNH"}, headers={"Authorization": f"Bearer {token['token']}"})
    assert f"admin:{token['id']} (Jane Wanjiru)" in served("audit", "list", "--act", "envoy.add").stdout


def test_an_export_and_a_checkpoint_are_written_and_verified(
    served: Run, hospital: SimulatedHospital, tmp_path: Path, empty: Path
) -> None:
    export, checkpoint = tmp_path / "audit.jsonl", tmp_path / "checkpoint.json"
    for command, file in (("export", export), ("checkpoint", checkpoint)):
        printed = served("audit", command)
        written = served("audit", command, "--out", file)
        assert (written.exit_code, written.stderr) == (0, f"in {empty}\nwrote {file}\n")
        if command == "export":
            assert file.read_bytes() == printed.stdout_bytes
    for where in ([], ["--file", export]):
        whole = served("audit", "verify", *where, "--checkpoint", checkpoint)
        assert (whole.exit_code, whole.stdout.startswith("whole: ")) == (0, True)
    refused = served("audit", "export", "--out", tmp_path / "nowhere" / "audit.jsonl")
    assert (refused.exit_code, f"({tmp_path / 'nowhere'}" in refused.stderr) == (EXIT_DATA, True)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_what_a_windows_shell_made_of_an_export_and_a_checkpoint_is_the_same_to_read(
    encoding: str, served: Run, hospital: SimulatedHospital, tmp_path: Path
) -> None:
    export, checkpoint = tmp_path / "audit.jsonl", tmp_path / "checkpoint.json"
    for command, file in (("export", export), ("checkpoint", checkpoint)):
        mark = "\ufeff" if encoding == "utf-16-be" else ""
        file.write_bytes((mark + served("audit", command).stdout.replace("\n", "\r\n")).encode(encoding))
    for where in ([], ["--file", export]):
        whole = served("audit", "verify", *where, "--checkpoint", checkpoint)
        assert (whole.exit_code, whole.stdout.startswith("whole: ")) == (0, True), whole.output
    export.write_bytes(export.read_bytes().replace("KUTRRH".encode(encoding.removesuffix("-sig"))[-12:], b""))
    assert served("audit", "verify", "--file", export).exit_code == EXIT_DATA


def test_a_record_that_was_changed_ends_the_command_with_5_and_its_place(
    served: Run, federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    with federation.director.database.write() as session:
        row = session.get(AuditRow, 2)
        assert row is not None
        row.subject = "another"
    found = served("audit", "verify")
    assert (found.exit_code, found.stdout.startswith("Record 2 ")) == (EXIT_DATA, True)
    as_json = served("audit", "verify", "--json")
    assert (as_json.exit_code, json.loads(as_json.stdout)["first_bad"]) == (EXIT_DATA, 2)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["list", "--limit", "0"], EXIT_USAGE),
        (["list", "--since", "yesterday"], EXIT_USAGE),
        (["verify", "--file", "nowhere.jsonl"], EXIT_USAGE),
        (["verify", "--checkpoint", "nowhere.json"], EXIT_USAGE),
        (["verify", "--checkpoint", "none.json"], EXIT_DATA),
        (["verify", "--file", "none.json"], EXIT_DATA),
    ],
)
def test_each_failure_has_its_exit_code(served: Run, tmp_path: Path, arguments: list[str], code: int) -> None:
    (tmp_path / "none.json").write_text("no checkpoint")
    assert served("audit", *arguments).exit_code == code
