"""A hospital whose tables lie in a bucket: the same commands, and to the byte the same model as from a folder."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract.names import Digest
from tests.real_processes import RealDirector, RealEnvoy
from tests.s3_server import S3Bucket, S3Server, as_environment

Tables = dict[str, Path]


@pytest.fixture
def private(s3: S3Server) -> Iterator[tuple[S3Bucket, dict[str, str]]]:
    """A bucket, and the environment of a hospital that may read it."""
    bucket = s3.bucket()
    with s3.checking("s3:GetObject", "s3:ListBucket") as credentials:
        yield bucket, {**as_environment(credentials), "ENVOY_S3_ENDPOINT": s3.url}


def filled(bucket: S3Bucket, folder: Path) -> str:
    """Put a folder's tables into a bucket that asks nobody for credentials meanwhile."""
    bucket.server.check_after("Infinity")
    address = bucket.put_folder(folder, "mimic-iv/2.2")
    bucket.server.check_after("0")
    return str(address)


def parcel(envoy: RealEnvoy, folder: Path) -> dict[str, Any]:
    envoy.run("train", "--offline", str(folder))
    label = json.loads((folder / "metadata.json").read_text())
    parts = {name: Digest.of((folder / name).read_bytes()) for name in ("model.pt", "scaler.pkl", "training.log")}
    return {**parts, **{name: value for name, value in label.items() if name != "trained_at"}}


def assert_the_same(tables: Path, private: tuple[S3Bucket, dict[str, str]], tmp_path: Path) -> None:
    bucket, environment = private
    from_folder = RealEnvoy(tmp_path / "folder", tables)
    data = {**environment, "ENVOY_DATA": filled(bucket, tables)}
    from_bucket = RealEnvoy(tmp_path / "bucket", tables, data)
    ours, theirs = (envoy.run("check").stdout.splitlines() for envoy in (from_bucket, from_folder))
    assert ours[1:] == theirs[1:], "the same but for the place"
    assert ours[-1] == "No defects."
    assert parcel(from_bucket, tmp_path / "ours") == parcel(from_folder, tmp_path / "theirs")


def test_synthetic_tables_give_the_same_parcel(
    tables: Tables, private: tuple[S3Bucket, dict[str, str]], tmp_path: Path
) -> None:
    assert_the_same(tables["KNH"], private, tmp_path)


def test_the_mimic_iv_demo_gives_the_same_parcel(
    mimic_iv_demo: Path, private: tuple[S3Bucket, dict[str, str]], tmp_path: Path
) -> None:
    assert_the_same(mimic_iv_demo, private, tmp_path)


def test_a_hospital_with_a_bucket_joins_trains_and_takes_part(
    director: RealDirector, tables: Tables, private: tuple[S3Bucket, dict[str, str]], tmp_path: Path
) -> None:
    bucket, environment = private
    one, other = (director.enrol(name, tables["KNH"], tmp_path / name) for name in ("KNH", "MTRH"))
    other.environment = {**environment, "ENVOY_DATA": filled(bucket, tables["KNH"])}
    sent = [envoy.json("statistics") for envoy in (one, other)]
    assert sent[0]["num_examples"] == sent[1]["num_examples"] == 160
    trained = [envoy.json("train")["submission"]["files"]["model"]["sha256"] for envoy in (one, other)]
    assert trained[0] == trained[1], "the same patients from the same start"
    director.run("run", "open", "--rounds", "1", "--deadline", "10m", "--envoy", "MTRH")
    took_part = other.run("participate", "--once")
    assert "200 patients fit" in took_part.stderr
    assert director.json("run", "show", "1")["published"] == 1


def test_whoever_may_not_read_sends_nothing(
    director: RealDirector, tables: Tables, private: tuple[S3Bucket, dict[str, str]], tmp_path: Path
) -> None:
    bucket, environment = private
    envoy = director.enrol("KNH", tables["KNH"], tmp_path / "knh")
    wrong = {"ENVOY_DATA": filled(bucket, tables["KNH"]), "AWS_SECRET_ACCESS_KEY": "hush-hush"}
    envoy.environment = {**environment, **wrong}
    for command in (["check"], ["statistics"], ["train"], ["evaluate"]):
        ended = envoy.run(*command, check=False)
        assert (ended.returncode, ended.stdout) == (4, ""), ended.stderr
        assert "does not let this envoy read the bucket" in ended.stderr
        assert not any(each in ended.stderr for each in ("hush", "Traceback", environment["AWS_ACCESS_KEY_ID"]))
    assert director.json("submission", "list") == []
