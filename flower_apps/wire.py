"""What travels through Flower, as flat fields: a lesson to a hospital, what it learned or why not back.

Each side reads the other's with the contract's strict readers; fields it does not know it leaves alone.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

from pydantic import ValidationError

from contract.artifacts.model_file import read_model, write_model
from contract.artifacts.scaler_file import read_scaler_file, write_scaler
from contract.errors import InvalidNameError
from contract.messages.base import MAX_COUNT
from contract.messages.tasks import TaskDescription
from contract.names import Digest, EnvoyName
from contract.tasks import Task
from contract.visible_text import visible
from envoy.lesson import Lesson
from flower_apps.errors import MalformedMessageError

ASKED, ANSWERED = "asked", "answered"
"""Under which name the fields stand in a message."""

Field = bytes | int | float | str
Fields = Mapping[str, object]
_T = TypeVar("_T", bytes, int, float, str)
_MOST_ROUNDS, _LARGEST_SEED = 10_000, 2**63 - 1
_LONGEST_REASON = 500
Agree = Callable[[TaskDescription], Task]
"""Gives the task that is described, if whoever reads may train for it."""


def written_lesson(lesson: Lesson) -> dict[str, Field]:
    """Write a lesson."""
    return {
        "task": TaskDescription.of(lesson.task).model_dump_json().encode(),
        "model": write_model(lesson.start, lesson.task.layout),
        "scaler": write_scaler(lesson.scaler),
        "seed": lesson.seed,
        "number": lesson.number,
        "proximal": float(lesson.proximal),
    }


def read_lesson(fields: Fields, agree: Agree) -> Lesson:
    """Read a lesson; nothing of it is read before its task is agreed to.

    Raises:
        MalformedMessageError: A field is missing or makes no sense.
        ArtifactError: A file is not what the strict readers take.
        FederationError: As ``agree``.
    """
    try:
        described = TaskDescription.model_validate_json(_said(fields, "task", bytes))
    except ValidationError as error:
        raise MalformedMessageError(f"The task that was asked for can't be read: {_first(error)}.") from None
    task = agree(described)
    scaler = read_scaler_file(_said(fields, "scaler", bytes), len(task.columns))
    scaler.require_features(list(task.column_names))
    proximal = _said(fields, "proximal", float)
    if not (math.isfinite(proximal) and proximal >= 0):
        raise MalformedMessageError("proximal is no weight: it is a number of 0 or more.")
    return Lesson(
        task,
        read_model(_said(fields, "model", bytes), task.layout),
        scaler.state,
        _whole(fields, "seed", 0, _LARGEST_SEED),
        _whole(fields, "number", 1, _MOST_ROUNDS),
        proximal,
    )


@dataclass(frozen=True)
class Asked:
    """A lesson, and what it is a part of.

    Args:
        lesson: It.
        run: The run, as Flower names it.
        rounds: How many it has.
        base: The start that the run began from, as the director named it.
    """

    lesson: Lesson
    run: str
    rounds: int
    base: Digest

    @property
    def is_last(self) -> bool:
        """Whether nothing is asked after it."""
        return self.lesson.number == self.rounds

    def written(self) -> dict[str, Field]:
        """Give its fields."""
        return {**written_lesson(self.lesson), "run": self.run, "rounds": self.rounds, "base": str(self.base)}

    @classmethod
    def read(cls, fields: Fields, agree: Agree) -> Self:
        """Read what was asked; raises as ``read_lesson``."""
        lesson = read_lesson(fields, agree)
        run, rounds = _said(fields, "run", str), _whole(fields, "rounds", lesson.number, _MOST_ROUNDS)
        if not (run.isascii() and run.isdigit() and len(run) <= 20):  # it names a folder here
            raise MalformedMessageError("run is no number.")
        try:
            return cls(lesson, run, rounds, Digest(_said(fields, "base", str)))
        except InvalidNameError as error:
            raise MalformedMessageError(f"base is no digest: {error.sentence}") from None


@dataclass(frozen=True)
class Answer:
    """A hospital's answer: its model, or why there is none.

    Args:
        envoy: The hospital.
        num_examples: Its training rows; 0 with a refusal.
        model: ``model.pt``; empty with a refusal.
        refusal: Why it did not train; empty: it did.
    """

    envoy: EnvoyName
    num_examples: int
    model: bytes
    refusal: str = ""

    def written(self) -> dict[str, Field]:
        """Give its fields."""
        return {
            "envoy": str(self.envoy),
            "num_examples": self.num_examples,
            "model": self.model,
            "refusal": self.refusal[:_LONGEST_REASON],
        }

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Read an answer; the model is not looked at yet.

        Raises:
            MalformedMessageError: A field is missing or makes no sense.
        """
        refusal = visible(" ".join(_said(fields, "refusal", str).split()))[:_LONGEST_REASON]
        try:
            envoy = EnvoyName(_said(fields, "envoy", str))
        except InvalidNameError as error:
            raise MalformedMessageError(f"envoy is no hospital's name: {error.sentence}") from None
        least = 0 if refusal else 1
        return cls(envoy, _whole(fields, "num_examples", least, MAX_COUNT), _said(fields, "model", bytes), refusal)


def _said(fields: Fields, name: str, kind: type[_T]) -> _T:
    value = fields.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise MalformedMessageError(f"{name} is missing, or not what it should be ({kind.__name__}).")
    return value


def _whole(fields: Fields, name: str, least: int, most: int) -> int:
    value = _said(fields, name, int)
    if not least <= value <= most:
        raise MalformedMessageError(f"{name} is out of bounds: {least} to {most}.")
    return value


def _first(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(each) for each in found["loc"])
    return visible(f"{where}: {found['msg']}")[:_LONGEST_REASON]
