"""What a hostile file is to the tests and to the attack."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from contract.errors import ArtifactError, ModelFileError, ScalerFileError


@dataclass(frozen=True)
class Case:
    """A hostile file: who refuses it, and what the sentence says. ``build`` takes the canary that code would touch."""

    name: str
    build: Callable[[Path], bytes]
    says: str
    error: type[ArtifactError]


def model_case(name: str, data: bytes, says: str, error: type[ArtifactError] = ModelFileError) -> Case:
    """A model file that is the same whatever the canary."""
    return Case(name, lambda canary: data, says, error)


def scaler_case(name: str, data: bytes, says: str) -> Case:
    """A scaler file that is the same whatever the canary."""
    return Case(name, lambda canary: data, says, ScalerFileError)
