"""``fl-director doctor`` on real folders, certificates and servers: what is wrong is said, and nothing is changed."""

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme

from benchmarks.ports import free_port
from director.assembly import Director
from director.cli import doctor
from director.cli.failures import EXIT_DATA
from director.settings import DirectorSettings
from director.upkeep.serving import serving_alone
from tests.certificates import write_certificates
from tests.director.cli.conftest import Run
from tests.envoy.answering import answering
from tests.federation_simulator import NO_DASHBOARD, FederationSimulator, SimulatedHospital
from tests.real_processes import ForkedDirector, RealDirector

Said = dict[str, list[dict[str, str]]]
NOW, DAY = datetime.now(UTC), timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIRECTOR_PORT", str(free_port()))


@pytest.fixture
def made(empty: Path) -> Path:
    """The folder of a new federation that nobody serves, and that nobody has open."""
    director = Director(DirectorSettings(data_dir=empty))
    director.initialise()
    director.database.close()
    return empty


def said(run: Run) -> Said:
    """Examine; gives what was found by what it is about."""
    return by_what(json.loads(run("doctor", "--json").stdout))


def by_what(examination: dict[str, Any]) -> Said:
    found: Said = {}
    for each in examination["findings"]:
        found.setdefault(each["about"], []).append(each)
    return found


def bad(found: Said) -> set[str]:
    return {about for about, each in found.items() if any(one["state"] == "bad" for one in each)}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_a_new_federation_is_well_but_for_what_a_person_has_still_to_do(run: Run, made: Path) -> None:
    before = contents(made)
    found = run("doctor")
    assert found.exit_code == 0, found.stdout
    assert f"ok    data folder: {made} belongs to" in found.stdout
    assert "warn  backup: no backup was ever made.\n      next: fl-director backup" in found.stdout
    assert "warn  server: no director serves this folder now.\n      next: fl-director serve" in found.stdout
    assert found.stdout.splitlines()[-1].startswith("0 bad, ")
    assert f"in {made}" in found.stderr
    for about in ("settings", "software", "file system", "room", "quotas", "clock", "open files"):
        assert f"  {about}: " in found.stdout
    assert contents(made) == before


def test_as_json_it_is_one_document_with_the_worst_first(run: Run, made: Path) -> None:
    made.chmod(0o755)
    found = run("doctor", "--json")
    document = json.loads(found.stdout)
    assert (found.exit_code, document["state"]) == (EXIT_DATA, "bad")
    assert {frozenset(each) for each in document["findings"]} == {frozenset(("state", "about", "sentence", "hint"))}
    assert bad(by_what(document)) == {"data folder"}


def test_where_there_is_no_federation_the_rest_is_looked_at_all_the_same(run: Run, empty: Path) -> None:
    found = said(run)
    assert bad(found) == {"federation"}
    assert {"settings", "software", "listening", "open files", "server"} <= set(found)
    assert not empty.exists()


