"""The interface as a plain page, for people without a network."""

from tests.federation_simulator import FederationSimulator


def test_the_documentation_needs_no_network(federation: FederationSimulator):
    page = federation.http.get("/docs").text
    assert "/infer_global/batch" in page
    for outside in ("http://", "https://", "<script"):
        assert outside not in page.replace("https://tools.ietf.org", "")
    document = federation.http.get("/openapi.json").json()
    assert "/upload/{envoy_name}" in document["paths"]
