"""The validation table over HTTP."""

from contract.names import Digest
from tests.federation_simulator import FederationSimulator

TABLE = b"label,diagnosis_count\nlow,3\nhigh,30\n"
PATH = "/validation/diagnosis_count"


def test_a_table_is_set_shown_and_cleared(federation: FederationSimulator) -> None:
    none = federation.http.get(PATH, headers=federation.admin)
    assert (none.status_code, none.json()["sha256"]) == (200, None)
    given = federation.http.put(PATH, content=TABLE, headers=federation.admin)
    assert (given.status_code, given.json()["sha256"], given.json()["rows"]) == (200, Digest.of(TABLE), 2)
    assert federation.http.get(PATH, headers=federation.admin).json() == {**given.json(), "notes": []}
    assert len(given.json()["notes"]) == 2  # few rows: of a label, and in all
    cleared = federation.http.delete(PATH, headers=federation.admin)
    assert (cleared.status_code, cleared.json()["sha256"]) == (200, None)


def test_a_table_that_is_none_changes_nothing(federation: FederationSimulator) -> None:
    given = federation.http.put(PATH, content=TABLE, headers=federation.admin).json()
    for body in (b"", b"\xff\xfe", b"label,diagnosis_count\nnone,3\n", b"diagnosis_count\n3\n"):
        assert federation.http.put(PATH, content=body, headers=federation.admin).status_code in (400, 422)
    assert federation.http.get(PATH, headers=federation.admin).json() == {**given, "notes": []}
    assert federation.http.put("/validation/no_such", content=TABLE, headers=federation.admin).status_code == 404
