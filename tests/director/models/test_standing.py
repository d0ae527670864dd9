"""Who moves and who stands still by the records alone, and with which reason."""

from dataclasses import replace

import pytest

from contract.names import Digest
from director.models.line import SHARED_START, Line
from director.models.standing import is_late, name_of, reason_by_record
from director.records.schema import GlobalModelRow, SubmissionRow

START, ONE, TWO, THREE, ASIDE, ELSEWHERE = (Digest(letter * 64) for letter in "012345")

LINE = Line(
    current=GlobalModelRow(version=4),
    versions=(),
    ages={4: 0, 2: 1, 1: 2, SHARED_START: 3},  # global model 3 was rolled back
    trained_from={},
    counted={"counted": 2, "from one": 4},
    counted_from={(7, 1): 4},
    withdrawn={"withdrawn": 3},
)

STARTS = {START: SHARED_START, ONE: 1, TWO: 2, ASIDE: 3, THREE: 4}


def line_with(row: SubmissionRow) -> Line:
    return replace(LINE, trained_from={row.id: STARTS[row.base]} if row.base in STARTS else {})


def upload(base: Digest, *, name: str = "new", envoy: int = 8, verdict: str = "admitted") -> SubmissionRow:
    return SubmissionRow(id=name, envoy_id=envoy, base=base, verdict=verdict)


def reason(row: SubmissionRow, *, is_named: bool = False, max_staleness: int = 3) -> str | None:
    return reason_by_record(row, line_with(row), is_named=is_named, max_staleness=max_staleness)


@pytest.mark.parametrize("base", [THREE, TWO, ONE, START], ids=["from B", "one back", "two back", "three back"])
def test_what_is_new_and_was_trained_from_b_or_from_what_b_came_from_moves(base: Digest):
    assert reason(upload(base)) is None


@pytest.mark.parametrize(
    ("row", "says"),
    [
        pytest.param(upload(THREE, verdict="quarantined"), "It waits in quarantine.", id="quarantined"),
        pytest.param(upload(ONE, name="counted"), "counted by global model 2, and nothing new", id="counted"),
        pytest.param(upload(TWO, name="withdrawn"), "Global model 3 counted it and was rolled back", id="withdrawn"),
        pytest.param(upload(ELSEWHERE), "not on record: run fl-director fsck", id="from a start of nobody's"),
        pytest.param(upload(ASIDE), "from global model 3, which the current one does not come from", id="aside"),
        pytest.param(upload(ONE, envoy=7), "Global model 4 counted this hospital from the same start, global model 1",
                     id="a second one from a base that counted"),
    ],
)  # fmt: skip
def test_what_is_nothing_new_stands_still_and_it_is_said_why(row: SubmissionRow, says: str):
    assert says in (reason(row) or "")


def test_what_was_trained_from_too_far_back_stands_still():
    assert reason(upload(START), max_staleness=3) is None
    assert reason(upload(START), max_staleness=2) == (
        "It was trained from the shared start, 3 versions back; at most 2 count."
    )
    assert reason(upload(THREE), max_staleness=0) is None
    assert "from global model 2, 1 version back" in (reason(upload(TWO), max_staleness=0) or "")


def test_only_what_a_rollback_withdrew_counts_again_where_the_admin_names_it():
    assert reason(upload(TWO, name="withdrawn"), is_named=True) is None
    for row in (upload(ONE, name="counted"), upload(ASIDE), upload(ONE, envoy=7), upload(TWO, verdict="quarantined")):
        assert reason(row, is_named=True) == reason(row) is not None


def test_another_hospitals_step_from_the_same_start_still_counts():
    assert reason(upload(ONE, envoy=7)) is not None
    assert reason(upload(ONE, envoy=8)) is None
    assert reason(upload(TWO, envoy=7)) is None


def test_a_model_is_late_where_it_was_not_trained_from_b():
    uploads = [upload(base) for base in (THREE, TWO, START)]
    assert [is_late(each, line_with(each)) for each in uploads] == [False, True, True]
    before = Line(None, (), {SHARED_START: 0}, {"new": SHARED_START}, {}, {}, {})
    assert not is_late(upload(START), before)


def test_versions_are_named_in_sentences():
    assert (name_of(SHARED_START), name_of(3)) == ("the shared start", "global model 3")
