"""What an analyst asks, of a real director over HTTP."""

import copy
import json
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import joblib
import numpy as np
import pandas as pd
import pytest
import requests
import torch
from requests.adapters import HTTPAdapter

from analyst import Client, InputError, NotTaken, Refused, SettingsError
from contract.messages.inference import BinaryPrediction, Prediction
from contract.names import Digest
from tests.analyst.conftest import Served
from tests.envoy.answering import answering


def test_one_patient_gets_the_typed_answer_of_either_model(client: Client) -> None:
    answer = client.infer_global({"diagnosis_count": 9})
    assert isinstance(answer, Prediction)
    assert (answer.model.scope, answer.model.version, answer.model.envoys) == ("global", 2, 2)
    assert answer.probabilities is not None
    assert "not clinical" in answer.notice
    own = client.infer("KUTRRH", {"diagnosis_count": np.int64(9)})
    assert (own.model.scope, own.model.envoy_name) == ("envoy", "KUTRRH")


def test_a_frame_is_answered_as_each_of_its_patients_is(client: Client) -> None:
    frame = pd.DataFrame({"diagnosis_count": [3, 9, 21]}, index=["a", "b", "c"])
    both: list[tuple[pd.DataFrame, Callable[[Mapping[str, object]], Prediction | BinaryPrediction]]] = [
        (client.infer_global(frame), lambda inputs: client.infer_global(inputs)),
        (client.infer("MTRH", frame), lambda inputs: client.infer("MTRH", inputs)),
    ]
    for answers, ask in both:
        assert answers.index.tolist() == ["a", "b", "c"]
        for row, count in zip("abc", (3, 9, 21), strict=True):
            one = ask({"diagnosis_count": count})
            assert isinstance(one, Prediction)
            assert one.probabilities is not None
            told = answers.loc[row].to_dict()
            assert told.pop("risk_level") == one.risk_level
            assert told == pytest.approx(one.probabilities.model_dump(), abs=1e-9)


def test_an_empty_frame_is_answered_by_an_empty_one(client: Client) -> None:
    assert len(client.infer_global(pd.DataFrame({"diagnosis_count": []}))) == 0


@pytest.mark.parametrize(
    ("inputs", "column"),
    [
        ({"diagnosis_count": "nine"}, "diagnosis_count"),
        ({"diagnosis_count": None}, "diagnosis_count"),
        ({"diagnosis_count": 9, "age": 3}, "age"),
        ({}, "diagnosis_count"),
        ({"diagnosis_count": object()}, None),
        (9, None),
    ],
)
def test_a_patient_that_does_not_fit_is_an_error_of_the_input(client: Client, inputs: Any, column: str | None) -> None:
    with pytest.raises(InputError) as wrong:
        client.infer_global(inputs)
    assert wrong.value.column == column


def test_what_is_no_name_and_no_version_is_said_before_anything_is_asked() -> None:
    nobody = Client("http://127.0.0.1:1", "fld_secret", attempts=0)
    for call in (
        lambda: nobody.infer("no/body", {"diagnosis_count": 9}),
        lambda: nobody.task("../envoys"),
        lambda: nobody.global_models("A"),
        lambda: nobody.global_model(0),
        lambda: nobody.global_model(True),
        lambda: nobody.download("1", "here"),  # type: ignore[arg-type]  # wrong on purpose
        lambda: nobody.infer(None, {"diagnosis_count": 9}),  # type: ignore[call-overload]  # likewise
        lambda: nobody.global_models(limit=-1),
        lambda: nobody.task(7),  # type: ignore[arg-type]  # likewise
    ):
        with pytest.raises(InputError):
            call()


def test_what_the_director_refuses_says_its_code_and_what_to_quote(client: Client) -> None:
    frame = pd.DataFrame({"diagnosis_count": [3]})
    with pytest.raises(Refused) as refused:
        client.infer("Nobody", frame)
    assert (refused.value.code, refused.value.status) == ("unknown_envoy", 404)
    assert refused.value.request_id
    assert refused.value.request_id in str(refused.value)
    with pytest.raises(Refused) as refused:
        client.task("nothing")
    assert refused.value.code == "unknown_task"


def test_what_may_be_read_beside_the_answers(client: Client) -> None:
    (task,) = (each for each in client.tasks() if each.name == "diagnosis_count")
    assert task == client.task()
    assert [feature.name for feature in task.features] == ["diagnosis_count"]
    assert [each.envoy_name for each in client.envoys()] == ["KUTRRH", "MTRH"]
    assert [each.version for each in client.global_models()] == [2, 1]
    assert [each.version for each in client.global_models("diagnosis_count", limit=1)] == [2]
    assert client.global_model(2) == client.global_models()[0]


