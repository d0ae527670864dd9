"""This hospital's word on a version: fetch it and the one before, hold both against its patients."""

from dataclasses import dataclass

from contract.artifacts.model_file import read_model
from contract.artifacts.scaler_file import read_scaler_for
from contract.messages.global_models import AnswerRequest, GlobalModel
from contract.names import EnvoyName
from contract.network import State
from contract.scaler import ScalerState
from contract.tasks import Task
from envoy.director_client import DirectorClient
from envoy.evaluation import Evaluation, evaluate
from envoy.judgement import Judgement, Margins, judge, trivial_loss
from envoy.starting_point import written_model_bytes, written_scaler_bytes
from envoy.submission import LocalData

_NEWEST = 5
"""How many versions are looked at: older ones wait for nobody's word, and each brings its whole lineage."""


@dataclass(frozen=True)
class JudgedVersion:
    """A version, how it and the one before it do here, and the word on it. ``parent`` None: the untrained start."""

    task: Task
    version: int
    parent: int | None
    found: Evaluation
    before: Evaluation
    judgement: Judgement

    @property
    def request(self) -> AnswerRequest:
        """All that leaves of it."""
        return AnswerRequest(task=self.task.name, answer=self.judgement.answer)


def judge_version(client: DirectorClient, data: LocalData, version: int, margins: Margins) -> JudgedVersion:
    """Fetch a version and what it moved on from, and judge it.

    Raises:
        ArtifactError: A file of it is not what the strict readers take.
        PolicyError: No patient is held out.
    """
    task = data.task
    found = client.global_model(task.name, version)
    state, scaler = _opened(client, task, found)
    if found.parent is None:
        before_state, before_scaler = task.initial_state(), scaler
    else:
        before_state, before_scaler = _opened(client, task, client.global_model(task.name, found.parent))
    patients = data.split.validation
    evaluated = evaluate(task, state, scaler, patients)
    before = evaluate(task, before_state, before_scaler, patients)
    judgement = judge(evaluated, before, trivial_loss(task, data.split), is_first=found.parent is None, margins=margins)
    return JudgedVersion(task, version, found.parent, evaluated, before, judgement)


def versions_to_answer(client: DirectorClient, task: Task, envoy: EnvoyName) -> list[int]:
    """List the versions that wait for a word and have none of this hospital's, oldest first."""
    newest = client.global_models(task.name, limit=_NEWEST).items[:_NEWEST]  # however many came
    return sorted(
        each.version
        for each in newest
        if each.waiting
        and each.version is not None
        and envoy.folded not in {said.envoy_name.folded for said in each.answers}
    )


def _opened(client: DirectorClient, task: Task, version: GlobalModel) -> tuple[State, ScalerState]:
    model = client.global_file(version, "model", written_model_bytes(task.layout))
    scaler = client.global_file(version, "scaler", written_scaler_bytes(len(task.columns)))
    return read_model(model, task.layout), read_scaler_for(scaler, task.column_names)
