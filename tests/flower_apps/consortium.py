"""A consortium without a director: hospitals of a simulation that answer as envoys do."""

from pathlib import Path

from benchmarks.flower_plan import DIRECTOR, START, TASK, write_home, write_plan
from contract.names import Digest
from contract.tasks import DEFAULT_TASK, Task
from envoy.house_rules import USUAL_RULES
from envoy.outbox import Outbox
from envoy.participation.patients import Patients
from envoy.submission import LocalData
from flower_apps.hospital import Hospital
from simulation.in_process import Hospital as Virtual
from simulation.in_process import synthetic_hospitals

__all__ = ["DIRECTOR", "START", "TASK", "digest_in", "real", "virtual", "waiting", "write_home", "write_plan"]


def virtual(hospitals: int, patients: int = 60, seed: int = 0) -> list[Virtual]:
    return synthetic_hospitals(TASK, hospitals, patients, seed)


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
    return Hospital(hospital.name, home, outbox, USUAL_RULES, (DEFAULT_TASK,), Known(hospital), "127.0.0.1:8000", print)


def waiting(home: Path) -> Path:
    """Give the folder of the one parcel that waits in a home."""
    outbox = Outbox(home, DIRECTOR)
    (key,) = outbox.waiting()
    return outbox.place(key)
