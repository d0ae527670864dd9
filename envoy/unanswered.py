"""What came in the place of a director's good answer, as the error that the hospital reads. Asks nothing itself."""

import requests

from contract.director_problems import read_problem
from contract.link_failures import LinkFailure, failure_of
from contract.link_words import Way, words_of
from contract.middlebox import words_of_a_redirect, words_of_another
from envoy.bounded_answers import refusal_in
from envoy.errors import BrokenLinkError, EnvoyError, MiddleboxError, NetworkError, RefusedError, SettingsError
from envoy.patience import RETRIED_STATUSES

_OFFLINE = "Or train with --offline and send later: fl-envoy send BUNDLE"


def error_of(error: Exception, way: Way) -> EnvoyError:
    """Make what it means that no answer came, or that none was taken."""
    refusal = refusal_in(error)
    if refusal is not None:
        return NetworkError(
            f"The answer of {way.url} is not taken: {refusal}.",
            hint="Look at the address; if it is your director's, tell the consortium's admin.",
        )
    failure = failure_of(error)
    sentence, hint = words_of(failure, way)
    if failure is LinkFailure.NOT_TRIED:
        return SettingsError(sentence, hint=hint)
    if not failure.may_pass:
        return NetworkError(sentence, hint=hint)
    return BrokenLinkError(sentence, hint=f"{hint} {_OFFLINE}")


def refusal_of(url: str, status: int, body: bytes) -> EnvoyError:
    """Make what an answer of 400 and more means."""
    problem = read_problem(body)
    if not problem.is_one:
        sentence, hint = words_of_another(url, status, body)
        return MiddleboxError(sentence, hint=hint, status=status)
    if status in RETRIED_STATUSES:
        return NetworkError(
            f"The director can't serve this now: {problem.detail or status}", hint=problem.hint or "Try again later."
        )
    return RefusedError(
        problem.sentence or f"The director answered {status}.",
        director_code=problem.code,
        status=status,
        hint=problem.hint,
    )


def elsewhere(way: Way, path: str, response: requests.Response) -> RefusedError:
    """Make what it means that an answer sends on to another address."""
    sentence, hint = words_of_a_redirect(
        way.url,
        path,
        response.headers.get("Location"),
        "join with that address: fl-envoy join --director {} --code CODE",
    )
    return RefusedError(
        sentence,
        director_code="redirected",
        status=response.status_code,
        hint=hint,
    )
