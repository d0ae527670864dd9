"""What an aggregate rests on: whose models enter, opened and counted."""

from federation_simulator import FederationSimulator, SimulatedHospital, names_in

from contract.tasks import DIAGNOSIS_COUNT
from director.settings import DirectorSettings


def test_a_hospital_whose_newest_model_waits_is_left_out(federation: FederationSimulator, liar: SimulatedHospital):
    federation.aggregate()
    again = federation.aggregate().json()
    assert names_in(again) == ["Embu", "KUTRRH", "Mbagathi", "MTRH"]
    assert again["quarantined"] == []
    named = federation.aggregate(envoys=["KNH", "MTRH"])
    assert (named.status_code, named.json()["code"]) == (409, "conflict")


def test_a_newer_honest_model_takes_the_place_of_the_one_that_waits(
    federation: FederationSimulator, liar: SimulatedHospital
):
    federation.aggregate()
    assert liar.train_and_upload(3)["version"] == 3
    assert "KNH" in names_in(federation.aggregate().json())


def test_only_named_hospitals_enter(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]):
    for each in five_hospitals[:3]:
        each.train_and_upload()
    named = federation.aggregate(envoys=["MTRH", "KUTRRH", "mtrh"]).json()
    assert [each["envoy_name"] for each in named["inputs"]] == ["KUTRRH", "MTRH"]


def test_an_unknown_hospitals_scaler_is_refused(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.train_and_upload()
    for scaler in ("Nowhere", "no name"):
        response = federation.aggregate(scaler=scaler)
        assert response.status_code in (404, 422)


def test_models_of_another_definition_of_the_task_no_longer_count(tmp_path):
    with FederationSimulator(tmp_path / "director") as federation:
        hospital = federation.enrol("KUTRRH")
        parcel = hospital.parcel()
        hospital.upload(parcel)
        federation.aggregate()
        settings = {"diagnosis_count": {"cut_points": [4, 12]}}
        federation.settings = DirectorSettings(data_dir=federation.folder, tasks=settings)
        federation.restart()
        ask = {"json": {"inputs": {"diagnosis_count": 13}}, "headers": federation.analyst}
        assert federation.http.post("/infer_global", **ask).json()["code"] == "no_model_yet"
        assert hospital.infer({"diagnosis_count": 13}).json()["code"] == "no_model_yet"
        assert federation.aggregate().json()["code"] == "no_updates"
        assert hospital.upload(parcel).json()["code"] == "base_unknown"
        assert hospital.start()["global_version"] is None
        hospital.task = federation.director.catalogue[DIAGNOSIS_COUNT.name]
        hospital.train_and_upload(2)
        assert federation.aggregate().json()["version"] == 2
        assert federation.http.post("/infer_global", **ask).json()["cut_points"] == [4.0, 12.0]
