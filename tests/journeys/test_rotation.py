"""A token's end while its hospital works: rotated, revoked, limited, over real processes."""

import json
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2 as httpx
import numpy as np
import pytest
from typer.testing import CliRunner

from contract.messages.statistics import StatisticsReport
from contract.names import EnvoyName
from envoy.cli import app
from envoy.director_client import DirectorClient
from envoy.errors import RefusedError
from tests.federation_simulator import SimulatedHospital
from tests.real_processes import RealDirector

NOTICED_SECONDS = 5


@pytest.fixture(scope="module")
def director(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealDirector]:
    director = RealDirector(tmp_path_factory.mktemp("rotation") / "director", {"DIRECTOR_UPLOADS_PER_MINUTE": "180"})
    director.start()
    yield director
    director.stop()


def joined(director: RealDirector, name: str) -> tuple[SimulatedHospital, str]:
    """A hospital whose training is a nudge, and its token's id."""
    http = httpx.Client(base_url=director.url, timeout=30)
    issued = http.post("/join", json={"code": director.json("envoy", "add", name)["code"]}).json()
    return SimulatedHospital(name, http, issued["token"], np.arange(1.0, 41.0)), issued["id"]


def holds(director: RealDirector, token: str) -> bool:
    return httpx.get(f"{director.url}/tasks", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def seconds_until(condition: Callable[[], bool], at_most: float) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < began + at_most
        time.sleep(0.02)
    return time.monotonic() - began


@dataclass
class Uploading(threading.Thread):
    """Uploads one new model after the other until an answer is no."""

    hospital: SimulatedHospital
    number: int
    statuses: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        parcel = self.hospital.parcel()
        while not self.statuses or self.statuses[-1] < 400:
            parcel.metadata["num_examples"] = 40 + self.number * 1000 + len(self.statuses)  # another submission
            self.statuses.append(self.hospital.upload(parcel).status_code)
            time.sleep(0.1)


@pytest.mark.alone
def test_a_hospital_uploads_through_a_rotation_without_a_failure_and_a_revocation_ends_it_at_once(
    director: RealDirector,
):
    hospital, old_id = joined(director, "MTRH")
    hospital.send_statistics()
    threads = [Uploading(hospital, number) for number in range(2)]
    for each in threads:
        each.start()
    old, rotated = hospital.token, director.json("token", "rotate", old_id, "--overlap", "3s")
    at_rotation = time.monotonic()
    assert holds(director, old)
    done = [len(each.statuses) for each in threads]
    seconds_until(lambda: all(len(each.statuses) > before for each, before in zip(threads, done, strict=True)), 10)
    hospital.token = rotated["token"]
    seconds_until(lambda: not holds(director, old), 3 + NOTICED_SECONDS)
    assert time.monotonic() - at_rotation < 3 + NOTICED_SECONDS
    done = [len(each.statuses) for each in threads]
    seconds_until(lambda: all(len(each.statuses) > before for each, before in zip(threads, done, strict=True)), 10)
    assert {status for each in threads for status in each.statuses} == {201}
    director.run("token", "revoke", rotated["id"], "--yes")
    for each in threads:
        each.join(NOTICED_SECONDS)
        assert (set(each.statuses[:-1]), each.statuses[-1]) == ({201}, 401)
    kept = httpx.get(f"{director.url}/envoys/MTRH", headers=director.admin).json()["current"][0]["version"]
    assert kept == sum(len(each.statuses) - 1 for each in threads)


@pytest.mark.parametrize("ending", ["the token is revoked", "the hospital is disabled"])
def test_a_slow_upload_does_not_outlive_the_right_to_send_it(director: RealDirector, ending: str):
    name = "Slow" if "token" in ending else "Slower"
    hospital, token_id = joined(director, name)
    request = httpx.Request("POST", f"{director.url}/upload/{name}", files=hospital.parcel().files)
    body = request.read()
    head = f"POST /upload/{name} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {hospital.token}\r\n" + "".join(
        f"{header}: {request.headers[header]}\r\n" for header in ("Content-Type", "Content-Length")
    )
    with socket.create_connection(("127.0.0.1", director.port), timeout=1) as connection:
        connection.sendall(head.encode() + b"\r\n" + body[:4096])
        with pytest.raises(TimeoutError):  # the front desk has let it in, and waits for the rest
            connection.recv(1)
        connection.settimeout(NOTICED_SECONDS)
        if "token" in ending:
            director.run("token", "revoke", token_id, "--yes")
        else:
            director.run("envoy", "disable", name, "--yes")
        connection.sendall(body[4096:])
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 401 "), answer
    listed = httpx.get(f"{director.url}/submissions?envoy_name={name}", headers=director.admin).json()["items"]
    assert listed == []
    assert not (director.folder / "received_results" / name).exists()
    acts = httpx.get(f"{director.url}/audit?limit=200", headers=director.admin).json()["items"]
    assert not [each for each in acts if each["act"].startswith("upload") and name in each["subject"].split()]


def test_a_token_expires_in_a_running_director(director: RealDirector):
    short = director.json("token", "issue", "--role", "analyst", "--expires", "2s")["token"]
    seconds_until(lambda: not holds(director, short), 2 + NOTICED_SECONDS)


def test_an_envoy_whose_token_ended_says_so_and_goes_on_with_the_renewed_one(
    director: RealDirector, tables: dict[str, Path], tmp_path: Path
):
    envoy = director.enrol("KNH", tables["KNH"], tmp_path / "knh")
    with httpx.Client(base_url=director.url, headers=director.admin) as admin:
        (token,) = admin.get("/tokens?envoy_name=KNH").json()["items"]
        rotated = admin.post(f"/tokens/{token['id']}/rotate", json={"overlap_seconds": 0}).text
    ended = envoy.run("status", check=False)
    assert ended.returncode == 4
    assert "This token was replaced by another one" in ended.stderr
    assert "ask the consortium's admin for another token, then give it to: fl-envoy renew" in ended.stderr
    before = (envoy.home / "token.json").read_bytes()
    stale = envoy.run("renew", given=rotated.replace('"fld_', '"fld_x'), check=False)
    assert stale.returncode == 4
    assert (envoy.home / "token.json").read_bytes() == before
    envoy.run("renew", given=rotated)
    assert holds(director, json.loads((envoy.home / "token.json").read_text())["token"])
    assert stat.S_IMODE((envoy.home / "token.json").stat().st_mode) == 0o600


def test_an_envoy_asks_once_with_a_token_that_holds_no_more(director: RealDirector):
    client, repetitions = DirectorClient(director.url, "fld_gone", timeout_seconds=30, attempts=8), []
    client._session.hooks["response"].append(lambda each, **_: repetitions.append(each.raw.retries.history))
    with pytest.raises(RefusedError) as refused:
        client.envoy(EnvoyName("KNH"))
    assert (refused.value.status, repetitions) == (401, [()])


@pytest.mark.alone
def test_an_envoy_waits_as_long_as_a_director_says_that_had_too_much(director: RealDirector):
    hospital, _ = joined(director, "Embu")
    client = DirectorClient(director.url, hospital.token, timeout_seconds=30, attempts=8)
    report = StatisticsReport(num_examples=40, mean=(20.5,), m2=(5330.0,))
    while hospital.send_statistics().status_code != 429:
        pass
    began = time.monotonic()
    assert client.send_statistics(EnvoyName("Embu"), report).version >= 1
    assert time.monotonic() - began > 0.9  # Retry-After counts in whole seconds


def test_a_hospital_rotates_its_own_token_and_ends_it(
    director: RealDirector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ENVOY_HOME", str(tmp_path / "home"))
    file = tmp_path / "home" / "token.json"

    def envoy(*arguments: str, given: str | None = None) -> int:
        return CliRunner().invoke(app, list(arguments), input=given).exit_code

    code = director.json("envoy", "add", "Kilifi")["code"]
    assert envoy("join", "--director", director.url, "--code-file", "-", given=f"{code}\n") == 0
    joined_with = file.read_text()
    assert envoy("rotate") == 0
    old, new = (json.loads(text)["token"] for text in (joined_with, file.read_text()))
    assert old != new
    assert (holds(director, old), holds(director, new)) == (True, True)
    kept = file.read_text()
    file.write_text(joined_with)  # as if the write had been lost, though the new one is in use
    assert envoy("rotate") == 4
    file.write_text(kept)
    assert envoy("leave", "--yes") == 0
    seconds_until(lambda: not holds(director, old) and not holds(director, new), NOTICED_SECONDS)
    assert not file.exists()
    acts = httpx.get(f"{director.url}/audit?limit=200", headers=director.admin).json()["items"]
    actors = {each["act"]: each["actor"] for each in acts if each["actor"].startswith("hospital:Kilifi:")}
    assert {"token.rotate", "token.revoke"} <= set(actors)
