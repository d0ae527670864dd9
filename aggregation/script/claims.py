"""What a folder's ``metadata.json`` claims, as far as the script asks: read as the director reads an upload's."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

from aggregation.errors import AggregationError
from contract.errors import ArtifactError, FederationError, InvalidNameError
from contract.messages.base import Count
from contract.metadata_file import MAX_METADATA_BYTES, read_claims
from contract.names import Digest, EnvoyName
from contract.parts import PART_OF
from contract.plain_files import read_bounded
from contract.tasks import Task

_HINT = "Mend it, or give --weights."
_Name = TypeVar("_Name", Digest, EnvoyName)


def _or_none(kind: Callable[[str], _Name]) -> Callable[[object], _Name | None]:
    """Give a reader that takes what is no such name for none: the script needs it of nobody."""

    def read(value: object) -> _Name | None:
        try:
            return kind(value) if isinstance(value, str) else None
        except InvalidNameError:
            return None

    return read


class Claims(BaseModel):
    """What the script asks of a folder: how much it weighs, and what it is named by."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    num_examples: Count
    base: Annotated[Digest | None, BeforeValidator(_or_none(Digest))] = None
    envoy_name: Annotated[EnvoyName | None, BeforeValidator(_or_none(EnvoyName))] = None
    cohort: Annotated[Digest | None, BeforeValidator(_or_none(Digest))] = None


def claims_of(folder: Path, weight: int | None, task: Task) -> Claims:
    """Read a folder's claims; with a weight given, ``metadata.json`` need not be of any use.

    Raises:
        FederationError: It is not what the director takes, or says more than the task takes.
        OSError: It can't be read.
    """
    if weight is None:
        claims = _read(folder)
        task.require_no_more_examples(claims.num_examples)
        return claims
    if not 1 <= weight <= task.maximum_examples:
        raise AggregationError(
            f"{weight} is no number of examples.", hint=f"It must be from 1 to {task.maximum_examples:,}."
        )
    try:
        return _read(folder).model_copy(update={"num_examples": weight})
    except (FederationError, OSError):
        return Claims(num_examples=weight)


def _read(folder: Path) -> Claims:
    name = PART_OF["metadata"].file_name
    try:
        return read_claims(read_bounded(folder / name, MAX_METADATA_BYTES), Claims)
    except FileNotFoundError:
        raise AggregationError(f"{name} is not there.", hint="Put it there, or give --weights.") from None
    except ArtifactError as error:
        raise AggregationError(error.sentence, hint=_HINT, **error.facts) from None
