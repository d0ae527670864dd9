"""``fl-director init``, ``serve`` and ``fsck``."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from director.api import server
from director.cli import links
from director.cli.listening import CIPHERS
from director.cli.program import EXIT_DATA, EXIT_USAGE
from tests.certificates import write_certificates
from tests.director.cli.conftest import Run
from tests.federation_simulator import NO_DASHBOARD, FederationSimulator, SimulatedHospital


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What uvicorn was asked to serve, one entry a start; nothing listens."""
    starts: list[dict[str, Any]] = []
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: starts.append({"app": app, **options}))
    monkeypatch.setattr(server, "lift_file_limit", lambda: None)
    return starts


def test_a_folder_is_made_a_federations_and_again_stays_it(run: Run, empty: Path) -> None:
    for _ in range(2):
        made = run("init")
        assert (made.exit_code, made.stdout.splitlines()[0]) == (0, f"Ready: {empty}")
        assert "fl-director token issue" in made.stdout
    assert run("fsck").stdout == "clean\n"


def test_an_untouched_folder_is_made_a_federations_before_it_is_served(
    run: Run, empty: Path, started: list[dict[str, Any]]
) -> None:
    port = free_port()
    first, again = (run("serve", "--port", port) for _ in range(2))
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert f"New federation in {empty}" in first.stderr
    assert "New federation" not in again.stderr
    assert f"Serving on http://127.0.0.1:{port} " in again.stderr
    assert [(each["app"], each["factory"]) for each in started] == [("director.app:from_environment", True)] * 2


def test_a_link_that_serve_prints_says_where_no_page_is_there(
    run: Run, empty: Path, started: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "Pages", lambda: NO_DASHBOARD)
    assert "make dashboard" not in run("serve", "--port", free_port()).stderr
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
    assert run("serve", "--port", port).exit_code == 0
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
    served = run("serve", "--host", "0.0.0.0", "--port", free_port(), *files)
    assert (served.exit_code, "Serving on https://0.0.0.0:" in served.stderr) == (0, True)
    assert (started[0]["ssl_certfile"], started[0]["ssl_ciphers"]) == (str(tmp_path / "director.pem"), CIPHERS)


def test_what_can_not_be_served_ends_with_2_and_makes_nothing(
    run: Run, empty: Path, started: list[dict[str, Any]]
) -> None:
    in_clear = run("serve", "--host", "0.0.0.0", "--port", free_port())
    half = run("serve", "--tls-cert", "director.pem")
    assert (in_clear.exit_code, half.exit_code) == (EXIT_USAGE, EXIT_USAGE)
    assert not empty.exists()
    said_so = run("serve", "--host", "0.0.0.0", "--insecure-http", "--port", free_port())
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
