"""What a real director gives at ``/metrics``: every figure, to the admin alone, in the form that is asked for."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import requests
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_open
from prometheus_client.parser import text_string_to_metric_families as read_plain

from director.members.access import LOCAL_ADMIN
from director.watching.figures import BY_NAME, FIGURES, PREFIX
from tests.alert_servers import mail_server
from tests.federation_simulator import FederationSimulator, SimulatedHospital, eventually
from tests.real_processes import RealDirector

ROOT = Path(__file__).parents[3]
OPEN = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def metrics(federation: FederationSimulator, **headers: str) -> httpx.Response:
    answer = federation.http.get("/metrics", headers={**federation.admin, **headers})
    assert answer.status_code == 200, answer.text
    return answer


def values(federation: FederationSimulator, figure: str) -> dict[tuple[str, ...], float]:
    """Give a figure's values by its labels but for the worker."""
    return {
        tuple(value for label, value in each.labels.items() if label != "worker"): each.value
        for family in read_plain(metrics(federation).text)
        for each in family.samples
        if each.name == PREFIX + figure
    }


@pytest.fixture
def telling(tmp_path: Path) -> Iterator[FederationSimulator]:
    """A federation that tells by mail what needs somebody."""
    with mail_server() as box:
        alerts = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_tls": "none"}
        alerts |= {"mail_from": "a@example.org", "mail_to": ["b@example.org"], "kinds": ["hospital_silent"]}
        with FederationSimulator(tmp_path / "telling", alerts=alerts) as federation:
            yield federation


def test_every_figure_has_a_value_in_a_federation_in_full_swing(telling: FederationSimulator, tmp_path: Path) -> None:
    federation, hospital = telling, telling.enrol("KNH")
    federation.clock.pass_by(days=2)
    for channel in federation.director.alerts.channels:
        federation.director.alerts.look(channel)
    federation.director.upkeep.verify_audit()
    federation.director.upkeep.back_up(LOCAL_ADMIN, tmp_path / "copy")
    hospital.train_and_upload()
    federation.aggregate()
    federation.open_run()
    federation.play()
    federation.director.members.note_use()
    families = {family.name: family for family in read_open(metrics(federation, Accept=OPEN).text)}
    assert set(families) == {PREFIX + figure.name.removesuffix("_total") for figure in FIGURES}
    assert [name for name, family in families.items() if not family.samples] == []
    for figure in FIGURES:
        for sample in families[PREFIX + figure.name.removesuffix("_total")].samples:
            assert set(sample.labels) - {"le"} == set(figure.labels), figure
            if figure.is_of_worker:
                assert sample.labels["worker"] == str(os.getpid())


def queries() -> list[dict[str, Any]]:
    """Give what the dashboard for Grafana asks, panel by panel."""
    panels = json.loads((ROOT / "deploy" / "grafana" / "fl-director.json").read_text("utf-8"))["panels"]
    return [target for panel in panels for target in panel.get("targets", ())]


def test_grafanas_dashboard_asks_for_what_there_is_and_for_all_of_it(federation: FederationSimulator) -> None:
    told = {family.name + ("_total" if family.type == "counter" else "") for family in read_open(
        metrics(federation, Accept=OPEN).text
    )}  # fmt: skip
    asked = {
        name.removesuffix("_bucket") for each in queries() for name in re.findall(rf"{PREFIX}[a-z_]+", each["expr"])
    }
    assert asked == told


def test_grafanas_dashboard_tells_values_apart_by_labels_that_they_have() -> None:
    for each in queries():
        expression = each["expr"]
        assert expression.count("(") == expression.count(")"), expression
        assert expression.count('job="$job"') == len(re.findall(PREFIX, expression)), expression
        (figure, *_) = [BY_NAME[name.removesuffix("_bucket")] for name in re.findall(rf"{PREFIX}([a-z_]+)", expression)]
        by = [label.strip() for group in re.findall(r" by \(([^)]*)\)", expression) for label in group.split(",")]
        shown = re.findall(r"{{(\w+)}}", each["legendFormat"])
        assert {*by, *shown} <= {*figure.labels, "le"}, expression


