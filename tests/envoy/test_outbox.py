"""Parcels that could not be sent."""

from pathlib import Path

import pytest

from contract.names import Digest
from contract.parts import Parcel
from envoy.errors import DataError
from envoy.outbox import Outbox

URL = "https://centre.example"
LABEL = b'{"task": "diagnosis_count", "num_examples": 40, "base": "' + b"0" * 64 + b'", "round": 3}'
PARCEL = Parcel({"metadata": LABEL, "model": b"model", "scaler": b"scaler", "log": b"{}\n"})


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
