"""The first day of a consortium: two hospitals, versions that wait for their word, and one of them turning hostile."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from contract.artifacts.model_file import read_model, write_model
from contract.names import Digest
from contract.tasks import DIAGNOSIS_COUNT
from envoy.parcel import label_of, read_parcel
from tests.real_processes import ForkedDirector, RealDirector, RealEnvoy

ANSWERS_BY_ITSELF = {"ENVOY_ANSWER": "automatic"}


@pytest.fixture
def director(tmp_path: Path) -> Iterator[RealDirector]:
    director = ForkedDirector(tmp_path / "director", environment={"DIRECTOR_PUBLISH": "confirmed"})
    director.start()
    yield director
    director.stop()


@pytest.fixture
def hospitals(director: RealDirector, tables: dict[str, Path], tmp_path: Path) -> list[RealEnvoy]:
    return [director.enrol(name, tables[name], tmp_path / "homes" / name) for name in ("KUTRRH", "MTRH")]


def served(director: RealDirector) -> int | None:
    body = {"inputs": {"diagnosis_count": 9}}
    answer = requests.post(f"{director.url}/infer_global", json=body, headers=director.admin, timeout=10).json()
    return answer["model"]["version"] if "model" in answer else None


def spoilt(folder: Path, factor: float) -> None:
    """Turn a parcel's model into something far away."""
    parcel = read_parcel(folder)
    state = {name: tensor * -factor for name, tensor in read_model(parcel["model"], DIAGNOSIS_COUNT.layout).items()}
    model = write_model(state, DIAGNOSIS_COUNT.layout)
    label = label_of(parcel).model_copy(update={"model_sha256": Digest.of(model)})
    (folder / "model.pt").write_bytes(model)
    (folder / "metadata.json").write_text(label.model_dump_json(exclude_unset=True))


def test_two_hospitals_confirm_a_version_and_refuse_a_spoilt_one(
    director: RealDirector, hospitals: list[RealEnvoy], tmp_path: Path
) -> None:
    for each in hospitals:
        each.run("statistics")
    for each in hospitals:
        each.run("train")
    said = director.run("aggregate").stdout
    assert "waits to be confirmed" in said
    assert "Below 4 hospitals that move nothing is compared" in said
    assert served(director) is None

    assert "accept" in hospitals[0].run("evaluate", "--answer", "1").stdout
    assert served(director) is None
    assert "accept" in hospitals[1].run("evaluate", "--answer", "1").stdout
    assert served(director) == 1
    assert "answer" in hospitals[1].run("ledger").stdout

    # the second one turns hostile: it trains, spoils what it sends, and accepts whatever comes
    hospitals[0].run("train")
    hospitals[1].run("evaluate")  # fetches the start
    hospitals[1].run("train", "--offline", str(tmp_path / "parcel"))
    spoilt(tmp_path / "parcel", 20)
    hospitals[1].run("send", str(tmp_path / "parcel"))
    assert "waits to be confirmed" in director.run("aggregate").stdout
    said_so = requests.post(
        f"{director.url}/global_models/2/answers",
        json={"answer": "accept"},
        headers=hospitals[1].headers,
        timeout=10,
    )
    assert said_so.status_code == 201
    refused = hospitals[0].run("evaluate", "--answer", "2")
    assert "refuse" in refused.stdout
    assert served(director) == 1
    shown = director.json("model", "show", "2")
    assert {each["envoy_name"]: each["answer"] for each in shown["answers"]} == {"KUTRRH": "refuse", "MTRH": "accept"}
    assert director.run("model", "publish", "2", check=False).returncode == 4
    assert director.run("fsck").stdout.strip() == "clean"


def test_an_envoy_that_may_gives_its_word_before_it_trains(director: RealDirector, hospitals: list[RealEnvoy]) -> None:
    for each in hospitals:
        each.run("statistics")
    for each in hospitals:
        each.run("train")
    director.run("aggregate")
    for each in hospitals:
        each.environment = ANSWERS_BY_ITSELF
        each.run("train")
    assert served(director) == 1
