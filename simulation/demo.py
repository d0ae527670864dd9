"""``make demo``: a director and five envoys as real processes over real HTTP, from empty folders to an answer."""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.table import Table

from contract.errors import FederationError
from contract.names import EnvoyName
from contract.terminal import Terminal
from simulation.consortium import STANDARD_HOSPITALS, write_consortium
from simulation.open_demo import fetch_open_demo
from simulation.partition import partition

CYCLES = 3
SYNTHETIC_PATIENTS = 2000
_READY_SECONDS = 30


class DemoError(Exception):
    """What made the demonstration stop, in one line."""


@dataclass(frozen=True)
class Hospital:
    """One hospital of the demonstration: its tables, and its envoy's home."""

    name: EnvoyName
    data: Path
    home: Path

    def envoy(self, *arguments: str) -> subprocess.Popen[str]:
        """Start its envoy as a process of its own."""
        environment = _environment() | {"ENVOY_HOME": str(self.home), "ENVOY_DATA": str(self.data)}
        return _start([sys.executable, "-m", "envoy", *arguments], environment)


@dataclass
class Progress:
    """What each hospital reported, cycle by cycle."""

    patients: dict[EnvoyName, int] = field(default_factory=dict)
    num_examples: dict[EnvoyName, int] = field(default_factory=dict)
    local: dict[EnvoyName, list[Mapping[str, Any]]] = field(default_factory=dict)
    common: dict[EnvoyName, list[Mapping[str, Any]]] = field(default_factory=dict)
    quarantined: int = 0


