"""What a look found is summed up by its worst, and no look stops another."""

import errno
import os
from collections.abc import Iterator

import pytest

from contract.errors import FederationError
from contract.findings import Examination, Finding, bad, examined, ok, warn

FINE, ODD, BROKEN = ok("a", "works."), warn("b", "is old.", "Renew it."), bad("c", "is gone.", "Bring it back.")


@pytest.mark.parametrize(
    ("findings", "state"),
    [([], "ok"), ([FINE], "ok"), ([ODD, FINE], "warn"), ([BROKEN, ODD, FINE], "bad"), ([FINE, BROKEN], "bad")],
)
def test_the_worst_counts(findings: list[Finding], state: str) -> None:
    assert Examination.of(findings).state == state


def test_each_thing_is_a_line_as_it_is_found_with_what_to_do_next_below_it() -> None:
    said: list[str] = []

    def found() -> Iterator[Finding]:
        yield FINE
        assert said == ["ok    a: works."]  # nobody waits for the rest of it
        yield from (ODD, BROKEN)

    assert Examination.of(found(), said.append).findings == [FINE, ODD, BROKEN]
    assert said == [
        "ok    a: works.",
        "warn  b: is old.",
        "      next: Renew it.",
        "bad   c: is gone.",
        "      next: Bring it back.",
        "1 bad, 1 to look at, 1 ok",
    ]


def test_what_a_look_found_before_it_failed_is_kept_and_the_failure_is_a_finding() -> None:
    def fails(error: Exception) -> Iterator[Finding]:
        yield FINE
        raise error

    refused = FederationError("It is locked.", hint="Unlock it.")
    assert examined("d", lambda: fails(refused)) == [FINE, bad("d", "It is locked.", "Unlock it.")]
    denied = OSError(errno.EACCES, os.strerror(errno.EACCES), "/srv/x")
    (_, found) = examined("d", lambda: fails(denied))
    assert (found.state, found.sentence) == ("bad", "It can't be looked at: /srv/x: Permission denied.")
    assert found.hint


def test_a_package_that_is_missing_is_a_finding_too() -> None:
    def fails() -> list[Finding]:
        import no_such_package  # type: ignore[import-not-found]  # noqa: F401

        return []

    (found,) = examined("d", fails)
    assert (found.state, "No module named 'no_such_package'" in found.sentence) == ("bad", True)


def test_a_fault_of_our_own_is_not_taken_for_a_finding() -> None:
    def fails() -> list[Finding]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        examined("d", fails)
