"""What happens to global models and to what models are held against."""

from pydantic import Field

from contract.messages.global_models import AnswerChoice
from contract.names import AliasName, Digest, EnvoyName, TaskName
from director.records.events import Event


class GlobalModelEvent(Event):
    """Something was done to a global version."""

    about = ("task", "version")

    task: TaskName
    version: int


class ModelAggregated(GlobalModelEvent, act="model.aggregate"):
    """A global version was made."""

    model: Digest
    scaler: Digest
    inputs: tuple[Digest, ...]
    quarantined: tuple[Digest, ...]


class ModelPublished(GlobalModelEvent, act="model.publish"):
    """A global version became the current one."""

    model: Digest
    # without one it stands on record as it always has
    reason: str | None = Field(default=None, exclude_if=lambda value: value is None)


class BegunAnew(Event, act="model.begin_anew"):
    """No global version of a task is the current one any more: it is learned anew, from the shared start."""

    about = ("task",)

    task: TaskName
    reason: str


class ModelAnswered(GlobalModelEvent, act="model.answer"):
    """A hospital gave its word on a global version, after it held it against its own patients."""

    envoy: EnvoyName
    answer: AnswerChoice


class ModelRead(GlobalModelEvent, act="model.read"):
    """Somebody fetched a file of a global version."""

    part: str


class ModelAliased(GlobalModelEvent, act="model.alias"):
    """A global version is called by a further name from now on, and no other version of its task is."""

    alias: AliasName


class ModelUnaliased(GlobalModelEvent, act="model.unalias"):
    """A global version is no longer called so."""

    alias: AliasName


class ModelNoted(GlobalModelEvent, act="model.note"):
    """The admin noted something about a global version, or took the note away."""

    note: str | None


class ValidationSet(Event, act="validation.set"):
    """Models are held against another table from now on, or against none."""

    about = ("task",)

    task: TaskName
    table: Digest | None
    rows: int
