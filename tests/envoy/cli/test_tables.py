"""``fl-envoy check``."""

import json
from pathlib import Path

from tests.envoy.cli.joining import Run


def test_a_check_says_that_there_is_nothing_or_everything_that_there_is(run: Run, tmp_path: Path) -> None:
    assert run("check").stdout == "No defects.\n"
    (tmp_path / "diagnoses_icd.csv").write_text("subject_id,hadm_id,seq_num,icd_code,icd_version\n1,10,1,4.28E+03,9\n")
    found = run("check", "--data", tmp_path, "--json")
    assert (found.exit_code, [each["kind"] for each in json.loads(found.stdout)]) == (5, ["damaged_code"])
    table = run("check", "--data", tmp_path)
    assert (table.exit_code, "scientific notation" in table.stdout) == (5, True)
