"""The patients of the commands that learn or measure."""

from contract.tasks import DIAGNOSIS_COUNT
from envoy.cli.patients import chosen_patients
from envoy.settings import read_settings
from tests.envoy.cli.joining import Run


def test_they_are_split_as_the_settings_and_the_option_say(run: Run) -> None:
    settings = read_settings()
    ours = chosen_patients(settings, DIAGNOSIS_COUNT, None, None, as_json=True)
    other = chosen_patients(settings, DIAGNOSIS_COUNT, None, 7, as_json=True)
    assert (ours.patients, ours.num_examples) == (other.patients, other.num_examples) == (30, 24)
    assert ours.split.held_out.subject_ids.tolist() != other.split.held_out.subject_ids.tolist()


def test_what_is_read_is_said_where_no_json_is_asked_for(run: Run) -> None:
    said = run("train", "--offline", "parcel")
    assert "Read hosp/diagnoses_icd.csv.gz: " in said.stderr
    assert "Read" not in run("train", "--offline", "parcel", "--json").stderr