class Centre:
    """The coordinating centre: the director's process, asked over HTTP and by its own commands."""

    def __init__(self, folder: Path, port: int, data: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._data = data
        self._environment = _environment() | {"DIRECTOR_DATA_DIR": str(folder)}
        self._folder = folder
        self._port = port
        self.token = ""

    @contextmanager
    def running(self) -> Iterator[None]:
        """Serve while the block runs."""
        told = f'port = {self._port}\nbanner = "{_banner(self._data)}"\n'
        (self._folder / "director.toml").write_text(told, encoding="utf-8")  # for `make serve`
        self.command("init")
        self.token = self.command("token", "issue", "--role", "admin", "--json")["token"]
        serve = [sys.executable, "-m", "director", "serve", "--port", str(self._port)]
        process = subprocess.Popen(serve, env=self._environment, text=True, stderr=subprocess.PIPE)
        try:
            self._wait_ready(process)
            yield
        finally:
            process.terminate()
            try:
                process.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()

    def command(self, *arguments: str) -> Any:
        """Run ``fl-director`` on the centre's own machine; gives its JSON."""
        output = _finish(_start([sys.executable, "-m", "director", *arguments], self._environment), " ".join(arguments))
        return json.loads(output) if "--json" in arguments else None

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask over HTTP, as an admin."""
        request = urllib.request.Request(  # noqa: S310 - our own address
            self.url + path,
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - our own address
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise DemoError(f"{method} {path}: {error.code} {error.read().decode(errors='replace')[:300]}") from None

    def _wait_ready(self, process: subprocess.Popen[str]) -> None:
        end = time.monotonic() + _READY_SECONDS
        while time.monotonic() < end:
            if process.poll() is not None:
                raise DemoError(
                    f"the director stopped: {process.stderr.read().strip()[-300:] if process.stderr else ''}"
                )
            try:
                with urllib.request.urlopen(f"{self.url}/health/ready", timeout=2):  # noqa: S310 - ours
                    return
            except OSError:
                time.sleep(0.05)
        raise DemoError(f"the director was not ready after {_READY_SECONDS} s")


def run(out: Path, *, cycles: int = CYCLES) -> dict[str, Any]:
    """Run the demonstration into an empty folder; gives the summary, which is also ``summary.json``.

    Raises:
        DemoError: Something did not work.
    """
    began = time.monotonic()
    console = Terminal(stderr=True)
    _empty(out)
    with tempfile.TemporaryDirectory() as scratch:
        label, folders = _hospital_data(out / "hospitals", Path(scratch), console)
    console.print(f"Data: {label}. Five hospitals, one director, everything below in {out}/.")
    hospitals = [Hospital(EnvoyName(folder.name), folder, out / "envoys" / folder.name) for folder in folders]
    centre, progress = Centre(out, _free_port(), label), Progress()
    with centre.running():
        console.print(f"The director listens at {centre.url}.")
        _enrol(centre, hospitals)
        _all_at_once(hospitals, "statistics", "--json")
        console.print("All hospitals have joined and sent their statistics.")
        for cycle in range(1, cycles + 1):
            _train(hospitals, progress)
            model = centre.ask("POST", "/aggregations", {})
            progress.quarantined += len(model["quarantined"])
            console.print(
                f"Cycle {cycle}: five models trained and uploaded, {len(model['inputs'])} averaged into global model "
                f"{model['version']}, {len(model['quarantined'])} in quarantine."
            )
        for name, answer in _all_at_once(hospitals, "evaluate", "--json").items():
            progress.common.setdefault(name, []).append(answer["global"])
        inputs = {"inputs": {"diagnosis_count": 9}}
        answers = {
            "infer": centre.ask("POST", "/infer", {**inputs, "envoy_name": hospitals[0].name}),
            "infer_global": centre.ask("POST", "/infer_global", inputs),
        }
    summary = _summary(label, hospitals, progress, model, answers, time.monotonic() - began)
    (out / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    _print_summary(summary, progress)
    return summary


def main() -> None:
    """Run the program; whatever it and its programs write is its owner's alone."""
    os.umask(0o077)
    parser = argparse.ArgumentParser(prog="python -m simulation.demo", description="Run the whole federation once.")
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder, made anew")
    parser.add_argument("--cycles", type=int, default=CYCLES)
    options = parser.parse_args()
    try:
        run(options.out, cycles=options.cycles)
    except (DemoError, FederationError, OSError) as error:
        Terminal(stderr=True).print_failure(" ".join(str(error).split()))
        sys.exit(1)


def _hospital_data(out: Path, scratch: Path, console: Terminal) -> tuple[str, Sequence[Path]]:
    """Find data, as the environment says or as is at hand, and deal it out; gives its name and a folder a hospital."""
    names = [profile.name for profile in STANDARD_HOSPITALS]
    chosen = os.environ.get("MIMIC_IV_DIR", "")
    if chosen == "synthetic":
        return "synthetic", write_consortium(out, len(names), SYNTHETIC_PATIENTS, seed=0)
    if chosen:
        source = Path(chosen)
        if not source.is_dir():
            raise DemoError(f"MIMIC_IV_DIR names {chosen}, which is no folder")
        return _label(source), partition(source, names, out)
    beside = Path("data/mimic-iv-demo")
    if beside.is_dir():
        return _label(beside), partition(beside, names, out)
    try:
        fetch_open_demo(scratch)
    except FederationError as error:
        console.print(f"The open MIMIC-IV demo can't be fetched: {error.sentence} Synthetic patients instead.")
        return "synthetic", write_consortium(out, len(names), SYNTHETIC_PATIENTS, seed=0)
    return "mimic-iv-demo", partition(scratch, names, out)


def _banner(data: str) -> str:
    """Say what everybody shall know who looks at the demonstration."""
    if data == "synthetic":
        return "A demonstration: these patients are synthetic, and nobody's."
    if data == "mimic-iv-demo":
        return "A demonstration: a hundred open patients show that it runs, not that it is right."
    return "A demonstration, not a federation at work."


def _label(source: Path) -> str:
    """Name the data: the open demo by its hundred subjects' list, else the folder's own name."""
    return "mimic-iv-demo" if (source / "demo_subject_id.csv").is_file() else source.resolve().name


def _empty(out: Path) -> None:
    """Make the folder anew, if it is one of ours."""
    ours = (out / "director.db").exists() or (out / "hospitals").exists()
    if out.exists() and any(out.iterdir()) and not ours:
        raise DemoError(f"{out} holds something else: name another folder with --out")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True, mode=0o700)


