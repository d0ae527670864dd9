"""Whether it runs, whether it can serve, and what runs here."""

from tests.federation_simulator import FederationSimulator


def test_the_plain_page_says_what_runs_here(federation: FederationSimulator):
    page = federation.http.get("/")
    assert page.status_code == 200
    assert "diagnosis_count" in page.text
    assert 'href="/docs"' in page.text


def test_health(federation: FederationSimulator):
    assert federation.http.get("/health/live").json()["status"] == "ok"
    ready = federation.http.get("/health/ready")
    assert (ready.status_code, ready.json()["checks"]) == (200, {"database": "ok", "storage": "ok"})
