"""The built wheel, installed as its users would: no envoy holds a server, no director and no client holds torch."""

import json
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
import requests

from contract.names import Digest
from tests.analyst.conftest import serving
from tests.real_processes import RealDirector, clean_environment

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PACKAGES = {"aggregation", "analyst", "contract", "director", "envoy", "flower_apps", "simulation"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(out), str(ROOT)]
    subprocess.run(command, check=True)
    (built,) = out.glob("*.whl")
    return built


def installed(folder: Path, wheel: Path, extra: str) -> Path:
    """Make a virtual environment with one extra alone; gives its python."""
    venv.create(folder)
    python = folder / "bin" / "python"
    pins = [f"torch=={_version('torch')}"] if extra == "envoy" else []
    pip(python, "install", "--quiet", "--no-compile", *pins, f"{wheel}[{extra}]")
    return python


def pip(python: Path, *arguments: str) -> str:
    """Run our own pip on another environment, which then needs none."""
    command = [sys.executable, "-m", "pip", "--python", str(python), *arguments]
    return subprocess.run(command, check=True, cwd=python.parent, stdout=subprocess.PIPE, text=True).stdout


def packages_of(python: Path) -> set[str]:
    return {each["name"].lower() for each in json.loads(pip(python, "list", "--format=json"))}


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package).split("+")[0]


def imported_by(python: Path, code: str) -> set[str]:
    """Give the top-level modules that are loaded after running ``code``."""
    script = f"{code}\nimport sys; print('\\n'.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    command = [str(python), "-c", script]
    result = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=python.parent, env=clean_environment()
    )
    return set(result.stdout.split())


def test_the_wheel_holds_the_packages_and_nothing_else(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        top = {name.split("/")[0] for name in archive.namelist()}
        names = set(archive.namelist())
    assert {name for name in top if not name.endswith(".dist-info")} == PACKAGES
    assert "director/records/migrations/versions/0001_first_schema.py" in names
    assert {f"{package}/py.typed" for package in PACKAGES} <= names


@pytest.mark.timeout(400)
def test_an_envoy_alone_trains_and_sends_and_never_sees_a_server(
    director: RealDirector, wheel: Path, tables: dict[str, Path], tmp_path: Path
):
    python = installed(tmp_path / "venv", wheel, "envoy")
    environment = {**clean_environment(), "ENVOY_HOME": str(tmp_path / "home"), "ENVOY_DATA": str(tables["KNH"])}

    def envoy(*arguments: str) -> str:
        command = [str(python.parent / "fl-envoy"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=tmp_path).stdout

    code = director.json("envoy", "add", "KNH")["code"]
    envoy("join", "--director", director.url, "--code", code)
    envoy("statistics")
    sent = json.loads(envoy("train", "--json"))
    assert sent["submission"]["verdict"] == "admitted"
    shown = director.folder / "received_results" / "KNH" / "model.pt"
    assert Digest.of(shown.read_bytes()) == sent["submission"]["files"]["model"]["sha256"]

    assert not packages_of(python) & {"fastapi", "starlette", "uvicorn", "sqlalchemy", "alembic"}
    loaded = imported_by(python, "import envoy.cli, envoy.training, envoy.submission, envoy.tables")
    assert not loaded & {"fastapi", "starlette", "director", "aggregation"}


@pytest.mark.timeout(400)
def test_a_director_alone_serves_and_never_sees_torch_or_pandas(wheel: Path, tmp_path: Path):
    python = installed(tmp_path / "venv", wheel, "director")
    assert not packages_of(python) & {"torch", "pandas", "scikit-learn", "joblib", "requests"}
    director = RealDirector(tmp_path / "director", python=str(python))
    director.run("init")
    try:
        director.start()
        # what was built is shipped; where nothing was, the director says what is missing
        is_built = (ROOT / "director" / "static" / "index.html").exists()
        said = "This page needs JavaScript" if is_built else "installed without its dashboard"
        assert said in requests.get(f"{director.url}/", timeout=10).text
        headers = director.admin
        assert requests.get(f"{director.url}/tasks", headers=headers, timeout=10).status_code == 200
    finally:
        director.stop()


ASKING = """
import pandas as pd
from analyst import Client
with Client({url!r}) as client:
    found = client.infer_global(pd.DataFrame({{"diagnosis_count": [3, 21]}}, index=["a", "b"]))
    print(found.attrs["model"]["version"], client.infer("KUTRRH", {{"diagnosis_count": 9}}).risk_level, *found.index)
"""


@pytest.mark.timeout(400)
def test_an_analysts_client_alone_asks_and_never_sees_torch_or_a_server(wheel: Path, tmp_path: Path):
    python = installed(tmp_path / "venv", wheel, "client")
    assert not packages_of(python) & {
        "torch",
        "fastapi",
        "starlette",
        "uvicorn",
        "sqlalchemy",
        "scikit-learn",
        "joblib",
    }
    with serving(tmp_path / "director") as served:
        environment = {**clean_environment(), "FL_TOKEN": served.token}
        command = [str(python), "-c", ASKING.format(url=served.url)]
        answered = subprocess.run(
            command, capture_output=True, text=True, check=True, env=environment, cwd=tmp_path
        ).stdout
    version, level, *rows = answered.split()
    assert (version, rows) == ("2", ["a", "b"])
    assert level in ("low", "medium", "high")
    assert not imported_by(python, "import analyst") & {"aggregation", "director", "envoy", "flower_apps", "simulation"}


def test_the_directors_modules_load_no_torch_and_no_pandas():
    loaded = imported_by(Path(sys.executable), "import director.app, director.cli")
    assert not loaded & {"torch", "pandas", "sklearn", "joblib", "envoy", "alembic"}
