"""What a hospital starts from: the director's start, kept for days without a link, never a random one."""

import io
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler

from contract.artifacts.model_file import write_model
from contract.artifacts.scaler_file import write_scaler
from contract.errors import ScalerFileError, UnknownTaskError
from contract.messages.tasks import Start, TaskDescription
from contract.names import Digest, TaskName
from contract.network import forward
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT, Task
from envoy.director_client import DirectorClient
from envoy.errors import PolicyError
from envoy.starting_point import StartingPoint, StartKeeper, opened_start
from tests.envoy.own_table.heart import HEART

NAME = DIAGNOSIS_COUNT.name
MERGED = ScalerState.from_moments(40, (9.0,), (900.0,))


@dataclass
class GivingDirector:
    """Gives one start of a task, and counts what was fetched."""

    scaler: ScalerState | None = MERGED
    base: Digest | None = None
    fetched: list[Digest] = field(default_factory=list)
    given: Task = DIAGNOSIS_COUNT
    version: int | None = None

    @property
    def files(self) -> dict[Digest, bytes]:
        files = [write_model(self.given.initial_state(), self.given.layout)]
        files += [write_scaler(self.scaler)] if self.scaler else []
        return {Digest.of(data): data for data in files}

    def task(self, name: TaskName) -> TaskDescription:
        return TaskDescription.of(self.given)

    def start(self, name: TaskName) -> Start:
        model, *scaler = self.files
        found = scaler[0] if scaler else None
        base = self.base or self.given.base(model, found)
        return Start(
            task=self.given.name, base=base, model_sha256=model, scaler_sha256=found, global_version=self.version
        )

    def blob(self, digest: Digest, max_bytes: int) -> bytes:
        assert len(self.files[digest]) <= max_bytes < 100_000
        self.fetched.append(digest)
        return self.files[digest]

    @property
    def client(self) -> DirectorClient:
        return cast(DirectorClient, self)


def fetched(keeper: StartKeeper, director: GivingDirector) -> StartingPoint:
    return keeper.fetch(director.client, keeper.task(director.client, director.given.name))


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


def test_a_start_whose_scaler_names_other_columns_is_refused_with_both(tmp_path: Path) -> None:
    file = io.BytesIO()
    joblib.dump(StandardScaler().fit(pd.DataFrame({"length_of_stay_hours": np.arange(20.0)})), file)
    start = GivingDirector().start(NAME)
    files = {**GivingDirector().files, Digest.of(file.getvalue()): file.getvalue()}
    named = Digest.of(file.getvalue())
    given = start.model_copy(update={"scaler_sha256": named, "base": DIAGNOSIS_COUNT.base(start.model_sha256, named)})
    with pytest.raises(ScalerFileError, match=r"\(length_of_stay_hours\).* \(diagnosis_count\)"):
        opened_start(DIAGNOSIS_COUNT, given, files)


def test_a_start_behind_another_scaler_is_the_same_function(tmp_path: Path) -> None:
    start = fetched(StartKeeper(tmp_path), GivingDirector())
    own = ScalerState.from_moments(50, (20.0,), (9000.0,))
    x = np.arange(1.0, 60.0)[:, np.newaxis]
    spec = DIAGNOSIS_COUNT.architecture
    before = forward(spec, start.state, MERGED.transform(x))
    assert forward(spec, start.behind(own), own.transform(x)) == pytest.approx(before, abs=1e-5)
    assert start.behind(MERGED) is start.state
    assert StartKeeper(tmp_path / "other").last(NAME).behind(own)


def test_starts_of_two_tasks_lie_beside_each_other(tmp_path: Path) -> None:
    keeper = StartKeeper(tmp_path)
    columns = np.random.default_rng(0).normal(0, 1, (40, len(HEART.columns)))
    heart = GivingDirector(HEART.fit_scaler(columns), given=HEART, version=3)
    keeper.accept(HEART)
    count = fetched(keeper, GivingDirector())
    own = fetched(keeper, heart)
    fetched(keeper, GivingDirector())
    assert keeper.last(HEART.name).base == own.base
    assert keeper.last(HEART.name).scaler == own.scaler
    assert keeper.last(NAME).base == count.base
    assert (keeper.last_version(HEART.name), keeper.last_version(NAME)) == (3, None)


def test_a_task_that_was_accepted_is_known_before_its_first_start(tmp_path: Path) -> None:
    keeper = StartKeeper(tmp_path)
    with pytest.raises(UnknownTaskError):
        keeper.last_task(HEART.name)
    keeper.accept(HEART)
    assert keeper.last_task(HEART.name) == HEART
    assert keeper.last(HEART.name).base == HEART.base(Digest.of(write_model(HEART.initial_state(), HEART.layout)), None)


def test_a_start_of_another_definition_is_none_once_the_new_one_is_accepted(tmp_path: Path) -> None:
    keeper, moved = StartKeeper(tmp_path), replace(HEART, cut_points=(0.2, 0.4))
    keeper.accept(HEART)
    fetched(keeper, GivingDirector(None, given=HEART))
    keeper.accept(HEART)
    assert keeper.last_version(HEART.name) is None
    assert keeper.last_task(HEART.name) == HEART
    keeper.accept(moved)
    assert keeper.last_task(HEART.name) == moved


def test_what_was_trained_for_counts_as_accepted_of_built_in_names_alone(tmp_path: Path) -> None:
    keeper = StartKeeper(tmp_path)
    keeper.accept(HEART)
    fetched(keeper, GivingDirector(None, given=HEART))
    (tmp_path / "accepted_tasks.json").unlink()
    with pytest.raises(PolicyError, match="Nobody here has accepted"):
        fetched(keeper, GivingDirector(None, given=HEART))
