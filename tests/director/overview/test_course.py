"""A hospital's models over time."""

from tests.director.overview.conftest import Asking
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_what_it_reported_stands_beside_the_start_that_it_was_trained_from(
    federation: FederationSimulator, ask: Asking, three: list[SimulatedHospital]
):
    first = three[0].parcel(1)
    first.metadata["metrics"] = {"accuracy": 0.4}
    three[0].upload(first)
    three[1].train_and_upload()
    federation.aggregate()
    second = three[0].parcel(2)
    second.metadata["metrics"] = {"accuracy": 0.7}
    second.log = b'{"epoch": 0, "validation": {"accuracy": 0.6}}\n{"epoch": 1, "loss": 0.5}\n'
    three[0].upload(second)
    found = ask("/envoys/KNH/course", three[0].headers)["points"]
    assert [(each["version"], each["global_version"], each["local"], each["start"]) for each in found] == [
        (1, None, {"accuracy": 0.4}, {}),
        (2, 1, {"accuracy": 0.7}, {"accuracy": 0.6}),
    ]


def test_another_hospital_may_not_ask(three: list[SimulatedHospital]):
    assert three[1].http.get("/envoys/KNH/course", headers=three[1].headers).status_code == 403
