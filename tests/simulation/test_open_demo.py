"""The open demo comes from its bucket by an envoy's own door, and only where there is a network."""

import gzip
import subprocess
import sys
import time
from pathlib import Path

import pytest

from envoy.errors import DataError, TablesUnreachableError
from simulation import open_demo
from simulation.open_demo import OPEN_DEMO, fetch_open_demo
from tests.s3_server import S3Bucket, S3Server

TABLES = ("patients", "admissions", "diagnoses_icd")


@pytest.fixture(scope="module")
def physionet(s3: S3Server) -> S3Bucket:
    """A bucket of the demo's own name, with files where the demo's lie."""
    s3.ask("s3").create_bucket(Bucket=OPEN_DEMO.bucket, ACL="public-read")
    bucket = S3Bucket(s3, OPEN_DEMO.bucket, is_open=True)
    for name in TABLES:
        bucket.put(f"mimic-iv-demo/2.2/hosp/{name}.csv.gz", gzip.compress(name.encode(), mtime=0))
    return bucket


def test_the_tables_lie_in_the_folder_as_they_did_in_the_bucket(physionet: S3Bucket, tmp_path: Path) -> None:
    fetch_open_demo(tmp_path, endpoint=physionet.server.url)
    found = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*.gz")}
    assert found == {f"hosp/{name}.csv.gz": gzip.compress(name.encode(), mtime=0) for name in TABLES}


def test_without_a_table_there_is_no_demo(s3: S3Server, physionet: S3Bucket, tmp_path: Path) -> None:
    key = "mimic-iv-demo/2.2/hosp/diagnoses_icd.csv.gz"
    physionet.remove(key)
    with pytest.raises(DataError, match=r"no table diagnoses_icd in s3://physionet-open/mimic-iv-demo/2\.2"):
        fetch_open_demo(tmp_path, endpoint=s3.url)
    physionet.put(key, gzip.compress(b"diagnoses_icd", mtime=0))


def test_without_a_network_it_gives_up_soon(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(TablesUnreachableError):
        fetch_open_demo(tmp_path, endpoint="http://127.0.0.1:1")
    assert time.monotonic() - began < 10
    assert open_demo._PATIENCE_SECONDS <= 5


def test_without_the_library_there_is_one_line_and_synthetic_patients(tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['obstore'] = None\n"
        "from pathlib import Path\n"
        "from contract.terminal import Terminal\n"
        "from simulation import demo\n"
        "demo.SYNTHETIC_PATIENTS = 20\n"
        "print(demo._hospital_data(Path('out'), Path('scratch'), Terminal())[0])\n"
    )
    (tmp_path / "scratch").mkdir()
    source = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": source, "COLUMNS": "300"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "The open MIMIC-IV demo can't be fetched: Tables in a bucket are read by obstore, which is not installed. "
        "Synthetic patients instead.",
        "synthetic",
    ]
