"""``deploy/logrotate``: the real logrotate moves the logs of a director that serves, and no line is lost."""

import getpass
import gzip
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from tests.analyst.conftest import serving
from tests.deploy.units import FOLDER, ROOT, Unit
from tests.real_processes import RealDirector

RECIPE = ROOT / "deploy" / "logrotate" / "fl-director"
QUESTIONS = 400


@pytest.fixture(scope="module")
def director(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealDirector]:
    with serving(tmp_path_factory.mktemp("rotated") / "director") as served:
        yield served.director


def rotate(director: RealDirector) -> None:
    """Rotate all logs now, as the recipe says."""
    if shutil.which("logrotate") is None:
        pytest.skip("logrotate is not here: apt-get install logrotate; its recipe is not tried")
    unit_folder = Unit(FOLDER / "fl-director.service").environment["DIRECTOR_DATA_DIR"]
    group = subprocess.run(["id", "-gn"], capture_output=True, text=True, check=True).stdout.strip()
    text = RECIPE.read_text()
    assert unit_folder in text
    text = text.replace(unit_folder, str(director.folder)).replace(
        "su fl-director fl-director", f"su {getpass.getuser()} {group}"
    )
    recipe = director.folder.with_name("recipe")
    recipe.write_text(text)
    recipe.chmod(0o644)
    state = director.folder.with_name("state")
    subprocess.run(["logrotate", "--force", "--state", str(state), str(recipe)], check=True, capture_output=True)


def lines_of(director: RealDirector, name: str) -> list[str]:
    """Give all lines of a log, the moved and packed ones too."""
    files = sorted((director.folder / "logs").glob(f"{name}.log*"))
    return [
        line
        for file in files
        for line in (gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes())
        .decode()
        .splitlines()
    ]


def test_a_log_that_was_moved_is_written_anew_within_a_second(director: RealDirector) -> None:
    question = {"inputs": {"diagnosis_count": 3}}

    def ask() -> None:
        url = f"{director.url}/infer_global"
        requests.post(url, json=question, headers=director.admin, timeout=30).raise_for_status()

    ask()
    rotate(director)
    time.sleep(1.1)
    ask()
    log = director.folder / "logs" / "inference.log"
    assert len(log.read_text().splitlines()) == 1
    assert log.stat().st_mode & 0o007 == 0


def test_no_line_is_lost_while_a_director_serves(director: RealDirector) -> None:
    asked: list[str] = []
    headers = director.admin
    acts = [director.json("audit", "list", "--limit", "1")[0]["seq"]]

    def ask() -> None:
        with requests.Session() as session:
            for number in range(QUESTIONS):
                question = {"inputs": {"diagnosis_count": 3}}
                answer = session.post(f"{director.url}/infer_global", json=question, headers=headers, timeout=30)
                asked.append(answer.json()["request_id"])
                if number % 20 == 0:
                    name = {"envoy_name": f"H{number}"}
                    session.post(f"{director.url}/envoys", json=name, headers=headers, timeout=30).raise_for_status()
                time.sleep(0.01)

    asking = threading.Thread(target=ask)
    asking.start()
    for _ in range(3):
        time.sleep(1.2)  # names of a second
        rotate(director)
    asking.join()
    director.stop()

    noted = [json.loads(line)["request_id"] for line in lines_of(director, "inference")]
    assert sorted(set(asked).intersection(noted)) == sorted(asked)
    assert len(noted) == len(set(noted))
    acts.append(director.json("audit", "list", "--limit", "1")[0]["seq"])
    told = {json.loads(line).get("seq") for line in lines_of(director, "director")}
    assert {*range(acts[0], acts[1] + 1)} <= told
    moved = sorted(path.name for path in (director.folder / "logs").glob("inference.log-*"))
    assert len(moved) >= 2
    assert moved[0].endswith(".gz")
