"""Training logs line by line."""

from tests.director.overview.conftest import Asking
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_a_log_comes_back_line_by_line_as_the_gate_kept_it(ask: Asking, three: list[SimulatedHospital]):
    parcel = three[0].parcel()
    parcel.log = (
        b'{"epoch": 1, "seed": 9007199254740993, "software": {"torch": "2.13"}, "note": "Jane"}\n{"epoch": 2}\n'
    )
    submission = three[0].upload(parcel).json()["id"]
    found = ask(f"/submissions/{submission}/log", three[0].headers)
    assert found["lines"] == [
        {"epoch": 1, "seed": 9007199254740993, "software": {"torch": "2.13"}}, {"epoch": 2},
    ]  # fmt: skip


def test_without_a_log_and_for_another_hospital_there_is_none(
    federation: FederationSimulator, three: list[SimulatedHospital]
):
    parcel = three[0].parcel()
    parcel.log = None
    submission = three[0].upload(parcel).json()["id"]
    asked = f"/submissions/{submission}/log"
    assert federation.http.get(asked, headers=federation.admin).status_code == 404
    other = three[0].train_and_upload(2)["id"]
    assert federation.http.get(f"/submissions/{other}/log", headers=three[0].headers).status_code == 200
    assert federation.http.get(f"/submissions/{other}/log", headers=three[1].headers).status_code == 404
