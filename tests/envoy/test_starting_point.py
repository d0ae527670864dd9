"""What a hospital starts from: the director's start, kept for days without a link, never a random one."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from contract.artifacts.model_file import write_model
from contract.artifacts.scaler_file import write_scaler
from contract.errors import UnknownTaskError
from contract.messages.tasks import Start, TaskDescription
from contract.names import Digest, TaskName
from contract.network import forward
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from envoy.director_client import DirectorClient
from envoy.errors import PolicyError
from envoy.starting_point import StartingPoint, StartKeeper

NAME = DIAGNOSIS_COUNT.name
MERGED = ScalerState.from_moments(40, (9.0,), (900.0,))


@dataclass
class GivingDirector:
    """Gives one start, and counts what was fetched."""

    scaler: ScalerState | None = MERGED
    base: Digest | None = None
    fetched: list[Digest] = field(default_factory=list)

    @property
    def files(self) -> dict[Digest, bytes]:
        files = [write_model(DIAGNOSIS_COUNT.initial_state(), DIAGNOSIS_COUNT.layout)]
        files += [write_scaler(self.scaler)] if self.scaler else []
        return {Digest.of(data): data for data in files}

    def task(self, name: TaskName) -> TaskDescription:
        return TaskDescription.of(DIAGNOSIS_COUNT)

    def start(self, name: TaskName) -> Start:
        model, *scaler = self.files
        found = scaler[0] if scaler else None
        base = self.base or DIAGNOSIS_COUNT.base(model, found)
        return Start(task=NAME, base=base, model_sha256=model, scaler_sha256=found, global_version=None)

    def blob(self, digest: Digest, max_bytes: int) -> bytes:
        assert len(self.files[digest]) <= max_bytes < 100_000
        self.fetched.append(digest)
        return self.files[digest]

    @property
    def client(self) -> DirectorClient:
        return cast(DirectorClient, self)


def fetched(keeper: StartKeeper, director: GivingDirector) -> StartingPoint:
    return keeper.fetch(director.client, keeper.task(director.client, NAME))


def test_a_start_is_fetched_once_and_kept_for_days_without_a_link(tmp_path: Path) -> None:
    director, keeper = GivingDirector(), StartKeeper(tmp_path)
    first = fetched(keeper, director)
    again = fetched(keeper, director)
    offline = StartKeeper(tmp_path).last(NAME)
    assert director.fetched == list(director.files)
    for found in (again, offline):
        assert (found.base, found.scaler, found.scaler_file) == (first.base, first.scaler, first.scaler_file)
        assert all(np.array_equal(found.state[name], first.state[name]) for name in first.state)
    assert first.scaler == MERGED


def test_files_of_an_earlier_start_are_not_kept(tmp_path: Path) -> None:
    keeper, earlier = StartKeeper(tmp_path), GivingDirector()
    fetched(keeper, earlier)
    later = GivingDirector(ScalerState.from_moments(80, (10.0,), (900.0,)))
    fetched(keeper, later)
    kept = {path.name for path in (tmp_path / "starts").iterdir()}
    assert kept == {f"{NAME}.json", *later.files}


def test_a_kept_file_that_is_damaged_is_fetched_again(tmp_path: Path) -> None:
    keeper, director = StartKeeper(tmp_path), GivingDirector()
    fetched(keeper, director)
    model = director.fetched[0]
    (tmp_path / "starts" / model).write_bytes(b"something else")
    fetched(keeper, director)
    assert director.fetched.count(model) == 2


def test_whoever_never_saw_a_start_begins_with_the_one_that_all_share(tmp_path: Path) -> None:
    shared = StartKeeper(tmp_path).last(NAME)
    assert shared.scaler is None
    assert all(np.array_equal(shared.state[name], each) for name, each in DIAGNOSIS_COUNT.initial_state().items())
    keeper, director = StartKeeper(tmp_path), GivingDirector()
    fetched(keeper, director)
    (tmp_path / "starts" / director.fetched[0]).unlink()
    assert keeper.last(NAME).base == shared.base
    with pytest.raises(UnknownTaskError, match="no_such"):
        keeper.last(TaskName("no_such"))


def test_a_kept_start_of_another_version_is_not_guessed_at(tmp_path: Path) -> None:
    keeper = StartKeeper(tmp_path)
    fetched(keeper, GivingDirector())
    (tmp_path / "starts" / f"{NAME}.json").write_text("{}")
    with pytest.raises(PolicyError, match="another version"):
        keeper.last(NAME)


def test_a_director_that_means_another_thing_by_the_task_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="do not mean the same"):
        fetched(StartKeeper(tmp_path), GivingDirector(base=Digest.of(b"another")))


def test_a_start_behind_another_scaler_is_the_same_function(tmp_path: Path) -> None:
    start = fetched(StartKeeper(tmp_path), GivingDirector())
    own = ScalerState.from_moments(50, (20.0,), (9000.0,))
    x = np.arange(1.0, 60.0)[:, np.newaxis]
    spec = DIAGNOSIS_COUNT.architecture
    before = forward(spec, start.state, MERGED.transform(x))
    assert forward(spec, start.behind(own), own.transform(x)) == pytest.approx(before, abs=1e-5)
    assert start.behind(MERGED) is start.state
    assert StartKeeper(tmp_path / "other").last(NAME).behind(own)
