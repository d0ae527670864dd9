"""``fl-director init``, ``serve`` and ``fsck``."""

import json
import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from alembic import command
from alembic.config import Config
from typer.testing import Result

from benchmarks.ports import free_port
from director.api import server
from director.assembly import Director
from director.cli import links
from director.cli.failures import EXIT_DATA, EXIT_USAGE
from director.cli.listening import CIPHERS
from director.records.database import REVISION
from director.settings import DirectorSettings
from director.upkeep.serving import serving_alone
from tests.certificates import write_certificates
from tests.director.cli.conftest import Run
from tests.federation_simulator import NO_DASHBOARD, FederationSimulator, SimulatedHospital


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What uvicorn was asked to serve, one entry a start; nothing listens."""
    starts: list[dict[str, Any]] = []
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: starts.append({"app": app, **options}))
    monkeypatch.setattr(server, "lift_file_limit", lambda: None)
    return starts


def test_init_says_what_it_did(run: Run, empty: Path) -> None:
    made = run("init")
    assert (made.exit_code, made.stdout.splitlines()[0]) == (0, f"New federation: {empty}")
    assert "fl-director token issue" in made.stdout
    assert made.stderr == f"in {empty}\n"
    again = run("init")
    assert (again.exit_code, again.stdout) == (0, f"Already there and current, nothing changed: {empty}\n")
    take_back_to("0010", empty)
    migrated = run("init")
    assert (migrated.exit_code, migrated.stdout) == (0, f"Migrated from schema 0010 to {REVISION}: {empty}\n")
    assert run("fsck").stdout == "clean\n"


def test_an_older_folder_that_is_served_is_not_migrated_under_its_server(run: Run, empty: Path) -> None:
    assert run("init").exit_code == 0
    take_back_to("0010", empty)
    with serving_alone(empty, datetime(2026, 11, 26, 18, 35, tzinfo=UTC)):
        refused = run("init")
        assert (refused.exit_code, "is served already: by process" in refused.stderr) == (EXIT_USAGE, True)
    assert run("init").stdout.startswith("Migrated from schema 0010")


def take_back_to(revision: str, folder: Path) -> None:
    config, database = Config(), Director(DirectorSettings(data_dir=folder)).database
    config.set_main_option("script_location", "director.records:migrations")
    with database._writing.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()
    database.close()


def test_serve_makes_a_federation_only_where_it_is_told_to(
    run: Run, empty: Path, started: list[dict[str, Any]]
) -> None:
    port = free_port()
    refused = run("serve", "--port", port)
    assert (refused.exit_code, started, empty.exists()) == (EXIT_USAGE, [], False)
    sentence, hint = refused.stderr.splitlines()
    assert sentence.startswith(f"error: There is no federation in {empty}, which is not there (as DIRECTOR_DATA_DIR ")
    assert "fl-director init" in hint
    assert "serve --new" in hint
    first, again, with_new = (run("serve", "--port", port, *new) for new in (["--new"], [], ["--new"]))
    assert (first.exit_code, again.exit_code, with_new.exit_code) == (0, 0, 0)
    assert f"New federation: {empty}" in first.stderr
    for each in (again, with_new):
        assert "New federation" not in each.stderr
        assert each.stderr.startswith(f"in {empty}\nServing on http://127.0.0.1:{port} ")
    assert [(each["app"], each["factory"]) for each in started] == [("director.app:from_environment", True)] * 3


def test_two_servers_of_one_folder_are_told_and_commands_go_on(
    run: Run, empty: Path, started: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile: list[Result] = []

    def serve(app: str, **options: Any) -> None:
        meanwhile.extend((run("serve", "--port", free_port()), run("envoy", "add", "KNH"), run("init")))

    monkeypatch.setattr(uvicorn, "run", serve)
    assert run("serve", "--new", "--port", free_port()).exit_code == 0
    second, added, init = meanwhile
    assert (second.exit_code, f"by process {os.getpid()}, since 20" in second.stderr) == (EXIT_USAGE, True)
    assert (added.exit_code, init.exit_code) == (0, 0)
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: None)
    assert run("serve", "--port", free_port()).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (["--port", "80000"], {}, "port"),
        (["--port", "0"], {}, "port"),
        (["--port", "-1"], {}, "port"),
        (["--workers", "0"], {}, "workers"),
        (["--workers", "1000"], {}, "workers"),
        ([], {"DIRECTOR_PORT": "80000"}, "port"),
        ([], {"DIRECTOR_WORKERS": "0"}, "workers"),
        (["--host", "no.such.host."], {}, "no.such.host. is no address"),
        (["--host", "no.such.host.", "--insecure-http"], {}, "no.such.host.:8080 can't be listened on"),
        (["--host", "192.0.2.1", "--insecure-http"], {}, "192.0.2.1:8080 can't be listened on: Cannot assign"),
        (["--host", ""], {}, "Every address can be reached by others"),
        (["--host", "a" * 300], {}, "is no address"),
    ],
    ids=str,
)
def test_where_nobody_can_listen_is_one_sentence_and_nothing_is_made(
    run: Run, empty: Path, started: list[dict[str, Any]], monkeypatch, arguments, environment, says
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    refused = run("serve", "--new", *arguments)
    error, hint = refused.stderr.splitlines()[-2:]
    assert (refused.exit_code, error.startswith("error: "), says in error) == (EXIT_USAGE, True, True), refused.stderr
    assert hint.startswith("  ")
    assert (started, empty.exists()) == ([], False)


def test_a_link_that_serve_prints_says_where_no_page_is_there(
    run: Run, empty: Path, started: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "Pages", lambda: NO_DASHBOARD)
    assert "make dashboard" not in run("serve", "--new", "--port", free_port()).stderr
    said = run("serve", "--sign-in-link", "--port", free_port()).stderr
    assert "/dashboard/sign-in#" in said
    assert "make dashboard" in said.partition("/dashboard/sign-in#")[2]
    assert len(started) == 2


def test_options_come_before_settings_and_settings_before_defaults(
    run: Run, started: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    settings = {"PORT": free_port(), "WORKERS": 3, "IDLE_SECONDS": 7, "TRUSTED_PROXIES": '["10.0.0.1"]'}
    for name, value in settings.items():
        monkeypatch.setenv(f"DIRECTOR_{name}", str(value))
    assert run("serve", "--new", "--port", port).exit_code == 0
    assert run("serve", "--workers", 2, "--port", port).exit_code == 0
    assert [(each["port"], each["workers"], each["timeout_keep_alive"]) for each in started] == [
        (port, 3, 7),
        (port, 2, 7),
    ]
    assert (started[0]["proxy_headers"], started[0]["forwarded_allow_ips"]) == (True, ["10.0.0.1"])
    assert started[0]["http"] == "director.api.transport:BoundedProtocol"


def test_a_certificate_makes_it_https_and_any_address_fit(
    run: Run, started: list[dict[str, Any]], tmp_path: Path
) -> None:
    write_certificates(tmp_path)
    files = ["--tls-cert", tmp_path / "director.pem", "--tls-key", tmp_path / "director.key"]
    served = run("serve", "--new", "--host", "0.0.0.0", "--port", free_port(), *files)
    assert (served.exit_code, "Serving on https://0.0.0.0:" in served.stderr) == (0, True)
    assert (started[0]["ssl_certfile"], started[0]["ssl_ciphers"]) == (str(tmp_path / "director.pem"), CIPHERS)


def test_what_can_not_be_served_ends_with_2_and_makes_nothing(
    run: Run, empty: Path, started: list[dict[str, Any]]
) -> None:
    in_clear = run("serve", "--new", "--host", "0.0.0.0", "--port", free_port())
    half = run("serve", "--new", "--tls-cert", "director.pem")
    assert (in_clear.exit_code, half.exit_code) == (EXIT_USAGE, EXIT_USAGE)
    assert not empty.exists()
    said_so = run("serve", "--new", "--host", "0.0.0.0", "--insecure-http", "--port", free_port())
    assert (said_so.exit_code, len(started)) == (0, 1)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert run("serve", "--port", taken.getsockname()[1]).exit_code == EXIT_USAGE
    assert len(started) == 1


def test_fsck_names_what_is_wrong_and_ends_with_5(
    served: Run, federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    digest = hospital.train_and_upload()["files"]["model"]["sha256"]
    assert (served("fsck").exit_code, json.loads(served("fsck", "--json").stdout)) == (0, [])
    (blob,) = (path for path in federation.file("blobs").rglob("*") if path.name in (digest, digest[2:]))
    blob.unlink()
    found = served("fsck")
    assert (found.exit_code, digest[:12] in found.stdout) == (EXIT_DATA, True), found.stdout
    assert found.stdout.splitlines()[-1].endswith("defects")
    assert json.loads(served("fsck", "--json").stdout) == found.stdout.splitlines()[:-1]
