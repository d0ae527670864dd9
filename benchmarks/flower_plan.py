"""A plan of a run under Flower and a joined hospital's home, as a director and joining would leave them."""

from collections.abc import Sequence
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
from envoy.membership import Membership
from simulation.demonstration import DEMONSTRATION
from simulation.in_process import Hospital

TASK = DEMONSTRATION
START = TASK.initial_state()
DIRECTOR = "http://127.0.0.1:9"


def write_plan(folder: Path, hospitals: Sequence[Hospital], **changes: object) -> Path:
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