def _enrol(centre: Centre, hospitals: Sequence[Hospital]) -> None:
    processes = {}
    for hospital in hospitals:
        code = centre.ask("POST", "/envoys", {"envoy_name": hospital.name})["code"]
        processes[hospital.name] = hospital.envoy("join", "--director", centre.url, "--code", code)
    for name, process in processes.items():
        _finish(process, f"{name} join")


def _train(hospitals: Sequence[Hospital], progress: Progress) -> None:
    for name, answer in _all_at_once(hospitals, "train", "--json").items():
        progress.patients[name] = answer["patients"]
        progress.num_examples[name] = answer["num_examples"]
        progress.local.setdefault(name, []).append(answer["local"])
        if len(progress.local[name]) > 1:  # the start of this cycle is the global model of the one before
            progress.common.setdefault(name, []).append(answer["start"])


def _all_at_once(hospitals: Sequence[Hospital], *arguments: str) -> dict[EnvoyName, Any]:
    processes = {hospital.name: hospital.envoy(*arguments) for hospital in hospitals}
    return {name: json.loads(_finish(process, f"{name} {arguments[0]}")) for name, process in processes.items()}


def _summary(
    label: str,
    hospitals: Sequence[Hospital],
    progress: Progress,
    model: Mapping[str, Any],
    answers: Mapping[str, Any],
    seconds: float,
) -> dict[str, Any]:
    return {
        "data": label,
        "task": model["task"],
        "cycles": len(progress.local[hospitals[0].name]),
        "hospitals": [
            {
                "name": hospital.name,
                "patients": progress.patients[hospital.name],
                "num_examples": progress.num_examples[hospital.name],
                "local": progress.local[hospital.name][-1],
                "global": progress.common[hospital.name][-1],
            }
            for hospital in hospitals
        ],
        "global_model": {
            "version": model["version"],
            "sha256": model["sha256"],
            "strategy": model["strategy"],
            "envoys": [each["envoy_name"] for each in model["inputs"]],
        },
        "quarantined": progress.quarantined,
        **answers,
        "seconds": round(seconds, 1),
    }


def _print_summary(summary: Mapping[str, Any], progress: Progress) -> None:
    table = Table(title="Accuracy on each hospital's own held-out patients: its local model / the global model")
    table.add_column("hospital")
    table.add_column("patients", justify="right")
    for cycle in range(1, summary["cycles"] + 1):
        table.add_column(f"cycle {cycle}", justify="right")
    for hospital in summary["hospitals"]:
        name = hospital["name"]
        pairs = zip(progress.local[name], progress.common[name], strict=True)
        cells = [f"{local['accuracy']:.2f} / {common['accuracy']:.2f}" for local, common in pairs]
        table.add_row(name, str(hospital["patients"]), *cells)
    console = Terminal()
    console.print(table)
    for path in ("infer", "infer_global"):
        answer = summary[path]
        model = answer["model"]
        who = model.get("envoy_name") or f"{model['envoys']} hospitals"
        console.print(f"/{path}: 9 diagnoses → {answer['risk_level']} (model {model['version']} of {who})")
    console.print(f"Done in {summary['seconds']} s. Look at it with: make serve")


def _environment() -> dict[str, str]:
    """Pass on the surroundings, without settings that are meant for another director or envoy."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("DIRECTOR_", "ENVOY_"))}


def _start(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _finish(process: subprocess.Popen[str], what: str) -> str:
    output, errors = process.communicate(timeout=600)
    if process.returncode:
        raise DemoError(f"{what}: {' '.join(errors.split())[-300:]}")
    return output


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
