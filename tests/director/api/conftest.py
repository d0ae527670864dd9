"""A federation in full swing, for whoever asks it everything."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient

from contract.names import EnvoyName
from tests.director.api.house import OPERATIONS, ROUTES, House
from tests.federation_simulator import FederationSimulator


def untold(method: str, answer: httpx.Response) -> str | None:
    """Give the code of an error that its operation does not tell of; None: it does, or it is no error."""
    if method == "HEAD" or answer.headers.get("content-type") != "application/problem+json":
        return None
    path, code = answer.request.url.path, str(answer.json()["code"])
    routes = (each for each in ROUTES if method in (each.methods or ()) and each.path_regex.match(path))
    name = next((each.name for each in routes), None)
    told = [each.errors for each in OPERATIONS if each.name == name]
    return code if told and code not in told[0] else None


@pytest.fixture(autouse=True, scope="module")
def every_error_is_told_of() -> Iterator[None]:
    """Hold each error that any test of this folder meets against what its operation tells."""
    ask = TestClient.request

    def asked(self: TestClient, method: str, url: Any, *args: Any, **more: Any) -> httpx.Response:
        answer = ask(self, method, url, *args, **more)
        code = untold(method, answer)
        assert code is None, f"{method} {answer.request.url.path} answered {code}, of which it tells nothing"
        return answer

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TestClient, "request", asked)
        yield


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with FederationSimulator(tmp_path_factory.mktemp("house") / "director", uploads_per_minute=0) as federation:
        a, b = (federation.enrol(name) for name in ("KUTRRH", "MTRH"))
        receipts = {}
        for each in (a, b):
            each.send_statistics()
        for each in (a, b):
            receipts[each.name] = each.train_and_upload()
        assert federation.aggregate().status_code == 201
        expired = federation.token("admin", holds=timedelta(minutes=1))
        revoked = federation.http.post("/tokens", json={"role": "admin"}, headers=federation.admin).json()
        federation.http.delete(f"/tokens/{revoked['id']}", headers=federation.admin)
        federation.clock.pass_by(minutes=2)
        staff = {
            each.name: federation.token("staff", envoy=EnvoyName(each.name), person=f"Somebody of {each.name}")
            for each in (a, b)
        }
        callers = {
            "anonymous": {},
            "expired": {"Authorization": f"Bearer {expired}"},
            "revoked": {"Authorization": f"Bearer {revoked['token']}"},
            "hospital A": a.headers,
            "hospital B": b.headers,
            "staff of A": {"Authorization": f"Bearer {staff[a.name]}"},
            "staff of B": {"Authorization": f"Bearer {staff[b.name]}"},
            "analyst": federation.analyst,
            "admin": federation.admin,
            "staff of B, signed in": federation.sign_in(staff[b.name]),
            "admin, signed in": federation.sign_in(federation.token("admin", person="Amina Odhiambo")),
        }
        submissions = {name: receipt["id"] for name, receipt in receipts.items()}
        models = {name: receipt["files"]["model"]["sha256"] for name, receipt in receipts.items()}
        parcels = {each.name: each.parcel() for each in (a, b)}
        yield House(federation, a, b, callers, submissions, models, parcels)
