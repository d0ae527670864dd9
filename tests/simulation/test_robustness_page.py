"""The page that is committed says what the command that makes it would say."""

from pathlib import Path

from simulation.robustness_page import PAGE

COMMITTED = Path(__file__).parents[2] / "docs" / "robustness.md"


def test_every_sentence_of_the_page_stands_in_the_committed_one():
    committed = COMMITTED.read_text().splitlines()
    fixed = [line for line in PAGE.splitlines() if "{" not in line]
    assert len(fixed) > 50
    assert [line for line in fixed if line not in committed] == []
