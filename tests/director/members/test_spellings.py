"""Spellings that nobody can tell apart are one person's; others are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from director.members.spellings import folded


@pytest.mark.parametrize(
    "spelled",
    [
        " amina  OTIENO ",
        "\uff21mina\u00a0Otieno",
        "Amina\u200b Otieno",
        "Ami\u00adna Otieno",
        "Amina \u2060Otieno\ufeff",
        "Amina Otieno\u3164",
        "\u2800Amina Otieno\ufe0f",
        "Am\u034fina Otieno",
    ],
)
def test_what_shows_nothing_makes_no_other_person(spelled: str) -> None:
    assert folded(spelled) == "amina otieno"


@pytest.mark.parametrize("other", ["Amina Otiena", "AminaOtieno", "\u0410mina Otieno", "\u00c1mina Otieno"])
def test_another_name_is_another_person(other: str) -> None:
    assert folded(other) != folded("Amina Otieno")


@pytest.mark.parametrize("blank", [" ", "\u200b", "\u3164", "\u2800 \u00ad"])
def test_of_a_name_that_shows_nothing_nothing_is_left(blank: str) -> None:
    assert folded(blank) == ""


@given(st.text())
def test_folding_again_changes_nothing(person: str) -> None:
    assert folded(folded(person)) == folded(person)
