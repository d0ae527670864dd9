"""What whoever decides about an aggregate is told, in sentences."""

from aggregation.counting import Claim, count
from contract.names import EnvoyName
from director.models.contributions import Contribution, Making
from director.models.notes import notes_on
from director.records.schema import EnvoyRow, SubmissionRow

NAMES = ("KNH", "MTRH", "KUTRRH", "Embu", "Mbagathi")


def noted(*claims: int | Claim, moving: int | None = None, making: Making | None = None) -> list[str]:
    counts = count([each if isinstance(each, Claim) else Claim(each, each) for each in claims], 3.0)
    contributions = [
        Contribution(SubmissionRow(envoy=EnvoyRow(name=EnvoyName(name))), each, None, is_late=False, reason="still")
        for name, each in zip(NAMES, counts, strict=False)
    ]
    return list(notes_on(contributions, len(claims) if moving is None else moving, making or Making()))


def test_of_enough_hospitals_of_similar_size_nothing_need_be_said():
    assert noted(40, 50, 60, 70) == []


def test_below_four_that_move_it_is_said_that_nothing_was_compared():
    (said,) = noted(40, 50, 60)
    assert said.startswith("Below 4 hospitals that move nothing is compared: 3 hospitals here")
    (said,) = noted(40, 50, 60, 70, moving=1)
    assert "nothing is compared: one hospital here" in said


def test_who_is_capped_is_named_with_the_command_that_lets_it_count():
    (said,) = noted(40, 50, 60, 70, 5000)
    assert said.startswith("Mbagathi counts as 165 of the 5000 examples that it shows (3 × the median of the others).")
    assert said.endswith("fl-director envoy expect Mbagathi 5000")


def test_who_only_claims_more_than_it_shows_is_not_told_to_be_expected():
    assert noted(40, 50, 60, Claim(5000, 70)) == []
    assert noted(40, 50, 60, Claim(5000, 5000, 70)) == []


def test_two_hospitals_are_told_what_each_can_compute():
    assert [said for said in noted(40, 40) if said.startswith("With two hospitals each can compute the other's")]
    assert not [said for said in noted(40, 40, 40) if said.startswith("With two")]


def test_fewer_than_a_version_takes_is_said():
    making = Making(minimum_hospitals=5)
    assert noted(40, 50, 60, 70, making=making)[-1] == (
        "4 hospitals would make it, and minimum_hospitals is 5: this can't become a version."
    )
    assert noted(40, 50, 60, 70, 60, making=making) == []
