"""The image and the compose file: nothing that is not there, no rights that are not needed, one door to the outside."""

import ipaddress
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from director.settings import DirectorSettings
from tests.deploy.containers import (
    COMPOSE,
    DOCKERFILE,
    SERVICES,
    Dockerfile,
    reaches_the_builder,
    source_files,
)
from tests.deploy.programs import is_one_of_ours
from tests.deploy.units import ROOT
from tests.real_processes import ForkedDirector


def test_what_is_copied_is_there_and_reaches_the_builder() -> None:
    assert len(DOCKERFILE.copied) >= 10
    for source in DOCKERFILE.copied:
        path = ROOT / source
        assert path.exists(), source
        files = [path] if path.is_file() else [each for each in source_files() if each.is_relative_to(path)]
        assert any(reaches_the_builder(str(each.relative_to(ROOT))) for each in files), source


def test_all_that_the_wheel_holds_is_copied() -> None:
    copied = {source.rstrip("/") for source in DOCKERFILE.copied}
    assert {"aggregation", "analyst", "contract", "director", "envoy", "flower_apps", "simulation"} <= copied
    assert "pyproject.toml" in copied


@pytest.mark.parametrize(
    "path",
    [
        "data/director.db",
        "received_results/KUTRRH/model.pt",
        ".git/config",
        "demo/director.db",
        "envoy.toml",
        "tests/conftest.py",
        "director/static/index.html",
        "dashboard/node_modules/react/index.js",
        "director/api/__pycache__/app.cpython-311.pyc",
        "director/__pycache__/app.cpython-311.pyc",
    ],
)
def test_what_was_made_or_is_somebodys_never_reaches_the_builder(path: str) -> None:
    assert not reaches_the_builder(path)


@pytest.mark.parametrize("path", ["director/api/app.py", "dashboard/src/main.tsx", "deploy/bin/fl-director-backup"])
def test_what_is_built_from_does(path: str) -> None:
    assert reaches_the_builder(path)


def test_the_image_runs_a_command_that_there_is_as_nobody_who_matters() -> None:
    assert DOCKERFILE.final("USER").rest == "10001:10001"
    command = DOCKERFILE.final("ENTRYPOINT").words + DOCKERFILE.final("CMD").words
    assert is_one_of_ours(command)
    assert "--new" in command
    assert DOCKERFILE.final("VOLUME").words == ["/data", "/backup"]
    names = [step.name for step in DOCKERFILE.last]
    assert names.index("USER") > max(place for place, name in enumerate(names) if name in ("RUN", "COPY"))
    assert not any(step.name == "USER" for step in Dockerfile("FROM a\nUSER 1\nFROM b\nCMD c").last)


def test_only_the_director_and_what_it_stands_on_is_installed() -> None:
    (wheel,) = [stage for stage in DOCKERFILE.stages if stage[0].rest.endswith("AS wheel")]
    assert [step.rest for step in wheel if step.name == "ARG"] == ["EXTRAS=director"]
    assert DOCKERFILE.last[0].rest == wheel[0].rest.removesuffix(" AS wheel")  # the environment names its Python
    assert {step.options["from"] for step in DOCKERFILE.last if "from" in step.options} == {"wheel"}


def test_the_image_is_healthy_while_the_director_is_ready(tmp_path: Path) -> None:
    words = DOCKERFILE.final("HEALTHCHECK").rest.removeprefix("CMD ")
    program, *arguments = json.loads(words)
    director = ForkedDirector(tmp_path / "director")
    assert program == "python"
    assert any("8080" in each for each in arguments)
    check = [sys.executable, *(each.replace("8080", str(director.port)) for each in arguments)]
    elsewhere = {"http_proxy": "http://127.0.0.1:9"}

    def asked() -> int:
        return subprocess.run(check, env=elsewhere, capture_output=True, check=False).returncode

    assert asked() == 1
    director.start()
    try:
        assert asked() == 0
        shutil.rmtree(director.folder / "blobs")
        (director.folder / "blobs").write_text("no folder")
        assert asked() == 1
    finally:
        director.stop()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_may_do_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "caddy" else [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108  # the container's own
    assert not {"privileged", "network_mode", "pid", "user", "devices"} & set(service)


def test_caddy_alone_is_published_and_the_director_reaches_nobody() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["caddy"]
    assert SERVICES["director"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert SERVICES["caddy"]["environment"]["FL_DIRECTOR"] == "director:8080"


def test_the_director_trusts_the_network_of_its_proxy_and_no_other() -> None:
    trusted = json.loads(SERVICES["director"]["environment"]["DIRECTOR_TRUSTED_PROXIES"])
    (network,) = COMPOSE["networks"]["inside"]["ipam"]["config"]
    assert trusted == [network["subnet"]]
    assert ipaddress.ip_network(network["subnet"]).is_private
    assert DirectorSettings(trusted_proxies=tuple(trusted)).trusts("172.30.77.3")


def test_what_is_kept_lies_in_volumes_and_what_is_mounted_is_there() -> None:
    mounts = [mount for service in SERVICES.values() for mount in service["volumes"]]
    for mount in mounts:
        source = mount.rpartition(":ro")[0].partition(":")[0] if mount.endswith(":ro") else mount.rpartition(":")[0]
        if source.startswith("./"):
            assert (ROOT / source).is_file()
        else:
            assert (source.removeprefix("${FL_BACKUP:-").removesuffix("}")) in COMPOSE["volumes"]
    assert {mount.rpartition(":")[2] for mount in SERVICES["director"]["volumes"]} == set(
        DOCKERFILE.final("VOLUME").words
    )


def test_a_stop_waits_longer_than_the_director_does() -> None:
    assert int(SERVICES["director"]["stop_grace_period"].removesuffix("s")) > DirectorSettings().stopping_seconds + 10