def test_a_list_is_read_over_all_of_its_pages_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    def page(name: str, after: str | None) -> tuple[int, Any]:
        return 200, {"items": [{"envoy_name": name, "state": None, "last_seen_at": None, "current": []}], "next": after}

    with answering(page("A", "a b"), page("B", None)) as director:
        assert [each.envoy_name for each in Client(director.url, "fld_secret").envoys()] == ["A", "B"]
    assert [each.path for each in director.asked] == ["/envoys", "/envoys?cursor=a+b"]
    monkeypatch.setattr("analyst.client._MOST_PAGES", 3)
    with answering(page("A", "again")) as director, pytest.raises(NotTaken):
        Client(director.url, "fld_secret").envoys()
    assert len(director.asked) == 3


def test_a_versions_files_are_those_that_it_names_and_open_with_what_everyone_has(
    client: Client, tmp_path: Path
) -> None:
    files = client.model_files(1)
    assert Digest.of(files.model) == files.version.sha256
    folder = client.download(1, tmp_path / "new" / "folder")
    assert sorted(each.name for each in folder.iterdir()) == ["model.pt", "scaler.pkl"]
    assert (folder / "model.pt").read_bytes() == files.model
    assert len(torch.load(folder / "model.pt", weights_only=True)) == 6
    assert joblib.load(folder / "scaler.pkl").n_features_in_ == 1
    assert client.download(2, folder) == folder
    assert Digest.of((folder / "model.pt").read_bytes()) == client.global_model(2).sha256


def test_a_file_that_is_not_the_versions_is_not_written(client: Client, tmp_path: Path) -> None:
    said = json.loads(client.global_model(1).model_dump_json())
    task = json.loads(client.task().model_dump_json())
    with (
        answering((200, said), (200, task), (200, b"other bytes")) as director,
        pytest.raises(NotTaken, match=r"model\.pt"),
    ):
        Client(director.url, "fld_secret").download(1, tmp_path / "got")
    assert not (tmp_path / "got").exists()
    with answering((200, said)) as director, pytest.raises(NotTaken, match="does not speak"):
        Client(director.url, "fld_secret").global_model(2)


def test_the_token_may_come_from_the_environment_and_is_shown_nowhere(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("FL_TOKEN", f"{served.token}\n")
    caplog.set_level("DEBUG")
    with Client(served.url) as client:
        assert client.tasks()
        assert repr(client) == f"Client('{served.url}')"
    with pytest.raises(Refused) as refused:
        Client(served.url, "fld_another").tasks()
    monkeypatch.delenv("FL_TOKEN")
    with pytest.raises(SettingsError, match="There is no token") as none:
        Client(served.url)
    assert "FL_TOKEN" in none.value.hint
    assert "urllib3" in {record.name.partition(".")[0] for record in caplog.records}
    for text in (caplog.text, str(refused.value), repr(refused.value)):
        assert served.token not in text
        assert "fld_another" not in text


@pytest.mark.parametrize("copied", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_client_is_not_copied_with_its_token(copied: Callable[[object], object]) -> None:
    with pytest.raises(TypeError, match="holds a token"):
        copied(Client("http://127.0.0.1:1", "fld_secret"))


def test_a_version_may_be_a_number_out_of_a_frame(client: Client) -> None:
    assert client.global_model(cast(int, np.int64(2))).version == 2


@pytest.mark.parametrize(
    "given",
    [
        {"url": None},
        {"token": b"fld_secret"},
        {"batch_rows": "7"},
        {"attempts": -1},
        {"attempts": 1.5},
        *({"timeout_seconds": each} for each in (0, -1, float("nan"), float("inf"), "3")),
    ],
    ids=str,
)
def test_a_setting_that_is_none_is_said_before_anything_is_asked(given: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as wrong:
        Client(**{"url": "http://127.0.0.1:1", "token": "fld_secret", **given})
    assert "secret" not in str(wrong.value)


def test_one_connection_serves_many_questions_until_the_with_block_ends(served: Served) -> None:
    with Client(served.url, served.token) as client:
        client.tasks()
        client.envoys()
        client.infer_global({"diagnosis_count": 9})
        pools = cast(HTTPAdapter, client._link._session.get_adapter(served.url)).poolmanager.pools
        (pool,) = [pools[key] for key in pools.keys()]  # noqa: SIM118 - no dict
        assert pool.num_connections == 1
    assert len(pools) == 0


def test_the_client_asks_as_the_plain_interface_does(client: Client, served: Served) -> None:
    headers = {"Authorization": f"Bearer {served.token}"}
    question = {"inputs": {"diagnosis_count": 9}}
    plain = requests.post(f"{served.url}/infer_global", json=question, headers=headers, timeout=10).json()
    assert client.infer_global(question["inputs"]).risk_level == plain["risk_level"]
