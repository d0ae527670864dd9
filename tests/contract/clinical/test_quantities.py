"""Since when each quantity is known."""

from contract.clinical.quantities import KNOWN_AT, OUTCOME_COLUMNS, OUTCOMES, QUANTITIES, bases_of


def test_what_comes_of_the_stay_itself_is_known_at_no_admission() -> None:
    later = {name for name, each in QUANTITIES.items() if each.availability not in KNOWN_AT["admission"]}
    assert {"length_of_stay", "discharge_location", "stay_diagnoses"} <= later
    assert {name for name in QUANTITIES if name.startswith("stay_")} <= later


def test_no_quantity_is_an_outcome() -> None:
    assert not OUTCOME_COLUMNS & QUANTITIES.keys()
    assert not OUTCOMES.keys() & QUANTITIES.keys()


def test_a_source_names_a_column_however_it_is_written() -> None:
    assert "deathtime" in bases_of("admissions.deathtime") & bases_of("admissions: deathtime")
