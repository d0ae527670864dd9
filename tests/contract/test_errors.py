"""What an error knows: a sentence and a hint for a person, a code and facts for a program."""

import pytest

from contract import errors
from contract.errors import ArtifactError, CallerError, FederationError

ERRORS = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, FederationError)]


def test_an_error_knows_its_sentence_its_hint_and_its_facts() -> None:
    error = CallerError("The row is wrong.", hint="Send another.", row=3, feature="age")

    assert (str(error), error.sentence, error.hint) == ("The row is wrong.", "The row is wrong.", "Send another.")
    assert error.facts == {"row": 3, "feature": "age"}


def test_no_two_errors_have_one_code() -> None:
    assert len({each.code for each in ERRORS}) == len(ERRORS)


@pytest.mark.parametrize("name", ["ModelFileError", "LayoutMismatchError", "TensorValueError", "ScalerFileError"])
def test_a_file_that_is_refused_is_its_senders_to_mend(name: str) -> None:
    assert issubclass(getattr(errors, name), ArtifactError)
    assert issubclass(ArtifactError, CallerError)
