"""What can stop the director: each error has a code of its own, and a rejected upload speaks with its cause's voice."""

from collections.abc import Iterator

from contract.errors import CallerError, ExamplesOutOfBoundsError, FederationError
from contract.messages.problems import Check
from director import errors
from director.errors import OperatorError, UploadRejectedError


def kinds() -> Iterator[type[FederationError]]:
    for found in vars(errors).values():
        if isinstance(found, type) and issubclass(found, FederationError) and found.__module__ == errors.__name__:
            yield found


def test_every_error_has_a_code_of_its_own():
    of_their_own = [kind for kind in kinds() if kind is not UploadRejectedError]
    assert all("code" in vars(kind) for kind in of_their_own)
    codes = [kind.code for kind in of_their_own]
    assert len(codes) == len(set(codes))


def test_each_error_says_whose_turn_it_is():
    waits = {kind.code for kind in kinds() if not issubclass(kind, CallerError | OperatorError)}
    assert waits == {"busy", "too_many_requests"}
    assert not [kind for kind in kinds() if issubclass(kind, CallerError) and issubclass(kind, OperatorError)]


def test_a_rejected_upload_says_what_its_cause_says_and_all_that_was_looked_at():
    cause = ExamplesOutOfBoundsError("Too few.", hint="Train on more.", num_examples=2)
    checks = (Check(name="examples", passed=False, seen="2", bound="10", sentence="Too few."),)
    rejected = UploadRejectedError(cause, checks, "s1")
    assert (rejected.code, rejected.sentence, rejected.hint) == ("examples_out_of_bounds", "Too few.", "Train on more.")
    assert rejected.facts == {"num_examples": 2, "submission_id": "s1"}
    assert rejected.checks == checks
    assert UploadRejectedError(cause, checks).facts == {"num_examples": 2}
    assert (UploadRejectedError.code, cause.facts) != (rejected.code, rejected.facts)
