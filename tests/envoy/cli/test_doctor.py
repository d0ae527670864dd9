"""``fl-envoy doctor``: in an empty home, on broken ways, and beside a real director."""

import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.findings import ok
from contract.tasks import DIAGNOSIS_COUNT
from envoy.cli import doctor
from envoy.membership import Membership, MembershipFile
from tests.certificates import write_certificates
from tests.envoy.cli.joining import Run
from tests.envoy.playing import PlayedDirector, playing
from tests.faulty_ways import FAULTY_WAYS
from tests.real_processes import ForkedDirector, RealDirector, RealEnvoy

Said = dict[str, list[dict[str, str]]]
EXIT_BAD = 5
LIVE = {"/health/live": (200, {"status": "ok", "version": "0.1.0"})}
BARE = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC")


@pytest.fixture(autouse=True)
def _bare(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in BARE:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    # each of these would start torch anew, for seconds; the real thing is in test_machine and at the end
    monkeypatch.setattr(doctor, "torch_finding", lambda: ok("torch", "not tried."))


def examine(run: Run, *options: str) -> Said:
    return by_what(json.loads(run("doctor", "--json", *options).stdout))


def by_what(examination: Mapping[str, Any]) -> Said:
    found: Said = {}
    for each in examination["findings"]:
        found.setdefault(each["about"], []).append(each)
    return found


def bad(found: Said) -> set[str]:
    return {about for about, each in found.items() if any(one["state"] == "bad" for one in each)}


def be_member(home: Path, director: str, **more: Any) -> None:
    expires_at = datetime.now(UTC) + timedelta(days=60)
    member = Membership(director=director, envoy_name="KNH", token="fld_secret", expires_at=expires_at)
    MembershipFile(home).write(member.model_copy(update=more))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home of the envoy that ``run`` runs."""
    return tmp_path / "home"


def test_before_it_has_joined_that_is_the_finding_and_the_rest_is_looked_at(run: Run, home: Path) -> None:
    found = run("doctor")
    assert found.exit_code == EXIT_BAD
    assert "bad   membership: This envoy has not joined a federation" in found.stdout
    assert "--director URL" in found.stdout
    said = examine(run)
    assert bad(said) == {"membership"}
    assert [each["state"] for each in said["tables"]] == ["ok"] * 3
    assert not home.exists()


def test_the_way_can_be_looked_at_before_a_code_is_spent(run: Run) -> None:
    with playing(PlayedDirector(said=dict(LIVE))) as director:
        found = run("doctor", "--director", f"{director.url}/", "--json")
    said = by_what(json.loads(found.stdout))
    assert (found.exit_code, bad(said), said["membership"][0]["state"]) == (0, set(), "warn")
    assert said["director"][0]["sentence"] == f"{director.url} answers, without TLS."
    assert director.paths("GET") == ["/health/live"]
    assert all("Authorization" not in each.headers for each in director.asked)


def test_a_member_of_a_director_that_answers_is_well(run: Run, home: Path) -> None:
    with playing(PlayedDirector(said=dict(LIVE))) as director:
        be_member(home, director.url)
        before = {each: each.read_bytes() for each in home.rglob("*") if each.is_file()}
        found = run("doctor", "--json")
        said = by_what(json.loads(found.stdout))
        elsewhere = by_what(json.loads(run("doctor", "--json", "--director", "http://localhost:1").stdout))
    assert (found.exit_code, bad(said)) == (0, set())
    assert {each["state"] for about in said for each in said[about]} == {"ok"}
    looked_at = {"home", "token file", "token", "parcels", "proxy", "name", "connection", "clock", "version", "task"}
    assert looked_at <= set(said)
    assert {each: each.read_bytes() for each in home.rglob("*") if each.is_file()} == before
    assert bad(elsewhere) == {"connection"}  # another address than the token's: that is not shown there


def test_settings_that_can_not_be_read_are_the_finding(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVOY_TIMEOUT_SECONDS", "soon")
    found = run("doctor", "--json")
    (only,) = json.loads(found.stdout)["findings"]
    assert (found.exit_code, only["about"], only["state"]) == (EXIT_BAD, "settings", "bad")


def test_rights_of_others_and_a_token_that_ended_are_bad(run: Run, home: Path) -> None:
    with playing(PlayedDirector(said=dict(LIVE))) as director:
        be_member(home, director.url, expires_at=datetime.now(UTC) - timedelta(days=1))
        assert bad(examine(run)) == {"token"}
        be_member(home, director.url)
        (home / "token.json").chmod(0o644)
        assert bad(examine(run)) == {"token file"}
        home.chmod(0o711)
        assert bad(examine(run)) == {"token file", "home"}


def test_a_home_that_takes_nothing_is_bad(run: Run, home: Path) -> None:
    home.write_text("a file")
    assert "home" in bad(examine(run))


def test_what_the_director_says_of_token_and_tasks_is_said(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = (401, {"code": "unauthenticated", "detail": "The token does not hold.", "hint": "x"})
    with playing(PlayedDirector(said={**LIVE, "/envoys/KNH": refused})) as director:
        be_member(home, director.url)
        said = examine(run)
        assert (bad(said), "task" in said) == ({"membership"}, False)
        del director.said["/envoys/KNH"]
        monkeypatch.setenv("ENVOY_TASK", "mortality_1y")
        assert bad(examine(run)) == {"task"}
    moved = PlayedDirector(description={"cut_points": [1, 2]}, said=dict(LIVE))
    with playing(moved) as director:
        be_member(home, director.url)
        monkeypatch.setenv("ENVOY_TASK", DIAGNOSIS_COUNT.name)
        assert bad(examine(run)) == {"task"}


def test_another_machine_without_tls_is_bad_unless_somebody_accepted_it(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with playing(PlayedDirector(said=dict(LIVE))) as director:
        monkeypatch.setenv("HTTP_PROXY", director.url)  # who plays the director answers for any host
        be_member(home, "http://director.invalid", insecure_http=False)
        refused = examine(run)
        assert all("Authorization" not in each.headers for each in director.asked)
        be_member(home, "http://director.invalid", insecure_http=True)
        accepted = examine(run)
    assert (bad(refused), refused["proxy"][0]["sentence"].endswith("as HTTP_PROXY says.")) == ({"encryption"}, True)
    assert (bad(accepted), accepted["encryption"][0]["state"]) == (set(), "warn")
    assert "membership" not in refused
    assert "membership" in accepted


@pytest.mark.parametrize("name", FAULTY_WAYS)
def test_each_way_on_which_nobody_answers_is_bad_with_its_reason(
    name: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, says = FAULTY_WAYS[name]
    monkeypatch.setenv("ENVOY_TIMEOUT_SECONDS", "0.5")
    with make() as way:
        if way.ca_file is not None:
            monkeypatch.setenv("ENVOY_CA_FILE", str(way.ca_file))
        if way.proxy is not None:
            monkeypatch.setenv("HTTPS_PROXY", way.proxy)
        found = run("doctor", "--director", way.url, "--json")
    said = by_what(json.loads(found.stdout))
    sentences = [each["sentence"] for about in said for each in said[about] if each["state"] == "bad"]
    assert any(re.search(says, each) for each in sentences), sentences
    assert (found.exit_code, "secret" in found.stdout) == (EXIT_BAD, False)


def test_which_certificate_is_not_trusted_is_said_beside_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    make, _ = FAULTY_WAYS["unknown authority"]
    with make() as way:
        monkeypatch.setenv("ENVOY_CA_FILE", str(way.ca_file))
        said = examine(run, "--director", way.url)
    assert (bad(said), said["certificate"][0]["state"]) == ({"director"}, "ok")
    assert "made out to 127.0.0.1, signed by trustme" in said["certificate"][0]["sentence"]


def test_a_file_of_authorities_that_is_none_is_bad_with_and_without_a_way(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_certificates(tmp_path)
    monkeypatch.setenv("ENVOY_CA_FILE", str(tmp_path / "nonsense.pem"))
    assert bad(examine(run)) == {"membership", "authorities"}
    assert bad(examine(run, "--director", "https://director.invalid")) == {"way"}
    monkeypatch.setenv("ENVOY_CA_FILE", str(tmp_path / "authority.pem"))
    assert examine(run)["authorities"][0]["state"] == "ok"


@pytest.mark.parametrize(
    ("data", "state", "says"),
    [("", "warn", "name no place"), ("gone", "bad", "There is no folder"), ("s3://bucket/x", "ok", "is a bucket")],
)
def test_tables_that_are_not_there_are_bad(run: Run, monkeypatch: pytest.MonkeyPatch, data, state, says) -> None:
    monkeypatch.setenv("ENVOY_DATA", data)
    (tables,) = examine(run)["tables"]
    assert (tables["state"], says in tables["sentence"]) == (state, True), tables


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_table_that_this_account_may_not_read_is_bad(run: Run, data_folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVOY_DATA", str(data_folder.path))
    (data_folder.path / "hosp" / "patients.csv").chmod(0)
    assert "tables" in bad(examine(run))


def test_beside_a_real_director_over_tls_a_hospital_is_well_and_learns_that_it_was_killed(
    tmp_path: Path, tables: Path
) -> None:
    files = write_certificates(tmp_path)
    serve = ("--tls-cert", str(files / "director.pem"), "--tls-key", str(files / "director.key"))
    director: RealDirector = ForkedDirector(tmp_path / "director", options=serve, ca_file=files / "authority.pem")
    director.start()
    try:
        code = director.json("envoy", "add", "KNH")["code"]
        envoy = RealEnvoy(tmp_path / "knh", tables, {"ENVOY_CA_FILE": str(files / "authority.pem")})
        envoy.run("join", "--director", director.url, "--code", code)
        said = by_what(envoy.json("doctor"))
        assert bad(said) == set()
        trusted = f"{director.url} answers, over TLS, trusted by those in {files / 'authority.pem'} (ENVOY_CA_FILE)."
        assert (said["director"][0]["sentence"], said["torch"][0]["state"]) == (trusted, "ok")
        assert "holds until" in said["certificate"][0]["sentence"]
    finally:
        director.kill()
    dead = envoy.run("doctor", "--json", check=False)
    assert (dead.returncode, bad(by_what(json.loads(dead.stdout)))) == (EXIT_BAD, {"connection"})
