"""Parcels that could not be sent."""

from pathlib import Path

import pytest

from contract.names import Digest
from contract.parts import Parcel
from envoy.errors import DataError, RefusedError
from envoy.outbox import Outbox, is_settled
from tests.envoy.test_room import files_of_at_most

URL = "https://centre.example"
LABEL = b'{"task": "diagnosis_count", "num_examples": 40, "base": "' + b"0" * 64 + b'", "round": 3}'
PARCEL = Parcel({"metadata": LABEL, "model": b"model", "scaler": b"scaler", "log": b"{}\n"})


def own(day: int, model: bytes = b"model") -> Parcel:
    """Give a model that is for no round, trained on a day of January."""
    label = LABEL.replace(b', "round": 3', b', "trained_at": "2026-01-0%dT00:00:00Z"' % day)
    return Parcel({**PARCEL.parts, "metadata": label, "model": model})


def test_what_is_kept_is_what_is_read_until_it_is_taken_out(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, URL)
    assert outbox.rounds() == []
    for number in (12, 3):
        outbox.keep(number, PARCEL)
    assert (Outbox(tmp_path, URL).rounds(), outbox.read(3)) == ([3, 12], PARCEL)
    outbox.take_out(3)
    outbox.take_out(3)
    assert outbox.rounds() == [12]


def test_one_that_a_power_cut_left_half_written_is_none(tmp_path: Path) -> None:
    half = tmp_path / "outbox" / Digest.of(URL.encode())[:16] / "arriving"
    half.mkdir(parents=True)
    (half / "scaler.pkl").write_bytes(b"half")
    (half / "gone.txt").touch()
    outbox = Outbox(tmp_path, URL)
    assert outbox.rounds() == []
    place = outbox.keep(3, PARCEL)
    assert sorted(each.name for each in place.iterdir()) == ["metadata.json", "model.pt", "scaler.pkl", "training.log"]


def test_one_that_lacks_a_part_says_so(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, URL)
    (outbox.keep(3, PARCEL) / "model.pt").unlink()
    with pytest.raises(DataError, match=r"lacks model\.pt"):
        outbox.read(3)


def test_what_is_kept_for_one_director_is_not_for_another(tmp_path: Path) -> None:
    Outbox(tmp_path, URL).keep(3, PARCEL)
    assert Outbox(tmp_path, "https://other.example").rounds() == []
    assert Outbox(tmp_path, URL).rounds() == [3]


def test_models_for_no_round_wait_behind_those_that_are_oldest_first(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, URL)
    newer, older = outbox.keep_own(own(2, b"newer")), outbox.keep_own(own(1))
    outbox.keep(3, PARCEL)
    assert outbox.waiting() == [3, older, newer]
    assert outbox.read(newer) == own(2, b"newer")
    label = outbox.label(older)
    assert label is not None
    assert label.trained_at is not None
    assert outbox.key_of(outbox.place(newer) / ".." / newer) == newer
    assert outbox.key_of(tmp_path) is None
    outbox.take_out(older)
    assert outbox.waiting() == [3, newer]


def test_the_same_model_trained_again_waits_once(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, URL)
    first = outbox.keep_own(own(1))
    assert (outbox.keep_own(own(2)), outbox.waiting()) == (first, [first])


def test_one_that_can_not_be_kept_says_where_and_what_to_do(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, URL)
    with files_of_at_most(4), pytest.raises(DataError, match=r"can't be kept in .*: .*; nothing was sent") as failed:
        outbox.keep_own(own(1))
    assert str(tmp_path / "outbox") in failed.value.sentence
    assert "--offline FOLDER" in failed.value.hint
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [], "half a parcel takes no room"


def test_what_waits_for_another_director_is_not_forgotten(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, URL)
    place = outbox.keep(3, PARCEL)
    assert (outbox.for_others(), Outbox(tmp_path, "https://other.example").for_others()) == ([], [place])


def test_the_label_of_a_damaged_one_is_none(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, URL)
    (outbox.keep(3, PARCEL) / "model.pt").write_bytes(b"")
    assert outbox.label(3) is None


@pytest.mark.parametrize(
    ("code", "status", "settled"),
    [
        ("artifact_invalid", 422, True),
        ("round_closed", 409, True),
        ("unknown_task", 404, True),
        ("unauthenticated", 401, False),
        ("forbidden", 403, False),
        ("internal_error", 500, False),
        ("unknown", 413, False),
        ("redirected", 301, False),
    ],
)
def test_only_the_directors_word_on_the_parcel_settles_it(code: str, status: int, settled: bool) -> None:
    assert is_settled(RefusedError("No.", director_code=code, status=status)) == settled
