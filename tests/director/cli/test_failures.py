"""What ended a command; that each command says so is in test_program.py."""

import pytest
from pydantic import BaseModel, ValidationError

from contract.agreement import NotAgreedError
from contract.errors import CallerError, FederationError, InvalidNameError
from director.cli.failures import EXIT_DATA, EXIT_NETWORK, EXIT_REFUSED, EXIT_USAGE, as_said, exit_code
from director.errors import SettingsError, StorageError, TrackerConflictError, TrackerError, UsageError


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (SettingsError, EXIT_USAGE),
        (InvalidNameError, EXIT_USAGE),
        (UsageError, EXIT_USAGE),
        (NotAgreedError, EXIT_USAGE),
        (TrackerError, EXIT_NETWORK),
        (TrackerConflictError, EXIT_REFUSED),
        (CallerError, EXIT_REFUSED),
        (StorageError, EXIT_DATA),
        (FederationError, EXIT_DATA),
    ],
)
def test_each_kind_of_error_has_its_exit_code(kind: type[FederationError], code: int) -> None:
    assert exit_code(kind("It is wrong.")) == code


def test_a_value_that_a_message_does_not_take_is_wrong_usage() -> None:
    class Message(BaseModel):
        number: int

    with pytest.raises(ValidationError) as refused:
        Message.model_validate({"number": "many"})
    said = as_said(refused.value)
    assert (exit_code(said), said.sentence.startswith("number: Input should be a valid integer")) == (EXIT_USAGE, True)


def test_what_the_disk_complains_of_is_said_once() -> None:
    error = StorageError("The disk is full.")
    error.__cause__ = OSError(28, "No space left on device", "/srv/fl/blobs/a")
    for _ in range(2):
        assert as_said(error).sentence == "The disk is full. (/srv/fl/blobs/a: No space left on device)"


def test_a_fault_that_names_no_file_is_not_made_a_sentence() -> None:
    with pytest.raises(OSError, match="nothing"):
        as_said(OSError("nothing"))
