"""What is asked about the federation as a whole, over HTTP."""

import pytest

from tests.federation_simulator import FederationSimulator


@pytest.mark.parametrize("path", ["/overview", "/lineage"])
def test_a_task_that_is_not_there_has_no_overview(federation: FederationSimulator, path: str):
    assert federation.http.get(f"{path}?task=no_such", headers=federation.admin).status_code == 404


@pytest.mark.parametrize("path", ["/runs/7/rounds", "/rounds/7/ladder", "/envoys/Nobody/received"])
def test_what_is_not_there_is_not_found(federation: FederationSimulator, path: str):
    assert federation.http.get(path, headers=federation.admin).status_code == 404
    assert federation.http.get(path, headers=federation.analyst).status_code == 403
