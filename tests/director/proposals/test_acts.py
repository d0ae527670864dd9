"""What is asked is written down and read back, and is known by what it is done to."""

import pytest

from contract.names import EnvoyName, TaskName
from director.proposals.acts import Asked, Disabling, ModelRelease, Publication, ReportRelease, read, written

TASK, KNH = TaskName("diagnosis_count"), EnvoyName("KNH")


@pytest.mark.parametrize(
    ("asked", "act", "subject"),
    [
        (Publication(TASK, 3), "publish", "diagnosis_count 3"),
        (ModelRelease("0123456789abcdef"), "release", "0123456789abcdef"),
        (ReportRelease(KNH, TASK, 2), "release", "KNH diagnosis_count 2"),
        (Disabling(KNH), "disable", "KNH"),
    ],
)
def test_what_is_asked_comes_back_as_it_was_written(asked: Asked, act: str, subject: str) -> None:
    assert (asked.act, asked.subject) == (act, subject)
    found = read(asked.act, written(asked))
    assert found == asked
    assert all(type(value) in (int, str) for value in written(asked).values())
