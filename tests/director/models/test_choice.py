"""Whose models an aggregate takes, and behind which scaler."""

from typing import Any

import numpy as np
import pytest

from contract.messages.global_models import AggregationRequest
from contract.names import EnvoyName
from contract.tasks import DIAGNOSIS_COUNT
from director.errors import ConflictError, NoModelError, UnknownEnvoyError
from director.members.access import LOCAL_ADMIN
from director.models.choice import close_chosen
from director.models.contributions import ClosedSet, Making
from director.tasks.artifacts import Artifacts
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def closed(federation: FederationSimulator, **asked: Any) -> ClosedSet:
    with federation.director.database.read() as session:
        artifacts = Artifacts(federation.director.blobs, DIAGNOSIS_COUNT)
        request = AggregationRequest.model_validate(asked)
        return close_chosen(session, artifacts, DIAGNOSIS_COUNT, request, Making())


def test_the_agreed_scaler_is_the_merged_one_or_the_chosen_hospitals_own(
    federation: FederationSimulator, uploaded: list[SimulatedHospital]
):
    everyone = np.concatenate([each.counts for each in uploaded])
    merged, chosen = closed(federation).agreed_scaler, closed(federation, scaler="knh").agreed_scaler
    assert merged is not None
    assert merged.mean[0] == pytest.approx(everyone.mean())
    assert chosen == federation.hospitals["KNH"].own_scaler


def test_where_nobody_sent_statistics_no_scaler_is_agreed(federation: FederationSimulator):
    federation.enrol("KNH").train_and_upload()
    assert closed(federation).agreed_scaler is None


def test_who_can_not_enter_is_named(federation: FederationSimulator, liar: SimulatedHospital):
    federation.enrol("Newcomer")
    with pytest.raises(NoModelError, match="Newcomer"):
        closed(federation, envoys=["MTRH", "Newcomer"])
    with pytest.raises(UnknownEnvoyError, match="Nowhere"):
        closed(federation, scaler="Nowhere")
    federation.aggregate()
    with pytest.raises(ConflictError, match="KNH waits in quarantine"):
        closed(federation, envoys=["KNH"])


def test_a_hospital_that_is_disabled_does_not_enter(federation: FederationSimulator, uploaded: list[SimulatedHospital]):
    federation.director.submissions.disable_hospital(LOCAL_ADMIN, EnvoyName("KNH"))
    assert "KNH" not in [each.row.envoy.name for each in closed(federation).contributions]
    with pytest.raises(NoModelError):
        closed(federation, envoys=["KNH"])
