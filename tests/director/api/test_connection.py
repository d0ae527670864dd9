"""Around every request: its id, and a connection that ends where a body was not read."""

from tests.federation_simulator import FederationSimulator


def test_a_body_that_is_refused_unread_ends_the_connection(federation: FederationSimulator):
    refused = federation.http.post("/upload/KUTRRH", content=b"x" * 1000)
    assert (refused.status_code, refused.headers["connection"]) == (401, "close")
    taken = federation.http.get("/tasks", headers=federation.admin)
    assert "connection" not in taken.headers
