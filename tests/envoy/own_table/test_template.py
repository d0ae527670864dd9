"""What a hospital's export must hold for a task."""

from dataclasses import replace
from pathlib import Path

import pytest

from contract.tasks import DIAGNOSIS_COUNT
from envoy.errors import PolicyError
from envoy.own_table.template import columns_in_words, header_of
from envoy.reading import inspect
from tests.envoy.own_table.heart import HEADER, HEART, put, rows


def test_a_header_names_the_patient_each_column_once_and_the_outcome(tmp_path: Path) -> None:
    assert header_of(HEART) == f"{HEADER}\n"
    twice = replace(HEART.features[0], name="age_again")
    odd = replace(HEART.features[1], source="sex, at birth")
    task = replace(HEART, features=(HEART.features[0], odd, twice))
    assert header_of(task) == 'patient,age,"sex, at birth",died\n'
    assert [each.column for each in columns_in_words(task)] == ["patient", "age", "sex, at birth", "died"]


def test_rows_below_a_template_are_taken_as_they_are(tmp_path: Path) -> None:
    found = inspect(HEART, put(tmp_path, header_of(HEART) + "\n".join(rows(60))))
    assert (found.defects, found.summary and found.summary.rows) == ((), 60)


def test_the_words_for_people_are_of_the_columns_in_their_order() -> None:
    words = list(columns_in_words(HEART))
    assert [each.column for each in words] == HEADER.split(",")
    assert words[-1].holds == "the outcome: 0 or 1 (false or true, no or yes): died within a year"


def test_tasks_over_mimic_ivs_tables_have_no_template() -> None:
    with pytest.raises(PolicyError, match="made from MIMIC-IV's tables"):
        header_of(DIAGNOSIS_COUNT)
