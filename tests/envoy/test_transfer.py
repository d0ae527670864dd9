"""Large files over links that break: nothing that arrived travels twice, and no link is tried for ever."""

import random
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest

from contract.link_words import Wait
from contract.names import Digest, EnvoyName
from contract.parts import Parcel
from envoy.director_link import DirectorLink
from envoy.errors import BrokenLinkError, NetworkError, RefusedError
from envoy.transfer import WHOLE_BYTES, Pace, Perseverance, fetch_file, send_part
from tests.envoy.parts_director import PartsDirector, serving

KNH = EnvoyName("KNH")
DATA = random.Random(1).randbytes(200_000)
DIGEST = Digest.of(DATA)
PART = f"/upload/KNH/parts/{DIGEST}"


# --- how large a piece, how long to go on -----------------------------------------------------------------------------


def test_a_piece_follows_the_link_and_shrinks_where_it_breaks() -> None:
    pace = Pace()
    first = pace.piece_bytes
    pace.went_through(first, 0.001)
    assert pace.piece_bytes == 2 * first  # no more at once
    for _ in range(20):
        pace.went_through(pace.piece_bytes, 0.001)
    assert pace.piece_bytes == 2**20
    pace.broke()
    assert pace.piece_bytes == 2**19
    pace.went_through(pace.piece_bytes, 2**19 / 20_000)
    assert pace.piece_bytes == 20_000
    for _ in range(20):
        pace.broke()
    least = pace.piece_bytes
    pace.went_through(least, 3600)
    assert pace.piece_bytes == least == 8192


def test_after_progress_it_goes_on_at_once_and_without_it_not_for_ever() -> None:
    pauses: list[float] = []
    perseverance, error = Perseverance(2, pauses.append), BrokenLinkError("No.")
    for _ in range(20):
        perseverance.broke(error, has_come_further=True)
    assert pauses == []
    for further in (False, True, False, False):
        perseverance.broke(error, has_come_further=further)
    assert pauses == [0.3, 0.3, 0.6]
    with pytest.raises(BrokenLinkError):
        perseverance.broke(error, has_come_further=False)


# --- sending ----------------------------------------------------------------------------------------------------------


def test_a_part_that_breaks_goes_on_where_it_broke() -> None:
    with serving(PartsDirector(breaks=[10, 0, 5000, 999, 0, 0, 7])) as director:
        send_part(director.client(), PART, DATA)
    assert director.parts[DIGEST] == DATA
    assert director.body_bytes == len(DATA)  # no byte twice
    assert director.asked.count("GET") == 8  # one to begin with, one after each break


def test_what_the_director_has_already_is_not_sent() -> None:
    with serving(PartsDirector(parts={DIGEST: bytearray(DATA[:150_000])})) as director:
        send_part(director.client(), PART, DATA)
        assert director.body_bytes == 50_000
        send_part(director.client(), PART, DATA)
        assert director.body_bytes == 50_000
    assert director.asked[:2] == ["GET", "PATCH bytes 150000-166383/200000"]


def test_a_part_that_was_damaged_there_is_sent_again() -> None:
    with serving(PartsDirector(parts={DIGEST: bytearray(150_000)})) as director:
        send_part(director.client(), PART, DATA)
    assert director.parts[DIGEST] == DATA


def test_a_link_over_which_nothing_arrives_is_given_up() -> None:
    with serving(PartsDirector(breaks=[0] * 50)) as director, pytest.raises(NetworkError, match="does not answer"):
        send_part(director.client(attempts=2), PART, DATA)
    assert sum(each.startswith("PATCH") for each in director.asked) == 3


def parcel_of(*, names_its_parts: bool = True) -> Parcel:
    label = f'{{"task": "diagnosis_count", "num_examples": 40, "base": "{"0" * 64}"'
    label += f', "model_sha256": "{DIGEST}"}}' if names_its_parts else "}"
    return Parcel({"metadata": label.encode(), "model": DATA, "scaler": b"scaler"})


def test_an_upload_sends_its_large_part_before_and_the_rest_in_one_form() -> None:
    with serving(PartsDirector(breaks=[10])) as director:
        assert director.client().upload(KNH, parcel_of()).verdict == "admitted"
    (form,) = director.forms
    assert director.parts[DIGEST] == DATA
    assert b'name="scaler"' in form
    assert b'name="model"' not in form
    assert len(form) < 2000


def test_a_director_of_before_gets_one_form() -> None:
    with serving(PartsDirector(knows_parts=False)) as director:
        director.client().upload(KNH, parcel_of())
    assert director.asked == ["GET", "POST"]
    assert DATA in director.forms[0]


