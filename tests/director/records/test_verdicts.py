"""Verdicts after arrival: the gate may speak until a person has, and a person decides once each way."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from contract.messages.base import Verdict
from contract.messages.problems import Check
from contract.names import EnvoyName
from director.errors import ConflictError
from director.records.schema import EnvoyRow, StatisticsRow, SubmissionRow
from director.records.verdicts import (
    ADMITTED,
    QUARANTINED,
    REJECTED,
    Choice,
    Judged,
    decide,
    follow_checks,
    may_be_quarantined,
)

NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


def judged(kind: type[Judged], verdict: Verdict, checks: Sequence[Check] = ()) -> Judged:
    return kind(
        envoy=EnvoyRow(name=EnvoyName("KNH")),
        version=3,
        verdict=verdict,
        checks=[check.model_dump(mode="json") for check in checks],
        decision=None,
    )


def check(name: str, *, passed: bool) -> Check:
    return Check(name=name, passed=passed, seen="1", bound="2", sentence="")


@pytest.fixture(params=[SubmissionRow, StatisticsRow])
def kind(request: pytest.FixtureRequest) -> type[Judged]:
    found: type[Judged] = request.param
    return found


def test_checks_take_the_place_of_earlier_ones_of_their_names_and_no_others(kind: type[Judged]):
    row = judged(kind, ADMITTED, [check("readable", passed=True), check("norm", passed=True)])
    assert follow_checks(row, [check("norm", passed=False), check("cosine", passed=True)])
    assert [(each["name"], each["passed"]) for each in row.checks] == [
        ("readable", True),
        ("norm", False),
        ("cosine", True),
    ]


@pytest.mark.parametrize(
    ("before", "passed", "after"),
    [
        (ADMITTED, True, ADMITTED),
        (ADMITTED, False, QUARANTINED),
        (QUARANTINED, False, QUARANTINED),
        (QUARANTINED, True, ADMITTED),
    ],
)
def test_one_check_that_fails_holds_a_row_back_and_none_lets_it_count_again(
    kind: type[Judged], before: Verdict, passed: bool, after: Verdict
):
    row = judged(kind, before)
    is_another = follow_checks(row, [check("norm", passed=passed), check("cosine", passed=True)])
    assert (row.verdict, is_another) == (after, before != after)


@pytest.mark.parametrize(
    ("before", "choice", "after"),
    [
        (QUARANTINED, "released", ADMITTED),
        (QUARANTINED, "rejected", REJECTED),
        (ADMITTED, "rejected", REJECTED),
    ],
)
def test_a_person_decides_and_the_gate_has_nothing_more_to_say(
    kind: type[Judged], before: Verdict, choice: Choice, after: Verdict
):
    row = judged(kind, before)
    assert may_be_quarantined(row)
    decide(row, choice, "looked at", by="admin:cli", at=NOW)
    assert row.verdict == after
    assert row.decision == {
        "verdict": choice,
        "reason": "looked at",
        "by": "admin:cli",
        "decided_at": "2026-01-01T08:00:00Z",
    }
    assert not may_be_quarantined(row)


@pytest.mark.parametrize(("before", "choice"), [(ADMITTED, "released"), (REJECTED, "released"), (REJECTED, "rejected")])
def test_what_is_not_so_can_not_be_decided(kind: type[Judged], before: Verdict, choice: Choice):
    row = judged(kind, before)
    with pytest.raises(ConflictError, match=f"Version 3 of KNH is {before} and can't be {choice}") as refused:
        decide(row, choice, "why not", by="admin:cli", at=NOW)
    assert refused.value.facts == {"verdict": before}
    assert (row.verdict, row.decision) == (before, None)


def test_what_was_rejected_on_arrival_is_never_quarantined(kind: type[Judged]):
    assert not may_be_quarantined(judged(kind, REJECTED))
