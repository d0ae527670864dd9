"""One root error for the whole house, and the errors of the contract itself.

An error knows its stable ``code``, a sentence (what failed and why), a hint (what to do next) and its facts. It knows
neither HTTP statuses nor exit codes: one table in the director maps codes to statuses, one in the envoy to exit codes.
"""

Fact = str | int | float | bool | None


class FederationError(Exception):
    """Root of every error that this project raises on purpose.

    Args:
        sentence: What failed and why, for a person. Never a patient's value, a secret or a path of the server.
        hint: What to do next.
        facts: The same for a program: names and numbers.
    """

    code: str = "federation_error"

    def __init__(self, sentence: str, *, hint: str = "", **facts: Fact) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.facts = facts


class CallerError(FederationError):
    """Whoever sent this must change it: sending it again can't help."""

    code = "caller_error"


class InvalidNameError(CallerError):
    """A name, digest or version that does not have the agreed form."""

    code = "invalid_name"


class UnknownTaskError(CallerError):
    """No such task in this federation."""

    code = "unknown_task"


class InvalidInputError(CallerError):
    """A feature is missing, unknown, or its value is not what the task says.

    Args:
        is_out_of_bounds: Whether the value is of the right kind, and one that the task does not know.
    """

    code = "invalid_input"

    def __init__(self, sentence: str, *, hint: str = "", is_out_of_bounds: bool = False, **facts: Fact) -> None:
        super().__init__(sentence, hint=hint, **facts)
        self.is_out_of_bounds = is_out_of_bounds


class ArtifactError(CallerError):
    """A file is not what the contract allows: refused unread or half read, never executed."""

    code = "artifact_invalid"


class ModelFileError(ArtifactError):
    """``model.pt`` is not a plain state_dict as ``torch.save`` writes it."""

    code = "model_file_invalid"


class LayoutMismatchError(ModelFileError):
    """The tensors are not those of the task's architecture: the sentence names the first that differs."""

    code = "layout_mismatch"


class TensorValueError(ModelFileError):
    """A tensor holds a value that no trained model has: not finite, or out of bounds."""

    code = "tensor_value_invalid"


class ScalerFileError(ArtifactError):
    """``scaler.pkl`` is not a plain ``StandardScaler`` as ``joblib.dump`` writes it."""

    code = "scaler_file_invalid"


class TrainingLogError(ArtifactError):
    """The training log is not text of one JSON object a line, within its bounds."""

    code = "training_log_invalid"


class MetricError(CallerError):
    """A metric has a value that it can't have."""

    code = "metric_invalid"


class ExamplesOutOfBoundsError(CallerError):
    """Fewer or more training examples than the task allows."""

    code = "examples_out_of_bounds"


class InvalidTaskError(CallerError):
    """A task's file is not one; ``mistakes`` names all that is wrong with it."""

    code = "task_invalid"

    def __init__(self, sentence: str, *, hint: str = "", mistakes: tuple[str, ...] = (), **facts: Fact) -> None:
        super().__init__(sentence, hint=hint, **facts)
        self.mistakes = mistakes