def test_settings_that_can_not_be_read_are_the_finding(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIRECTOR_WORKERS", "many")
    found = run("doctor", "--json")
    (only,) = json.loads(found.stdout)["findings"]
    assert (found.exit_code, only["state"], only["about"]) == (EXIT_DATA, "bad", "settings")
    assert only["sentence"].startswith("Setting workers: ")


@pytest.mark.parametrize(
    ("file", "mode", "about"),
    [("", 0o701, "data folder"), ("director.db", 0o644, "database file")],
)
def test_rights_of_others_are_bad(run: Run, made: Path, file: str, mode: int, about: str) -> None:
    (made / file).chmod(mode)
    assert bad(said(run)) == {about}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another account")
def test_what_another_account_made_is_bad(run: Run, made: Path) -> None:
    shutil.chown(made / "director.db", 4_000_001)
    found = said(run)
    assert bad(found) == {"owner"}
    assert "director.db (4000001)" in found["owner"][0]["sentence"]


def test_a_hospital_that_can_send_nothing_more_is_bad(
    run: Run, federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    hospital.train_and_upload()
    assert said(run)["quotas"][0]["state"] == "ok"
    monkeypatch.setenv("DIRECTOR_MAX_VERSIONS_PER_HOSPITAL", "1")
    found = said(run)
    assert (bad(found) & {"quotas"}, hospital.name in found["quotas"][0]["sentence"]) == ({"quotas"}, True)


def test_a_file_in_the_place_of_the_folder_is_bad(run: Run, empty: Path) -> None:
    empty.write_text("a file")
    assert "data folder" in bad(said(run))


def test_a_database_that_is_gone_and_one_that_is_none_are_bad(run: Run, made: Path) -> None:
    (made / "director.db").write_bytes(b"nonsense")
    assert bad(said(run)) == {"database"}
    (made / "director.db").unlink()
    assert bad(said(run)) == {"database"}


def test_a_real_director_that_serves_is_well_and_killed_it_is_not(director: RealDirector) -> None:
    found = by_what(director.json("doctor"))
    assert bad(found) == set()
    (server,) = found["server"]
    assert server["sentence"].startswith(f"process {director.pid}, since ")
    assert server["sentence"].endswith(f" serves at {director.url}, and is ready.")
    assert len(found["clock"]) == 2
    director.kill()
    (server,) = by_what(director.json("doctor"))["server"]
    assert (server["state"], server["sentence"]) == ("warn", "no director serves this folder now.")


def test_a_lock_that_is_no_file_is_bad(run: Run, made: Path) -> None:
    (made / "serving.lock").mkdir()
    found = said(run)
    assert (bad(found), "can't be opened" in found["server"][0]["sentence"]) == ({"server"}, True)


def test_who_has_the_folder_and_answers_nobody_is_bad(run: Run, made: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with serving_alone(made, NOW, url):
        found = said(run)
    assert bad(found) == {"server"}
    assert f"does not answer at {url}: Connection refused" in found["server"][0]["sentence"]


def test_another_program_at_the_directors_address_is_bad(run: Run, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering((200, b"another program")) as other:
        monkeypatch.setenv("DIRECTOR_PORT", str(urlsplit(other.url).port))
        assert bad(said(run)) == {"server"}


def test_an_address_that_others_reach_takes_tls(run: Run, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIRECTOR_HOST", "0.0.0.0")
    found = said(run)
    assert bad(found) == {"listening"}
    assert "without TLS" in found["listening"][0]["sentence"]
    monkeypatch.setenv("DIRECTOR_INSECURE_HTTP", "1")
    assert said(run)["listening"][0]["state"] == "warn"


def test_behind_a_proxy_that_is_not_named_all_hospitals_are_one_address(
    run: Run, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "trusted_proxies" in said(run)["listening"][0]["hint"]
    monkeypatch.setenv("DIRECTOR_TRUSTED_PROXIES", '["127.0.0.1"]')
    assert said(run)["listening"][0]["hint"] == ""


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Path) -> Path:
    """A federation whose certificate and key lie in this folder."""
    folder = write_certificates(tmp_path)
    (folder / "director.key").chmod(0o600)
    for name in ("cert", "key"):
        monkeypatch.setenv(
            f"DIRECTOR_TLS_{name.upper()}", str(folder / f"director.{'pem' if name == 'cert' else name}")
        )
    return folder


def test_a_certificate_with_its_key_is_well(run: Run, tls: Path) -> None:
    found = said(run)
    assert bad(found) == set()
    assert found["listening"][0]["sentence"].endswith("encrypted.")
    assert "made out to 127.0.0.1, localhost" in found["certificate"][0]["sentence"]
    assert found["key"][0]["state"] == "ok"


@pytest.mark.parametrize(
    ("issued", "about", "state", "says"),
    [
        ({"not_before": NOW - 9 * DAY, "not_after": NOW - DAY}, "certificate", "bad", "expired"),
        ({"not_after": NOW + 5 * DAY}, "certificate", "warn", "ends in"),
        ({}, "certificate", "bad", "not to director.example.org"),
    ],
)  # fmt: skip
def test_the_certificates_dates_and_its_name_are_judged(
    run: Run, tls: Path, monkeypatch: pytest.MonkeyPatch, issued: dict[str, Any], about: str, state: str, says: str
) -> None:
    if not issued:
        monkeypatch.setenv("DIRECTOR_HOST", "director.example.org")
    leaf = trustme.CA().issue_cert("localhost", **issued)
    leaf.private_key_and_cert_chain_pem.write_to_path(str(tls / "director.pem"))
    leaf.private_key_pem.write_to_path(str(tls / "director.key"))
    found = said(run)[about]
    assert [(each["state"], says in each["sentence"]) for each in found] == [(state, True)], found


def test_a_key_of_another_certificate_and_one_that_everybody_reads_are_bad(run: Run, tls: Path) -> None:
    (tls / "director.key").chmod(0o644)
    assert bad(said(run)) == {"key"}
    shutil.copy(tls / "other.key", tls / "director.key")
    found = said(run)
    assert bad(found) == {"certificate"}
    assert "are not of each other" in found["certificate"][0]["sentence"]


def test_half_a_configuration_of_tls_is_bad(run: Run, made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    write_certificates(tmp_path)
    monkeypatch.setenv("DIRECTOR_TLS_CERT", str(tmp_path / "director.pem"))
    assert bad(said(run)) == {"certificate"}


def test_a_certificate_that_was_renewed_under_a_running_director_is_noticed(tmp_path: Path) -> None:
    files = write_certificates(tmp_path)
    (files / "director.key").chmod(0o600)
    environment = {
        "DIRECTOR_TLS_CERT": str(files / "director.pem"),
        "DIRECTOR_TLS_KEY": str(files / "director.key"),
    }
    director = ForkedDirector(tmp_path / "director", environment, ca_file=files / "authority.pem")
    director.start()
    try:
        assert "certificate shown" not in by_what(director.json("doctor"))
        shutil.copy(files / "other.pem", files / "director.pem")
        shutil.copyfile(files / "other.key", files / "director.key")
        (shown,) = by_what(director.json("doctor"))["certificate shown"]
        assert (shown["state"], "restart it" in shown["hint"]) == ("warn", True)
    finally:
        director.stop()


def test_a_dashboard_that_was_not_built_is_said(run: Run, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "Pages", lambda: NO_DASHBOARD)
    (dashboard,) = said(run)["dashboard"]
    assert (dashboard["state"], "make dashboard" in dashboard["hint"]) == ("warn", True)
