"""What is done about who takes part: one call an act."""

from federation_simulator import FederationSimulator, SimulatedHospital

from contract.names import EnvoyName
from director.members.access import LOCAL_ADMIN


def test_the_last_use_of_a_token_is_noted(federation: FederationSimulator, hospital: SimulatedHospital):
    federation.clock.pass_by(hours=1)
    hospital.start()
    federation.director.members.note_use()
    name = EnvoyName("KUTRRH")
    listed = federation.director.members.list_tokens(role=None, envoy_name=name, limit=10, cursor=None).items
    assert {each.last_used_at for each in listed} == {federation.clock.now}
    assert federation.director.submissions.get_hospital(LOCAL_ADMIN, name).last_seen_at == federation.clock.now