def test_a_small_upload_and_one_that_names_nothing_are_one_request() -> None:
    small = Parcel({**parcel_of(names_its_parts=False).parts, "model": DATA[:WHOLE_BYTES]})
    with serving(PartsDirector()) as director:
        for parcel in (small, parcel_of(names_its_parts=False), Parcel({**small.parts, "metadata": b"{"})):
            director.client().upload(KNH, parcel)
    assert director.asked == ["POST"] * 3


# --- fetching ---------------------------------------------------------------------------------------------------------


def test_a_file_that_breaks_is_fetched_on_from_there(tmp_path: Path) -> None:
    breaks = [100_000, 0, 70_000, 1]
    with serving(PartsDirector({DIGEST: DATA}, breaks)) as director:
        found = fetch_file(director.client(keep=tmp_path), f"/blobs/{DIGEST}", DIGEST, 10**6)
    assert found == DATA
    assert director.body_bytes <= len(DATA) + 2 * 1024
    assert list(tmp_path.iterdir()) == []


def test_another_process_goes_on_with_what_the_one_before_it_left(tmp_path: Path) -> None:
    path = f"/blobs/{DIGEST}"
    with serving(PartsDirector({DIGEST: DATA}, [100_000, 0])) as director:
        with pytest.raises(NetworkError, match="does not answer"):
            fetch_file(director.client(attempts=0, keep=tmp_path), path, DIGEST, 10**6)
        (half,) = tmp_path.iterdir()
        assert 99_000 < half.stat().st_size <= 100_000
        assert half.stat().st_mode & 0o777 == 0o600
        director.breaks.clear()
        assert fetch_file(director.client(keep=tmp_path), path, DIGEST, 10**6) == DATA
    assert director.asked[-1].startswith("GET bytes=9")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("left", [b"x" * 5000, b"x" * len(DATA), b"x" * 2 * len(DATA)])
def test_what_was_left_damaged_is_forgotten(tmp_path: Path, left: bytes) -> None:
    (tmp_path / f"{DIGEST}.half").write_bytes(left)
    with serving(PartsDirector({DIGEST: DATA})) as director:
        client = director.client(keep=tmp_path)
        with pytest.raises(NetworkError, match="damaged on the way"):
            fetch_file(client, f"/blobs/{DIGEST}", DIGEST, 10**6)
        assert fetch_file(client, f"/blobs/{DIGEST}", DIGEST, 10**6) == DATA


def test_what_was_left_is_not_asked_for_where_it_is_whole_or_too_much(tmp_path: Path) -> None:
    (tmp_path / f"{DIGEST}.half").write_bytes(DATA)
    with serving(PartsDirector({DIGEST: DATA})) as director:
        assert fetch_file(director.client(keep=tmp_path), f"/blobs/{DIGEST}", DIGEST, 10**6) == DATA
        assert director.asked == []
        (tmp_path / f"{DIGEST}.half").write_bytes(b"x" * 300_000)
        assert fetch_file(director.client(keep=tmp_path), f"/blobs/{DIGEST}", DIGEST, len(DATA)) == DATA


def test_a_director_without_ranges_gives_it_from_the_start() -> None:
    with serving(PartsDirector({DIGEST: DATA}, [100_000], knows_ranges=False)) as director:
        assert fetch_file(director.client(), f"/blobs/{DIGEST}", DIGEST, 10**6) == DATA
    assert [each[:11] for each in director.asked] == ["GET", "GET bytes=9"]


def test_a_file_that_is_not_what_was_asked_for_or_too_large_is_not_taken() -> None:
    other = Digest.of(b"another")
    with serving(PartsDirector({other: DATA})) as director:
        with pytest.raises(NetworkError, match="damaged on the way"):
            fetch_file(director.client(), f"/blobs/{other}", other, 10**6)
        with pytest.raises(NetworkError, match="it has more than 1,000 bytes"):
            fetch_file(director.client(), f"/blobs/{other}", other, 1000)
    assert len(director.asked) == 2


def test_a_refusal_is_one() -> None:
    with serving(PartsDirector()) as director, pytest.raises(RefusedError):
        fetch_file(director.client(), "/global_models/9/model.pt", DIGEST, 1000)


def test_a_director_that_never_gets_further_is_left():
    class Forgetful:
        attempts = 2
        asked = 0
        told: ClassVar[list[Wait]] = []

        def on_wait(self, wait: Wait) -> None:
            self.told.append(wait)

        def read(self, method: str, path: str, form: Any, **more: Any) -> Any:
            self.asked += 1
            return form(received=0)

    link = Forgetful()
    with pytest.raises(NetworkError, match="still has 0 bytes"):
        send_part(cast(DirectorLink, link), "/parts", b"x" * 100_000)
    assert link.asked < 10
    assert [(each.attempt, each.attempts) for each in link.told] == [(1, 2), (2, 2)]
