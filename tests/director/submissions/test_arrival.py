"""What an upload says of itself: anything but the agreed fields is refused in words that can be shown anywhere."""

import io
import json

import joblib
import pytest
import sklearn
from federation_simulator import SimulatedHospital
from sklearn.preprocessing import StandardScaler

from director.errors import MalformedRequestError
from director.submissions.arrival import read_metadata


def test_a_key_of_metadata_that_would_steer_a_terminal_is_shown_harmlessly() -> None:
    needed = {"task": "diagnosis_count", "num_examples": 20, "base": "0" * 64}

    with pytest.raises(MalformedRequestError) as refusal:
        read_metadata(json.dumps({**needed, "metrics": {"\x1b[2J": "x"}}).encode())

    assert "metrics.\\x1b[2J" in refusal.value.sentence
    assert refusal.value.sentence.isprintable()


def test_unknown_metadata_is_ignored_and_said(hospital: SimulatedHospital):
    parcel = hospital.parcel()
    parcel.metadata["favourite_colour"] = "blue"
    receipt = hospital.upload(parcel).json()
    assert [check["seen"] for check in receipt["checks"] if check["name"] == "metadata"] == ["favourite_colour"]


def test_the_scikit_learn_that_wrote_a_scaler_is_said(hospital: SimulatedHospital):
    file = io.BytesIO()
    joblib.dump(StandardScaler().fit(hospital.counts[:, None]), file)
    parcel = hospital.parcel()
    parcel.scaler = file.getvalue()
    receipt = hospital.upload(parcel).json()
    assert [check["seen"] for check in receipt["checks"] if check["name"] == "scikit_learn"] == [sklearn.__version__]
