"""Which releases work with each other, and what is said where they don't."""

import pytest

from contract.compatibility import OLDEST_DIRECTOR, OLDEST_ENVOY, is_before, too_old_said, versions_said


@pytest.mark.parametrize(
    ("version", "oldest", "before"),
    [
        ("0.1.0", "0.2.0", True),
        ("0.9.3", "0.10.0", True),
        ("0.2", "0.2.0", False),
        ("0.2.0", "0.2.0", False),
        ("1.0.0", "0.10.0", False),
        ("0.2.0rc1", "0.2.0", False),  # what a person tries out is no older than what it becomes
        ("", "0.2.0", False),
        ("of our own making", "0.2.0", False),
    ],
)
def test_a_release_comes_before_another_by_its_numbers(version: str, oldest: str, before: bool):
    assert is_before(version, oldest) is before


def test_both_versions_and_what_each_takes_are_said():
    said = versions_said("0.3.0", "0.2.0", "0.2.1")
    assert said == (
        "The director is 0.3.0 and takes envoys from 0.2.0; "
        f"this envoy is 0.2.1 and takes directors from {OLDEST_DIRECTOR}."
    )
    assert versions_said("0.1.0", None, "0.2.1").startswith("The director is 0.1.0; this envoy")


def test_who_is_too_old_is_said_with_whose_turn_it_is():
    assert too_old_said("0.2.0", "0.2.0", "0.2.0") is None
    assert too_old_said("0.1.0", None, "0.2.0") is None
    assert "install a newer fl-envoy" in str(too_old_said("0.3.0", "0.2.0", "0.1.9"))
    assert "ask the consortium's admin to update it" in str(too_old_said("0.0.9", None, "0.2.0"))


def test_the_first_release_is_still_taken():
    assert (OLDEST_ENVOY, OLDEST_DIRECTOR) == ("0.1.0", "0.1.0"), "say so in docs/upgrade.md, and in the tests there"
