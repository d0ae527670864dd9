"""The rows of Flower's engines in ``make bench``: measured over the real Flower, or said to be left out."""

from pathlib import Path

import pytest

from benchmarks import flower_rounds


def test_where_flower_is_not_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(flower_rounds, "PROGRAM", tmp_path / "none")
    figure = flower_rounds.measure(tmp_path, is_quick=True)
    assert figure.rows == ()
    assert "Not measured" in figure.how


@pytest.mark.slow
@pytest.mark.skipif(not flower_rounds.PROGRAM.exists(), reason="Flower has an environment of its own: make test-flower")
def test_a_quick_run_gives_a_row_for_each_of_its_engines(tmp_path: Path):
    figure = flower_rounds.measure(tmp_path / "flower", is_quick=True)
    assert [row.what for row in figure.rows] == [
        "a round, Flower's simulation engine",
        "a round, Flower between hospitals",
    ]
    assert all(row.measured and row.beside and float(row.ratio) > 0 for row in figure.rows)
