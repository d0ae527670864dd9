"""What ended a command: what its caller reads of it, and its exit code. Prints nothing."""

from pydantic import ValidationError

from contract.agreement import NotAgreedError
from contract.errors import CallerError, FederationError, InvalidNameError
from director.errors import AlertError, SettingsError, StorageError, TrackerConflictError, TrackerError, UsageError

EXIT_USAGE, EXIT_NETWORK, EXIT_REFUSED, EXIT_DATA = 2, 3, 4, 5


def as_said(error: FederationError | ValidationError | OSError) -> FederationError:
    """Give what a command's caller reads: of a message that does not take what was typed, of a disk, of the house.

    Raises:
        OSError: It names no file, so that nobody would know what it is about.
    """
    if isinstance(error, ValidationError):
        return _as_usage(error)
    if isinstance(error, FederationError):
        error.sentence = _with_cause(error)
        return error
    if not error.filename:
        raise error
    return StorageError(f"{error.filename}: {error.strerror}.", hint="Look at its rights and its disk.")


def _with_cause(error: FederationError) -> str:
    """Give an error's sentence; on the director's own machine it is said what its disk complains of, and where."""
    cause = error.__cause__
    if not isinstance(error, StorageError) or not isinstance(cause, OSError) or not cause.filename:
        return error.sentence
    if str(cause.filename) in error.sentence:
        return error.sentence
    return f"{error.sentence} ({cause.filename}: {cause.strerror})"


def _as_usage(error: ValidationError) -> UsageError:
    """Say what a message does not take of what was typed."""
    first = error.errors(include_url=False)[0]
    if first["type"] == "string_pattern_mismatch":
        first["msg"] = "write one line of text, without control characters"
    return UsageError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.")


def exit_code(error: FederationError) -> int:
    """Say how a command ends that ends with an error."""
    if isinstance(error, SettingsError | InvalidNameError | UsageError | NotAgreedError):
        return EXIT_USAGE
    if isinstance(error, TrackerError | AlertError):
        return EXIT_NETWORK
    return EXIT_REFUSED if isinstance(error, CallerError | TrackerConflictError) else EXIT_DATA