def test_the_form_is_the_one_that_is_asked_for(federation: FederationSimulator) -> None:
    assert metrics(federation, Accept=OPEN).headers["content-type"].startswith("application/openmetrics-text")
    for accept in ("", "text/plain;version=0.0.4", "*/*"):
        assert metrics(federation, Accept=accept).headers["content-type"].startswith("text/plain")


def test_requests_are_counted_by_the_template_of_their_route(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    hospital.train_and_upload()
    before = values(federation, "requests_total")
    for _ in range(3):
        assert hospital.infer({"diagnosis_count": 3}).status_code == 200
    hospital.infer({})
    for name in ("KUTRRH", "Nobody1", "Nobody2"):
        federation.http.get(f"/envoys/{name}", headers=federation.admin)
    for path in ("/nowhere", "/wp-admin/1", "/wp-admin/2"):
        federation.http.get(path)
    federation.http.post("/metrics", headers=federation.admin)
    after = values(federation, "requests_total")
    assert {key: number - before.get(key, 0) for key, number in after.items() if number != before.get(key, 0)} == {
        ("POST", "/infer", "200"): 3,
        ("POST", "/infer", "422"): 1,
        ("GET", "/envoys/{envoy_name}", "200"): 1,
        ("GET", "/envoys/{envoy_name}", "404"): 2,
        ("GET", "unmatched", "404"): 3,
        ("POST", "/metrics", "405"): 1,
        ("GET", "/metrics", "200"): 1,
    }
    assert values(federation, "request_seconds_count")["POST", "/infer"] == 4


def test_who_was_turned_away_is_counted(federation: FederationSimulator) -> None:
    for _ in range(5):
        federation.http.get("/metrics", headers={"Authorization": "Bearer nothing"})
    assert values(federation, "denied_total")[("token",)] == 5
    assert values(federation, "requests_total")["GET", "/metrics", "401"] == 5


@pytest.mark.parametrize("role", ["analyst", "hospital"])
def test_nobody_but_the_admin_reads_them(
    federation: FederationSimulator, hospital: SimulatedHospital, role: str
) -> None:
    headers = hospital.headers if role == "hospital" else federation.analyst
    assert federation.http.get("/metrics", headers=headers).status_code == 403
    assert federation.http.get("/metrics").status_code == 401


def test_a_hospital_that_nobody_enrolled_is_no_label(
    federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    federation.http.post("/upload/Stranger", headers={"Authorization": "Bearer nothing"})
    federation.http.get("/tasks", headers=hospital.headers)
    federation.director.members.note_use()
    text = metrics(federation).text
    assert "Stranger" not in text
    assert 'hospital="KUTRRH"' in text


def test_whichever_of_two_workers_is_asked_answers_for_both_and_no_count_goes_back(tmp_path: Path) -> None:
    director = RealDirector(tmp_path / "director", options=("--workers", "2"))
    director.start()
    try:
        seen: dict[str, float] = {}
        for _ in range(60):
            requests.get(f"{director.url}/tasks", headers=director.admin, timeout=5)
            text = requests.get(f"{director.url}/metrics", headers=director.admin, timeout=5).text
            counts = {
                each.labels["worker"]: each.value
                for family in read_plain(text)
                for each in family.samples
                if each.name == f"{PREFIX}requests_total" and each.labels["route"] == "/tasks"
            }
            assert all(counts.get(worker, 0) >= number for worker, number in seen.items())
            seen = counts
        # what the other did since it was asked itself, or told by itself, is still to come
        eventually(lambda: _tasks_asked(director) == 60, 15)
        assert len(seen) == 2
        assert len(list((tmp_path / "director" / "workers").iterdir())) == 2
    finally:
        director.stop()
    assert list((tmp_path / "director" / "workers").iterdir()) == []


def _tasks_asked(director: RealDirector) -> float:
    text = requests.get(f"{director.url}/metrics", headers=director.admin, timeout=5).text
    return sum(
        each.value
        for family in read_plain(text)
        for each in family.samples
        if each.name == f"{PREFIX}requests_total" and each.labels["route"] == "/tasks"
    )
