"""What can stop an envoy has a code of its own, and a refusal keeps the director's."""

from contract.errors import FederationError
from envoy import errors
from envoy.errors import EnvoyError, RefusedError


def test_every_error_has_a_code_of_its_own() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, EnvoyError)]
    assert len({kind.code for kind in kinds}) == len(kinds) == 12
    assert not {kind.code for kind in kinds} & {FederationError.code}


def test_a_refusal_says_what_the_director_said() -> None:
    error = RefusedError("Not yours.", director_code="forbidden", status=403, hint="Use your own.", request_id="r1")
    assert (error.sentence, error.hint, error.director_code, error.status) == (
        "Not yours.",
        "Use your own.",
        "forbidden",
        403,
    )
    assert error.facts == {"director_code": "forbidden", "status": 403, "request_id": "r1"}
