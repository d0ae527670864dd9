"""The lock on an open file: one holder at a time, and it ends with the holder."""

from pathlib import Path

from contract.file_lock import locks


def test_one_holds_it_at_a_time_and_it_ends_with_the_holder(tmp_path: Path):
    path = tmp_path / "lock"
    with path.open("ab") as first, path.open("ab") as second:
        assert locks(first)
        assert not locks(second)
        first.close()
        assert locks(second)
