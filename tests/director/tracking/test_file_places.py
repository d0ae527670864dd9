"""Where files may go: with the MLflow that was named, and nowhere else."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine

from director.errors import TrackerConflictError
from director.tracking.file_places import database_of, folder_beside, require_own

SERVER = "https://mlflow.example:5000/prefix"


@pytest.mark.parametrize(
    "place",
    [
        "mlflow-artifacts:/1/abc/artifacts",
        "mlflow-artifacts://mlflow.example:5000/1/abc/artifacts",
        "https://mlflow.example:5000/api/2.0/mlflow-artifacts/artifacts/1",
    ],
)
def test_a_server_keeps_files_itself(place: str):
    require_own(SERVER, place)
    assert folder_beside(SERVER) is None


@pytest.mark.parametrize(
    "place",
    [
        "file:///home/director/.ssh",
        "/home/director/.ssh",
        "./mlruns/1",
        "s3://bucket/1",
        "mlflow-artifacts://elsewhere.example/1",
        "http://mlflow.example:5000/api/2.0/mlflow-artifacts/artifacts/1",
        "https://elsewhere.example/1",
        "\x1b[2J",
        "",
    ],
)
def test_what_a_server_names_elsewhere_is_refused(place: str):
    with pytest.raises(TrackerConflictError, match="elsewhere") as raised:
        require_own(SERVER, place)
    assert "\x1b" not in raised.value.sentence


def test_beside_a_database_file_there_is_one_folder_and_no_way_out_of_it(tmp_path: Path):
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    folder = folder_beside(uri)
    assert folder == (tmp_path / "mlflow-files").as_uri()
    require_own(uri, f"{folder}/1/artifacts")
    for place in (
        f"{folder}/../home",
        f"{folder}/%2e%2e/home",
        f"{folder}-2/1",
        "mlflow-artifacts:/1",
        "s3://bucket/1",
    ):
        with pytest.raises(TrackerConflictError):
            require_own(uri, place)


@pytest.mark.parametrize(("written", "meant"), [("a b", "a b"), ("Übung", "Übung"), ("a#b", "a#b")])
def test_a_database_file_is_the_one_that_mlflow_opens(written: str, meant: str, tmp_path: Path):
    uri = f"sqlite:///{tmp_path}/{written}/mlflow.db"
    assert database_of(uri) == tmp_path / meant / "mlflow.db"
    assert database_of(uri) == Path(str(create_engine(uri).url.database))
    escaped = f"sqlite:///{tmp_path}/a%20b/mlflow.db"
    assert database_of(escaped) == Path(str(create_engine(escaped).url.database))
