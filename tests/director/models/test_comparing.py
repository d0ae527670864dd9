"""Comparing what is kept: rows, files, and who may know what of it."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from contract.artifacts.model_file import read_model, write_model
from contract.artifacts.scaler_file import read_scaler
from contract.errors import LayoutMismatchError
from contract.names import Digest
from contract.network import ArchitectureSpec, initial_state, tensor_layout
from contract.scaler import re_expressed
from contract.tasks import DIAGNOSIS_COUNT
from director.errors import DamagedArtifactError
from director.members.access import LOCAL_ADMIN
from director.records.blobs import BlobStore
from director.records.schema import AuditRow, GlobalModelFileRow, GlobalModelRow
from director.settings import DirectorSettings
from tests.federation_simulator import FederationSimulator, SimulatedHospital

TASK = DIAGNOSIS_COUNT.name
LAYOUT = DIAGNOSIS_COUNT.layout


@pytest.fixture
def two(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]) -> FederationSimulator:
    """Two versions behind different scalers; with metrics, one hospital standing still in the second."""
    for nudge, some, scaler in ((0, five_hospitals, "merged"), (1, five_hospitals[1:], "MTRH")):
        for each in some:
            parcel = each.parcel(nudge)
            parcel.metadata["metrics"] = {
                "accuracy": 0.5 + nudge / 4,
                "loss": 1.0 - nudge / 2,
                "confusion": [[9] * 3] * 3,
            }
            assert each.upload(parcel).status_code == 201
        assert federation.aggregate(scaler=scaler).status_code == 201
    return federation


def compared(federation: FederationSimulator, a: int = 1, b: int = 2, **headers: str) -> dict:
    answer = federation.http.get(f"/global_models/{a}/comparison/{b}", headers=headers or federation.admin)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_the_weights_are_measured_behind_the_first_ones_scaler(two: FederationSimulator):
    files = {}
    for version in (1, 2):
        get = [two.http.get(f"/global_models/{version}/{name}", headers=two.analyst).content
               for name in ("model.pt", "scaler.pkl")]  # fmt: skip
        files[version] = read_model(get[0], LAYOUT), read_scaler(get[1], 1)
    assert files[1][1] != files[2][1], "they stand behind different scalers"
    moved = re_expressed(files[2][0], files[2][1], files[1][1])
    a, b = (np.concatenate([state[each.name].ravel() for each in LAYOUT]) for state in (files[1][0], moved))
    found = compared(two)["weights"]
    assert found["distance"] == pytest.approx(np.linalg.norm(b - a), rel=1e-5)
    assert found["relative"] == pytest.approx(np.linalg.norm(b - a) / np.linalg.norm(a), rel=1e-5)
    assert found["cosine"] == pytest.approx(a @ b / np.linalg.norm(a) / np.linalg.norm(b), rel=1e-5)
    assert [each["tensor"] for each in found["tensors"]] == [
        name for name, _ in sorted(
            ((each.name, np.linalg.norm(moved[each.name] - files[1][0][each.name])) for each in LAYOUT),
            key=lambda pair: -pair[1],
        )
    ]  # fmt: skip


def test_the_rows_say_who_is_in_what_and_where_each_comes_from(two: FederationSimulator):
    found = compared(two)
    assert (found["a"]["version"], found["b"]["version"], found["b"]["parent"]) == (1, 2, 1)
    assert (found["a"]["scaler"], found["b"]["scaler"], found["b"]["aliases"]) == ("merged", "MTRH", ["champion"])
    assert (found["ancestor"], found["common_ancestor"], found["not_comparable"]) == ("a", 1, [])
    parts = {each["envoy_name"]: (each["part_in_b"], each["same_update"]) for each in found["hospitals"]}
    assert parts.pop("KUTRRH") == ("stands_still", True)
    assert set(parts.values()) == {("moves", False)}
    assert found["mean"]["loss"] == {"a": 1.0, "b": 0.5, "difference": -0.5}


def test_everybody_may_compare_what_they_may_see_and_no_more(two: FederationSimulator):
    whole, hospital = compared(two), two.hospitals["KNH"]
    two.director.naming.note(LOCAL_ADMIN, TASK, 1, "KNH sent wrong units")
    for headers in (two.analyst, hospital.headers):
        seen = two.http.get("/global_models/1/comparison/2", headers=headers)
        assert (seen.status_code, "wrong units" in seen.text, "confusion" in seen.text) == (200, False, False)
        assert seen.json() == whole  # nothing of what is the admin's alone is in it


def test_whom_a_version_left_out_is_for_the_admin_alone(federation: FederationSimulator, liar: SimulatedHospital):
    federation.aggregate()
    parts = {
        who: [(each["envoy_name"], each["part_in_a"]) for each in compared(federation, 1, 1, **headers)["hospitals"]]
        for who, headers in (("admin", federation.admin), ("analyst", federation.analyst), ("own", liar.headers))
    }
    assert ("KNH", "quarantined") in parts["admin"]
    assert [part for who in ("analyst", "own") for part in parts[who] if part[0] == "KNH"] == []


def test_reading_files_to_compare_them_is_no_fetching_and_holds_no_lock(
    two: FederationSimulator, monkeypatch: pytest.MonkeyPatch
):
    def acts() -> int:
        with two.director.database.read() as session:
            return session.query(AuditRow).count()

    before, read = acts(), BlobStore.read
    looked: list[bool] = []

    def noted(self: BlobStore, digest: Digest) -> bytes:
        with closing(sqlite3.connect(str(two.director.database.file), timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")
            looked.append(True)
        return read(self, digest)

    monkeypatch.setattr(BlobStore, "read", noted)
    compared(two)
    assert (acts(), bool(looked)) == (before, True)


def test_a_damaged_file_is_refused(two: FederationSimulator):
    digest = compared(two)["b"]["sha256"]
    blob = two.file("blobs", digest[:2], digest)
    blob.write_bytes(blob.read_bytes()[:-1] + b"x")
    with pytest.raises(DamagedArtifactError):
        two.director.comparing.compare(LOCAL_ADMIN, TASK, 1, 2)
    answer = two.http.get("/global_models/1/comparison/2", headers=two.analyst)
    assert (answer.status_code, answer.json()["code"]) == (503, "artifact_damaged")


def test_what_is_not_there_is_not_found(two: FederationSimulator):
    for path in ("/global_models/1/comparison/7", "/global_models/7/comparison/1"):
        assert two.http.get(path, headers=two.analyst).json()["detail"] == "Task diagnosis_count has no global model 7."
    unknown = two.http.get("/global_models/1/comparison/2?task=other", headers=two.analyst)
    assert unknown.json()["code"] == "unknown_task"


def test_where_the_cut_points_moved_the_weights_alone_are_compared(two: FederationSimulator):
    two.settings = DirectorSettings(data_dir=two.folder, tasks={"diagnosis_count": {"cut_points": (4.0, 12.0)}})
    two.restart()
    two.train_and_upload(3)
    assert two.aggregate().json()["version"] == 3
    found = compared(two, 2, 3)
    assert (found["ancestor"], found["common_ancestor"]) == (None, None)
    assert "different definitions of the task" in found["not_comparable"][0]
    assert found["weights"]["distance"] > 0
    old = compared(two, 1, 2)  # two of the earlier definition
    assert (old["ancestor"], old["not_comparable"]) == ("a", [])
    assert old["mean"]["loss"]["difference"] == -0.5


def test_a_version_of_another_layout_says_that_its_weights_can_not_be_compared(two: FederationSimulator):
    spec = ArchitectureSpec(1, (3,), 3)
    model, _ = two.director.blobs.keep(write_model(initial_state(spec, 1), tensor_layout(spec)))
    with two.director.database.write() as session:
        row = session.query(GlobalModelRow).filter_by(version=1).one()
        session.get_one(GlobalModelFileRow, (row.id, "model")).sha256 = model
    with pytest.raises(LayoutMismatchError):  # under the definition of now that is no other layout, but a fault
        two.director.comparing.compare(LOCAL_ADMIN, TASK, 1, 2)
    with two.director.database.write() as session:
        session.query(GlobalModelRow).filter_by(version=1).one().task_digest = Digest("e" * 64)
    for a, b in ((1, 2), (2, 1)):
        found = compared(two, a, b)
        assert found["weights"] is None
        assert "Global model 1 has another layout than models of diagnosis_count have now" in found["not_comparable"][1]


def test_results_on_two_validation_tables_are_not_compared(two: FederationSimulator):
    headers = {**two.admin, "Content-Type": "text/csv"}
    for nudge, rows in (
        (2, b"label,diagnosis_count\nlow,3\nhigh,30\n"),
        (3, None),
        (4, b"label,diagnosis_count\nlow,3\n"),
    ):
        if rows is not None:
            assert two.http.put(f"/validation/{TASK}", content=rows, headers=headers).status_code == 200
        two.train_and_upload(nudge)
        assert two.aggregate().status_code == 201
        two.clock.pass_by(minutes=1)
    same, other = compared(two, 3, 4), compared(two, 4, 5)
    assert same["held_out"]["loss"]["difference"] is not None
    assert other["held_out"]["loss"]["difference"] is None
    assert other["not_comparable"] == ["Global models 4 and 5 were held against different validation tables."]
    assert compared(two, 2, 3)["held_out"]["loss"]["a"] is None
