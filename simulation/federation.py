"""A federation in a notebook: whose patients there are, and runs over them by the envoy's and the director's code."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from operator import index
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from aggregation.strategy import strategy_named
from contract.artifacts.scaler_file import write_scaler
from contract.errors import UnknownTaskError
from contract.messages.tasks import TaskDescription
from contract.names import Digest, EnvoyName
from contract.tasks import BUILT_IN_TASKS, RISK_LEVELS, Task
from simulation.bounds import number, whole
from simulation.demonstration import DEMONSTRATION
from simulation.engines import OWN, EngineName, engine_named
from simulation.errors import ExperimentError, hints_told
from simulation.history import GlobalModel, History, count
from simulation.progress import progress_shown
from simulation.round_metrics import RoundRow
from simulation.run_record import ALONE, POOLED, HospitalRecord, RunRecord

if TYPE_CHECKING:
    import pandas as pd

    from simulation.in_process import Hospital
    from simulation.measured_run import MeasuredRun

MOST_ROUNDS = 10_000
LEAST_PATIENTS = 10
LEAST_CONCENTRATION, MOST_CONCENTRATION = 0.001, 1e6
LEAST_SHARE = 0.01

Folder = str | PathLike[str]


@dataclass(frozen=True, eq=False, repr=False)
class Federation:
    """Hospitals that learn a task together, in this process.

    Args:
        task: What they learn.
        hospitals: Their patients, split.
        seed: Orders the training, and names how the patients were drawn or split.
    """

    task: Task
    hospitals: "tuple[Hospital, ...]"
    seed: int = 0

    @classmethod
    @hints_told()
    def synthetic(
        cls,
        hospitals: int = 5,
        patients: int = 2000,
        seed: int = 0,
        *,
        concentration: float | None = None,
        task: Task | str | None = None,
    ) -> Self:
        """Draw hospitals that don't exist; the first five are the standard ones. As ``fl-simulate run`` does.

        Args:
            hospitals: How many, 1 to 10,000.
            patients: Of each hospital, 10 or more; of a task of admissions so many admissions.
            seed: Draws and splits the patients, and orders the training of the runs.
            concentration: Deals all patients out anew, by label in shares of a Dirichlet law: the smaller, the more
                unevenly (0.1: hardly more than one risk level at a hospital; 100: all alike). None: each keeps its own.
            task: The task, or the name of a built-in one; None: the demonstration.

        Raises:
            ExperimentError: A number is out of its bounds, or nobody here knows how to draw the task's patients.
            DataError: The patients can't be dealt out so unevenly.
        """
        from simulation.consortium import MAXIMUM_HOSPITALS, MAXIMUM_PATIENTS

        hospitals = whole("hospitals", hospitals, 1, MAXIMUM_HOSPITALS)
        patients = whole("patients", patients, LEAST_PATIENTS, MAXIMUM_PATIENTS)
        seed = whole("seed", seed, 0)
        chosen = _task(task)
        if chosen.is_binary:
            return cls(chosen, _of_a_known_law(chosen, hospitals, patients, seed, concentration), seed)
        from simulation.in_process import dealt_hospitals, synthetic_hospitals  # late: torch takes seconds

        if concentration is None:
            return cls(chosen, tuple(synthetic_hospitals(chosen, hospitals, patients, seed)), seed)
        concentration = number("concentration", concentration, LEAST_CONCENTRATION, MOST_CONCENTRATION)
        return cls(chosen, tuple(dealt_hospitals(chosen, hospitals, patients, seed, concentration)), seed)

    @classmethod
    @hints_told()
    def from_folders(
        cls,
        folders: Mapping[str, Folder] | Iterable[Folder],
        *,
        task: Task | str | None = None,
        seed: int = 0,
        held_out_share: float = 0.2,
    ) -> Self:
        """Read hospitals' tables in MIMIC-IV's format, and split their patients, as their envoys would.

        Args:
            folders: Hospital → its folder, which holds ``hosp/diagnoses_icd.csv.gz``; or folders with hospitals' names.
            task: The task, or the name of a built-in one; None: the demonstration.
            seed: Splits the patients, and orders the training of the runs.
            held_out_share: Of each hospital's patients, 0.01 to 0.99.

        Raises:
            DataError: A table has a defect; named by file, column and row.
            InvalidNameError: A hospital has no name that an envoy could have.
            ExperimentError: There are no folders, two hospitals of one name, one of them has nobody to train on, or a
                number is out of its bounds.
        """
        if isinstance(folders, str | PathLike):
            raise ExperimentError(
                "One folder is no list of hospitals' folders.", hint=f"Write [{str(folders)!r}], or name each hospital."
            )
        seed = whole("seed", seed, 0)
        held_out_share = number("held_out_share", held_out_share, LEAST_SHARE, 1 - LEAST_SHARE)
        pairs = (
            folders.items() if isinstance(folders, Mapping) else [(Path(each).resolve().name, each) for each in folders]
        )
        named = [(EnvoyName(name), Path(folder)) for name, folder in pairs]
        if not named:
            raise ExperimentError("There are no folders.", hint="Name at least one hospital's folder.")
        if len({name.folded for name, _ in named}) < len(named):
            raise ExperimentError("Two hospitals have one name.", hint="Name them: {'KUTRRH': folder, …}.")
        from envoy.submission import read_patients
        from simulation.in_process import Hospital

        chosen = _task(task)
        hospitals = tuple(
            Hospital(name, read_patients(chosen, folder, seed=seed, held_out_share=held_out_share).split)
            for name, folder in named
        )
        if nobody := next((each.name for each in hospitals if not len(each.split.training)), None):
            raise ExperimentError(f"{nobody} has no patient to train on.", hint="Leave it out, or hold out fewer.")
        return cls(chosen, hospitals, seed)

    @property
    def frame(self) -> "pd.DataFrame":
        """A row a hospital: rows to train on, held out, and of those to train on how many have which label."""
        import numpy as np
        import pandas as pd

        labels = ("without", "events") if self.task.is_binary else RISK_LEVELS
        levels = [np.bincount(each.split.training.labels, minlength=len(labels)) for each in self.hospitals]
        return pd.DataFrame(
            {
                "hospital": [str(each.name) for each in self.hospitals],
                "num_examples": [len(each.split.training) for each in self.hospitals],
                "held_out": [len(each.split.held_out) for each in self.hospitals],
            }
            | {str(level): [int(each[place]) for each in levels] for place, level in enumerate(labels)}
        )

    @hints_told()
    def run(
        self,
        strategy: str = "fedavg",
        rounds: int = 10,
        *,
        parameters: Mapping[str, float] = MappingProxyType({}),
        every_round: bool = True,
        progress: bool = True,
        on_round: Callable[[Sequence[RoundRow]], None] = lambda rows: None,
        engine: EngineName = OWN,
    ) -> History:
        """Train, combine, and go on from there; the same seed gives the same model to the byte.

        Args:
            strategy: One of the director's.
            rounds: How many.
            parameters: The strategy's, such as ``{"server_rate": 0.1}``.
            every_round: Whether each round is measured at each hospital; else the last alone.
            progress: Whether a bar is shown where standard error is a terminal.
            on_round: Sees what was measured as each round ends.
            engine: Where hospitals train: ``own``, one after the other in this process, or ``flower``, in processes of
                Ray's, which is there with the extra of that name.

        Raises:
            UnknownStrategyError: No such strategy, or it has no such parameter, or no such value of it.
            TooFewUpdatesError: The strategy takes more hospitals.
            ExperimentError: The number of rounds is out of its bounds, or there is no such engine.
            EngineMissingError: The engine's extra is not installed.
            EngineError: The engine stopped.
        """
        chosen = strategy_named(strategy, parameters)  # before anything is trained: what is wrong is said at once
        rounds = whole("rounds", rounds, 1, MOST_ROUNDS)
        trains = engine_named(engine)
        from simulation.measured_run import run_together

        with progress_shown(rounds, wanted=progress) as step:

            def see(rows: Sequence[RoundRow]) -> None:
                on_round(rows)
                step()

            run = run_together(
                self.task,
                self.hospitals,
                strategy,
                parameters,
                rounds,
                self.seed,
                every_round=every_round,
                on_round=see,
                engine=trains,
            )
        return self._history(strategy, chosen.parameters, rounds, run, engine)

    @hints_told()
    def run_pooled(self, rounds: int = 10, *, progress: bool = True) -> History:
        """Train on all patients in one place, which only a simulation can, and measure that at each hospital.

        Raises:
            ExperimentError: The number of rounds is out of its bounds.
        """
        rounds = whole("rounds", rounds, 1, MOST_ROUNDS)
        from simulation.measured_run import run_pooled

        with progress_shown(rounds, wanted=progress) as step:
            return self._history(POOLED, {}, rounds, run_pooled(self.task, self.hospitals, rounds, self.seed, step))

    @hints_told()
    def run_alone(self, rounds: int = 10, *, progress: bool = True) -> History:
        """Train each hospital by itself, as long as together, and measure its model on its own held-out patients.

        There is no common model then: the frame has ``local`` ones alone.

        Raises:
            ExperimentError: The number of rounds is out of its bounds.
        """
        rounds = whole("rounds", rounds, 1, MOST_ROUNDS)
        from simulation.measured_run import run_alone

        with progress_shown(rounds * len(self.hospitals), wanted=progress) as step:
            return self._history(ALONE, {}, rounds, run_alone(self.task, self.hospitals, rounds, self.seed, step))

    def all_in_one_place(self) -> Self:
        """Give the federation of one that has everybody's patients, to train on and held out."""
        from simulation.in_process import pooled

        return replace(self, hospitals=(pooled(self.hospitals),))

    def _history(
        self, strategy: str, parameters: Mapping[str, float], rounds: int, run: "MeasuredRun", engine: EngineName = OWN
    ) -> History:
        from envoy.parcel import software_versions

        model = None if run.last is None else GlobalModel(run.last.state, run.last.scaler)
        record = RunRecord(
            task=self.task.name,
            strategy=strategy,
            parameters=dict(parameters),
            rounds=rounds,
            seed=index(self.seed),
            hospitals=tuple(
                HospitalRecord(name=each.name, num_examples=len(each.split.training), held_out=len(each.split.held_out))
                for each in self.hospitals
            ),
            sha256=None if run.last is None else run.last.sha256,
            scaler_sha256=None if model is None else Digest.of(write_scaler(model.scaler)),
            seconds=run.seconds,
            software=dict(software_versions()),
            engine=engine,
            definition=TaskDescription.of(self.task),
        )
        return History(record, tuple(run.rows), model)

    def __repr__(self) -> str:
        return (
            f"Federation(task={str(self.task.name)!r}, hospitals={len(self.hospitals)}, "
            f"patients={sum(len(each.split.training) + len(each.split.held_out) for each in self.hospitals)}, "
            f"seed={self.seed})"
        )

    def _repr_html_(self) -> str:
        return (
            f"<p><b>{escape(self.task.title)}</b>, {count(len(self.hospitals), 'hospital')}, seed {self.seed}<br>"
            f"{escape(self.task.notice)}</p>{self.frame.to_html(index=False, max_rows=12)}"
        )


