"""A director's refusal in the words of whoever runs an envoy."""

import pytest

from envoy.errors import RefusedError
from envoy.own_words import HOW_TO_RENEW, in_own_words


@pytest.mark.parametrize(
    ("code", "hint", "said"),
    [
        ("base_unknown", "Fetch GET /tasks/diagnosis_count/start and train again.", "fl-envoy train"),
        ("unknown_task", "See GET /tasks.", "fl-envoy task list"),
        ("not_found", "See GET /runs.", "tell the consortium's admin"),
        ("not_found", "See GET /tasks/los. See GET /docs.", "See fl-envoy task list."),
        ("conflict", "Answer first: POST /runs/3/answers", "fl-envoy participate"),
    ],
)
def test_a_hint_for_programs_becomes_one_for_people(code: str, hint: str, said: str) -> None:
    error = RefusedError("No.", director_code=code, status=404, hint=hint)
    assert (error.sentence, said in error.hint) == ("No.", True)
    assert "GET /" not in error.hint
    assert "POST /" not in error.hint


def test_what_is_good_advice_already_stays() -> None:
    told = ("This enrolment code does not hold.", "A code works once and for a few days: ask the admin for a new one.")
    assert in_own_words("unauthenticated", *told) == told


def test_a_token_that_holds_no_more_is_said_to_be_one_and_whom_to_ask() -> None:
    hint = "Send the header Authorization: Bearer TOKEN; ask the consortium's admin for a new token."
    sentence, told = in_own_words("unauthenticated", "No valid token came with this request.", hint)
    assert "does not take this hospital's token: it ended" in sentence
    assert told == HOW_TO_RENEW
