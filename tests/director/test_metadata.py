"""What an upload says of itself: anything but the agreed fields is refused in words that can be shown anywhere."""

import json

import pytest

from director.errors import MalformedRequestError
from director.submissions.arrival import read_metadata


def test_a_key_of_metadata_that_would_steer_a_terminal_is_shown_harmlessly() -> None:
    needed = {"task": "diagnosis_count", "num_examples": 20, "base": "0" * 64}

    with pytest.raises(MalformedRequestError) as refusal:
        read_metadata(json.dumps({**needed, "metrics": {"\x1b[2J": "x"}}).encode())

    assert "metrics.\\x1b[2J" in refusal.value.sentence
    assert refusal.value.sentence.isprintable()
