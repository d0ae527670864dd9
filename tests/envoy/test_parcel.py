"""A parcel: packed so that the director's own readers take it, kept as a folder, and read again."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import joblib
import numpy as np
import pytest
import torch

from contract.artifacts.model_file import read_model
from contract.artifacts.scaler_file import read_scaler
from contract.errors import FederationError, MetricError, ModelFileError
from contract.names import Digest
from contract.parts import PARTS, FileRole, Parcel
from contract.tasks import DIAGNOSIS_COUNT
from envoy.errors import DataError, PolicyError
from envoy.house_rules import USUAL_RULES
from envoy.parcel import check_parcel, label_of, own_scaler_file, pack, read_parcel, ready_to_send, write_parcel

ROWS = np.arange(1.0, 41.0)[:, np.newaxis]


@pytest.fixture(scope="module")
def parcel() -> Parcel:
    return pack(
        task=DIAGNOSIS_COUNT,
        base=Digest.of(b"start"),
        state=DIAGNOSIS_COUNT.initial_state(),
        scaler=own_scaler_file(DIAGNOSIS_COUNT, ROWS),
        num_examples=40,
        metrics={"accuracy": 0.5, "macro_f1": None},
        log=[{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.4}],
        seed=3,
        trained_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_parcel_says_of_itself_what_is_in_it(parcel: Parcel) -> None:
    label = label_of(parcel)
    digests = parcel.digests
    assert (label.model_sha256, label.scaler_sha256, label.log_sha256) == tuple(
        digests[role] for role in ("model", "scaler", "log")
    )
    assert (label.num_examples, label.seed, label.base) == (40, 3, Digest.of(b"start"))
    assert {"torch", "scikit-learn", "numpy", "python"} <= label.software.keys()
    log = parcel.get("log")
    assert log is not None
    assert [json.loads(line)["software"] == label.software for line in log.splitlines()] == [True, True]


def test_a_parcel_is_what_hospitals_know_and_what_the_director_reads(parcel: Parcel) -> None:
    state = torch.load(io.BytesIO(parcel["model"]), weights_only=True)
    ours = read_model(parcel["model"], DIAGNOSIS_COUNT.layout)
    assert all(np.array_equal(state[name].numpy(), ours[name]) for name in ours)
    scaler = joblib.load(io.BytesIO(parcel["scaler"]))
    assert read_scaler(parcel["scaler"], 1).mean == pytest.approx(scaler.mean_)


def test_a_parcel_is_the_same_after_a_day_in_a_folder(parcel: Parcel, tmp_path: Path) -> None:
    write_parcel(parcel, tmp_path / "new" / "folder")
    assert read_parcel(tmp_path / "new" / "folder") == parcel


def test_a_log_that_the_label_does_not_name_need_not_be_there(parcel: Parcel, tmp_path: Path) -> None:
    without = Parcel({role: data for role, data in parcel.parts.items() if role != "log"})
    write_parcel(relabelled(without, log_sha256=...), tmp_path)
    assert read_parcel(tmp_path).get("log") is None


@pytest.mark.parametrize("file", [part.file_name for part in PARTS])
def test_a_part_that_did_not_arrive_or_holds_nothing_is_named(parcel: Parcel, tmp_path: Path, file: str) -> None:
    write_parcel(parcel, tmp_path)
    (tmp_path / file).write_bytes(b"")
    with pytest.raises(DataError, match=f"not whole: .* holds nothing in {file}"):
        read_parcel(tmp_path)
    (tmp_path / file).unlink()
    with pytest.raises(DataError, match=f"not whole: .* lacks {file}") as missed:
        read_parcel(tmp_path)
    assert "Copy the whole folder again" in missed.value.hint


def test_all_that_lacks_is_named_at_once(parcel: Parcel, tmp_path: Path) -> None:
    write_parcel(parcel, tmp_path)
    for file in ("model.pt", "scaler.pkl"):
        (tmp_path / file).unlink()
    (tmp_path / "training.log").write_bytes(b"")
    with pytest.raises(DataError, match=r"lacks model\.pt, scaler\.pkl and holds nothing in training\.log\."):
        read_parcel(tmp_path)


@pytest.mark.parametrize(("what", "sentence"), [("file", "is a file"), ("none", "is not there"), ("empty", "lacks")])
def test_what_is_no_parcels_folder_is_said_to_be_none(tmp_path: Path, what: str, sentence: str) -> None:
    place = tmp_path / "parcel"
    if what == "file":
        place.touch()
    elif what == "empty":
        place.mkdir()
    with pytest.raises(DataError, match=sentence) as refused:
        read_parcel(place)
    assert "fl-envoy train --offline" in refused.value.hint


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_label_that_windows_editors_saved_is_read_and_leaves_as_we_write_it(
    parcel: Parcel, tmp_path: Path, encoding: str
) -> None:
    write_parcel(parcel, tmp_path)
    (tmp_path / "metadata.json").write_bytes(parcel["metadata"].decode().encode(encoding))
    assert ready_to_send(read_parcel(tmp_path), DIAGNOSIS_COUNT, USUAL_RULES) == parcel


def test_a_label_that_can_not_be_read_is_damaged(parcel: Parcel, tmp_path: Path) -> None:
    write_parcel(parcel, tmp_path)
    for damaged in (b"{", b"\xff\x00\x81"):
        (tmp_path / "metadata.json").write_bytes(damaged)
        with pytest.raises(DataError, match=r"metadata\.json is damaged"):
            read_parcel(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_label_that_an_editor_saved_is_read_and_leaves_as_we_write_it(
    parcel: Parcel, tmp_path: Path, encoding: str
) -> None:
    write_parcel(parcel, tmp_path)
    (tmp_path / "metadata.json").write_bytes(parcel["metadata"].decode().encode(encoding))
    read = read_parcel(tmp_path)
    assert label_of(read) == label_of(parcel)
    assert ready_to_send(read, DIAGNOSIS_COUNT, USUAL_RULES)["metadata"] == parcel["metadata"]


def test_a_label_with_a_key_twice_does_not_leave(parcel: Parcel, tmp_path: Path) -> None:
    write_parcel(parcel, tmp_path)
    (tmp_path / "metadata.json").write_bytes(parcel["metadata"].rstrip(b"\n}") + b', "seed": 4}')
    with pytest.raises(DataError, match=r"metadata\.json is damaged: metadata: seed: the key is there twice"):
        read_parcel(tmp_path)


@pytest.mark.parametrize("role", ["model", "scaler", "log"])
def test_a_part_that_the_director_would_refuse_does_not_leave(parcel: Parcel, role: FileRole) -> None:
    check_parcel(parcel, DIAGNOSIS_COUNT)
    with pytest.raises(FederationError):
        check_parcel(Parcel({**parcel.parts, role: b"\x80something else"}), DIAGNOSIS_COUNT)


def relabelled(parcel: Parcel, **changes: object) -> Parcel:
    label = {**json.loads(parcel["metadata"]), **changes}
    kept = {key: value for key, value in label.items() if value is not ...}
    return Parcel({**parcel.parts, "metadata": json.dumps(kept).encode()})


def test_what_is_packed_is_ready_as_it_is(parcel: Parcel) -> None:
    assert ready_to_send(parcel, DIAGNOSIS_COUNT, USUAL_RULES) == parcel


def test_nothing_but_the_label_that_the_product_means_leaves(parcel: Parcel) -> None:
    more = relabelled(parcel, patients=[10000032], model_sha256=...)
    assert b"10000032" in more["metadata"]
    assert ready_to_send(more, DIAGNOSIS_COUNT, USUAL_RULES) == parcel


@pytest.mark.parametrize(
    ("key", "file"), [("model_sha256", "model.pt"), ("scaler_sha256", "scaler.pkl"), ("log_sha256", "training.log")]
)
def test_a_part_that_was_changed_after_packing_does_not_leave(parcel: Parcel, key: str, file: str) -> None:
    with pytest.raises(DataError, match=f"Not as it was packed, .*: {file}"):
        ready_to_send(relabelled(parcel, **{key: "0" * 64}), DIAGNOSIS_COUNT, USUAL_RULES)


def test_a_log_that_was_left_out_is_missed(parcel: Parcel) -> None:
    without = Parcel({role: data for role, data in parcel.parts.items() if role != "log"})
    with pytest.raises(DataError, match=r"Not as it was packed, .*: training\.log"):
        ready_to_send(without, DIAGNOSIS_COUNT, USUAL_RULES)
    label = label_of(ready_to_send(relabelled(without, log_sha256=...), DIAGNOSIS_COUNT, USUAL_RULES))
    assert label.log_sha256 is None


def test_a_parcel_is_looked_through_before_it_leaves(parcel: Parcel) -> None:
    odd = Parcel({**parcel.parts, "model": b"\x80something else"})
    with pytest.raises(ModelFileError):
        ready_to_send(relabelled(odd, model_sha256=...), DIAGNOSIS_COUNT, USUAL_RULES)
    with pytest.raises(PolicyError, match="9 patients"):
        ready_to_send(relabelled(parcel, num_examples=9), DIAGNOSIS_COUNT, USUAL_RULES)
    with pytest.raises(DataError, match="is of task other"):
        ready_to_send(relabelled(parcel, task="other"), DIAGNOSIS_COUNT, USUAL_RULES)


def test_neither_a_metric_nor_a_line_of_the_log_carries_what_nobody_knows(parcel: Parcel) -> None:
    label = json.loads(parcel["metadata"])
    first = json.loads(parcel["log"].splitlines()[0])
    told = json.dumps({**first, "patient": "Jane Doe", "validation": {"ward_7": 1}})
    rest = parcel["log"].split(b"\n", 1)[1]
    odd = Parcel({**parcel.parts, "log": told.encode() + b"\n" + rest})
    odd = relabelled(odd, metrics={**label["metrics"], "ward_7": 0.5}, log_sha256=...)
    sent = ready_to_send(odd, DIAGNOSIS_COUNT, USUAL_RULES)
    assert b"Jane" not in sent["log"]
    assert b"ward_7" not in b"".join(sent.parts.values())
    assert label_of(sent).log_sha256 == sent.digests["log"]


def test_a_metric_that_can_not_be_one_does_not_leave(parcel: Parcel) -> None:
    label = json.loads(parcel["metadata"])
    with pytest.raises(MetricError, match="accuracy is not a number from 0 to 1"):
        ready_to_send(relabelled(parcel, metrics={**label["metrics"], "accuracy": 999}), DIAGNOSIS_COUNT, USUAL_RULES)


def test_an_update_for_a_round_says_which_and_of_whom_and_nothing_of_the_time() -> None:
    def packed() -> Parcel:
        return pack(
            task=DIAGNOSIS_COUNT,
            base=Digest.of(b"start"),
            state=DIAGNOSIS_COUNT.initial_state(),
            scaler=own_scaler_file(DIAGNOSIS_COUNT, ROWS),
            num_examples=40,
            metrics={},
            log=[{"epoch": 1}],
            seed=3,
            round_number=7,
            cohort=Digest.of(b"cohort"),
        )

    label = label_of(packed())
    assert (label.round, label.cohort, label.trained_at) == (7, Digest.of(b"cohort"), None)
    assert packed() == packed()
    again = ready_to_send(packed(), DIAGNOSIS_COUNT, USUAL_RULES)
    assert again["metadata"] == packed()["metadata"]


def test_what_is_for_no_round_says_nothing_of_rounds_for_an_older_director(parcel: Parcel) -> None:
    assert {"round", "cohort"}.isdisjoint(json.loads(parcel["metadata"]))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_label_is_read_however_an_editor_saved_it(parcel: Parcel, tmp_path: Path, encoding: str) -> None:
    write_parcel(parcel, tmp_path)
    (tmp_path / "metadata.json").write_bytes(parcel["metadata"].decode().encode(encoding))
    again = read_parcel(tmp_path)
    assert label_of(again) == label_of(parcel)
    assert ready_to_send(again, DIAGNOSIS_COUNT, USUAL_RULES)["metadata"] == parcel["metadata"]


def test_a_folder_that_is_not_there_is_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not there: a parcel is a folder"):
        read_parcel(tmp_path / "nowhere")