def _of_a_known_law(
    task: Task, hospitals: int, admissions: int, seed: int, concentration: float | None
) -> "tuple[Hospital, ...]":
    from simulation.clinical_consortium import CLINICAL_HOSPITALS, TASK, clinical_hospitals

    if task != TASK:
        raise ExperimentError(
            f"There is no law here to draw the patients of task {task.name} by.",
            hint=f"Choose {DEMONSTRATION.name} or {TASK.name}; or read tables: Federation.from_folders.",
        )
    if hospitals > len(CLINICAL_HOSPITALS) or concentration is not None:
        raise ExperimentError(
            f"Of task {TASK.name} there are at most {len(CLINICAL_HOSPITALS)} hospitals, each with its own patients.",
            hint="Ask for fewer, and for no partition.",
        )
    return tuple(clinical_hospitals(seed, admissions)[:hospitals])


def _task(task: Task | str | None) -> Task:
    if task is None or isinstance(task, Task):
        return task or DEMONSTRATION
    built_in = next((each for name, each in BUILT_IN_TASKS.items() if name == task), None)
    if built_in is None:
        raise UnknownTaskError(
            f"There is no task {str(task)[:60]!r}.", hint=f"Choose one of: {', '.join(BUILT_IN_TASKS)}; or give a Task."
        )
    return built_in
