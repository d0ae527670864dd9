"""What a hospital has under way here, and what ends where it is cut off."""

from contract.names import Digest, EnvoyName
from director.members.access import LOCAL_ADMIN
from director.overview.ties import Ties
from tests.federation_simulator import FederationSimulator, SimulatedHospital, eventually

KUTRRH = EnvoyName("KUTRRH")


def ties(federation: FederationSimulator) -> Ties:
    return federation.director.overview.ties(LOCAL_ADMIN, KUTRRH)


def test_tokens_codes_rounds_and_half_an_upload_are_named(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    assert [each.role for each in ties(federation).tokens] == ["hospital"]
    assert ties(federation).what_disabling_ends.count(";") == 1
    federation.token("staff", envoy=KUTRRH, person="Jane Wanjiru")
    federation.director.members.add(LOCAL_ADMIN, KUTRRH)
    hospital.send_statistics()
    federation.open_run(envoys=["KUTRRH"], quorum=1)
    invited = ties(federation).what_disabling_ends
    assert "run 1, which waits for its answer, goes on without it" in invited
    hospital.take_part()
    eventually(lambda: federation.run()["current"] is not None)
    digest = Digest.of(b"never whole")
    federation.http.patch(
        f"/upload/KUTRRH/parts/{digest}",
        content=b"half",
        headers={**hospital.headers, "Content-Range": "bytes 0-3/11"},
    )
    said = ties(federation).what_disabling_ends
    assert said.startswith("KUTRRH is cut off at once: 2 tokens (")
    for each in (
        "of KUTRRH's machine; ",
        "of Jane Wanjiru (KUTRRH)) stop to hold; ",
        "its one-time code is worth nothing; ",
        "round 1 of run 1, which waits for its update, goes on without it; ",
        "the upload that is half here is not taken; ",
        "its models and statistics enter no further aggregate.",
    ):
        assert each in said


def test_of_one_that_is_disabled_or_has_nothing_no_token_is_named(federation: FederationSimulator) -> None:
    federation.enrol("KUTRRH")
    assert not ties(federation).is_disabled
    federation.director.submissions.disable_hospital(LOCAL_ADMIN, KUTRRH)
    assert (ties(federation).is_disabled, ties(federation).tokens, ties(federation).has_code) == (True, [], False)
    assert "no token of it holds" in ties(federation).what_disabling_ends
