"""What hostile hospitals send is what the papers say."""

import numpy as np
import pytest

from simulation.attacks import alie, inner_product, min_max


def test_forged_changes_are_what_the_papers_say():
    draw = np.random.default_rng(0)
    own, honest = draw.normal(1, 1, (4, 62)), draw.normal(1, 1, (7, 62))
    hidden = min_max(own, honest, draw)
    widest = max(np.linalg.norm(a - b) for a in honest for b in honest)
    assert max(np.linalg.norm(each - hidden[0]) for each in honest) == pytest.approx(widest, rel=1e-3)
    assert (hidden.mean(axis=0) < honest.mean(axis=0)).all()
    little = (honest.mean(axis=0) - alie(own, honest, draw)[0]) / honest.std(axis=0)
    assert little == pytest.approx(0.566, abs=1e-3)  # z of 5 in 7: two honest ones must be further out
    against = inner_product(own, honest, draw)
    assert against @ honest.mean(axis=0) == pytest.approx(-0.5 * np.square(honest.mean(axis=0)).sum())
