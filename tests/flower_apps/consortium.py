"""A consortium without a director: hospitals' tables and homes, and the plan that a director would write."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregation.scaling import merge_scalers
from aggregation.screening import Bounds
from contract.artifacts.model_file import write_model
from contract.artifacts.scaler_file import write_scaler
from contract.messages.engine_plans import EnginePlan, PlannedHospital
from contract.messages.tasks import Start, TaskDescription
from contract.names import Digest, EnvoyName
from contract.tasks import DEFAULT_TASK, DIAGNOSIS_COUNT, Task
from envoy.house_rules import USUAL_RULES
from envoy.membership import Membership
from envoy.outbox import Outbox
from envoy.participation.patients import Patients
from envoy.submission import LocalData
from flower_apps.hospital import Hospital
from simulation.in_process import Hospital as Virtual
from simulation.in_process import synthetic_hospitals

TASK = DIAGNOSIS_COUNT
DIRECTOR = "http://127.0.0.1:9"
START = TASK.initial_state()


def virtual(hospitals: int, patients: int = 60, seed: int = 0) -> list[Virtual]:
    return synthetic_hospitals(TASK, hospitals, patients, seed)


def write_plan(folder: Path, hospitals: list[Virtual], **changes: object) -> Path:
    """Write what ``fl-director run plan`` writes, for hospitals of one task."""
    scaler = merge_scalers([each.scaler(TASK) for each in hospitals])
    model, scaler_file = write_model(START, TASK.layout), write_scaler(scaler)
    sha256, scaler_sha256 = Digest.of(model), Digest.of(scaler_file)
    said = {
        "task": TaskDescription.of(TASK),
        "start": Start(
            task=TASK.name,
            base=TASK.base(sha256, scaler_sha256),
            model_sha256=sha256,
            scaler_sha256=scaler_sha256,
            global_version=None,
        ),
        "rounds": 2,
        "strategy": "fedavg",
        "quorum": len(hospitals),
        "hospitals": [PlannedHospital(envoy_name=each.name, reported=len(each.split.training)) for each in hospitals],
        "bounds": asdict(Bounds()),
        **changes,
    }
    folder.mkdir(parents=True)
    (folder / "plan.json").write_text(EnginePlan.model_validate(said).model_dump_json(indent=2))
    (folder / "model.pt").write_bytes(model)
    (folder / "scaler.pkl").write_bytes(scaler_file)
    return folder


def write_home(home: Path, envoy: EnvoyName, director: str = DIRECTOR) -> Path:
    """Write what joining leaves in a home."""
    home.mkdir(parents=True)
    member = Membership(
        director=director,
        envoy_name=envoy,
        token="x" * 40,
        expires_at=datetime.now(UTC) + timedelta(days=30),
    )
    (home / "token.json").write_text(member.model_dump_json())
    return home


def digest_in(parcel: Path) -> Digest:
    return Digest.of((parcel / "model.pt").read_bytes())


class Known(Patients):
    """Patients that nobody has to read from tables."""

    def __init__(self, hospital: Virtual) -> None:
        self._data = LocalData(TASK, hospital.split)

    def of(self, task: Task) -> LocalData:
        return self._data


def real(home: Path, hospital: Virtual) -> Hospital:
    """Give the hospital that answers, over patients of a simulation."""
    outbox = Outbox(home, DIRECTOR)
    return Hospital(hospital.name, home, outbox, USUAL_RULES, (DEFAULT_TASK,), Known(hospital), "127.0.0.1:8000")


def waiting(home: Path) -> Path:
    """Give the folder of the one parcel that waits in a home."""
    outbox = Outbox(home, DIRECTOR)
    (key,) = outbox.waiting()
    return outbox.place(key)
