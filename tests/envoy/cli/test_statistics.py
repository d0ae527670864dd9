"""``fl-envoy statistics``."""

import json

from tests.envoy.cli.joining import Run, join
from tests.envoy.playing import playing


def test_what_was_shown_is_what_leaves(run: Run) -> None:
    with playing() as director:
        join(run, director.url)
        shown = run("statistics", "--dry-run")
        assert set(json.loads(shown.stdout)) == {"task", "num_examples", "mean", "m2"}
        assert "/statistics/KNH" not in director.paths("POST")
        said = run("statistics")
        assert said.stdout == "Statistics of 24 patients are with the director, version 1.\n"
        assert json.loads(director.only("/statistics/KNH").body) == json.loads(shown.stdout)
