"""What is said of a link."""

import pytest

from contract.link_failures import LinkFailure
from contract.link_words import Wait, Way, words_of

STRAIGHT = Way("https://director.example", "director.example", 60, "ENVOY_CA_FILE=FILE")
PROXIED = Way("https://director.example", "director.example", 60, "ca_file=FILE", "http://proxy.example:3128")


@pytest.mark.parametrize("failure", LinkFailure)
def test_each_cause_has_a_sentence_and_a_hint_of_its_own(failure: LinkFailure) -> None:
    sentence, hint = words_of(failure, PROXIED)
    assert sentence.endswith((".", "?"))
    assert hint
    assert "http://proxy.example:3128" in sentence
    assert not {"{", "}"} & set(sentence + hint)
    others = {words_of(each, PROXIED)[0] for each in LinkFailure if each is not failure}
    assert sentence not in others


def test_whom_to_trust_is_said_as_it_is_set_there() -> None:
    assert "ENVOY_CA_FILE=FILE" in words_of(LinkFailure.UNKNOWN_AUTHORITY, STRAIGHT)[1]
    assert "ca_file=FILE" in words_of(LinkFailure.UNKNOWN_AUTHORITY, PROXIED)[1]
    assert "proxy" not in words_of(LinkFailure.REFUSED, STRAIGHT)[0]


@pytest.mark.parametrize(
    ("wait", "sentence"),
    [
        (Wait("refused", 5, 2, 8), "no answer, trying again in 5 s (2 of 8): refused"),
        (Wait("timed out", 0.6, 3, 8), "no answer, trying again in 1 s (3 of 8): timed out"),
        (Wait("status 503", 0, 1, 8), "no answer, trying again at once (1 of 8): status 503"),
    ],
)
def test_a_pause_says_how_long_how_often_and_why(wait: Wait, sentence: str) -> None:
    assert wait.sentence == sentence
