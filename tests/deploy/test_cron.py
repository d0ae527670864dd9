"""``deploy/cron``: the lines do what they say, with nothing but what cron gives them."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from simulation.consortium import write_consortium
from tests.deploy.programs import BIN, is_one_of_ours
from tests.deploy.units import FOLDER, ROOT, Unit
from tests.real_processes import RealDirector

LINES = [
    line for line in (ROOT / "deploy" / "cron" / "fl-envoy").read_text().splitlines() if line and line[0] not in "# "
]
VARIABLES = dict(line.split("=", 1) for line in LINES if re.match(r"[A-Z_]+=", line))
(JOB,) = [line for line in LINES if not re.match(r"[A-Z_]+=", line)]


def test_the_line_says_when_and_who_and_a_command_that_there_is() -> None:
    minute, hour, *_, user, command = JOB.split(maxsplit=6)
    assert (0 <= int(minute) < 60, 0 <= int(hour) < 24, user) == (True, True, "fl-envoy")
    assert is_one_of_ours(command.removeprefix("nice -n 10 ").split())
    assert "%" not in command  # which cron takes for the end of a line
    assert VARIABLES["ENVOY_HOME"] == Unit(FOLDER / "fl-envoy.service").environment["ENVOY_HOME"]


@pytest.mark.slow
def test_what_it_runs_trains_and_uploads(director: RealDirector, tmp_path: Path) -> None:
    (tables,) = write_consortium(tmp_path / "tables", hospitals=1, patients=200, seed=1)
    envoy = director.enrol("KUTRRH", tables, tmp_path / "home")
    (tmp_path / "envoy.toml").write_text(f"data = '{tables}'\n")
    here = {"/var/lib/fl-envoy": str(envoy.home), "/etc/fl-envoy": str(tmp_path), "/opt/fl/bin": str(BIN)}

    def placed(text: str) -> str:
        for said, meant in here.items():
            text = text.replace(said, meant)
        return text

    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **{k: placed(v) for k, v in VARIABLES.items()}}
    command = [VARIABLES["SHELL"], "-c", placed(JOB.split(maxsplit=6)[6])]
    ran = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert [each["verdict"] for each in director.json("submission", "list")] == ["admitted"]


CENTRE = [
    line for line in (ROOT / "deploy" / "cron" / "fl-director").read_text().splitlines() if line and line[0] not in "# "
]
CENTRES_VARIABLES = dict(line.split("=", 1) for line in CENTRE if re.match(r"[A-Z_]+=", line))


def test_what_the_directors_lines_run_makes_a_backup_and_prunes(tmp_path: Path) -> None:
    director = RealDirector(tmp_path / "director")
    director.run("init")
    here = {
        "/var/lib/fl-director": str(director.folder),
        "/etc/fl-director": str(tmp_path),
        "/opt/fl/bin": str(BIN),
        "/usr/local/bin": str(ROOT / "deploy" / "bin"),
        "/var/backups": str(tmp_path / "backups"),
    }

    def placed(text: str) -> str:
        for said, meant in here.items():
            text = text.replace(said, meant)
        return text

    jobs = [line for line in CENTRE if not re.match(r"[A-Z_]+=", line)]
    assert [job.split(maxsplit=6)[5] for job in jobs] == ["fl-director", "fl-director"]
    assert not any("%" in job for job in jobs)
    given = {name: placed(value) for name, value in CENTRES_VARIABLES.items()}
    environment = {"HOME": str(tmp_path), "PYTHONPATH": os.environ.get("PYTHONPATH", ""), **given}
    for job in jobs:
        command = [CENTRES_VARIABLES["SHELL"], "-c", placed(job.split(maxsplit=6)[6])]
        ran = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
    assert len(list((tmp_path / "backups" / "fl-director").iterdir())) == 1
    assert "gone: 0 versions" in ran.stdout
    units = {name: Unit(FOLDER / f"fl-director-{name}.service").environment for name in ("backup", "prune")}
    assert {each["DIRECTOR_DATA_DIR"] for each in units.values()} == {CENTRES_VARIABLES["DIRECTOR_DATA_DIR"]}
