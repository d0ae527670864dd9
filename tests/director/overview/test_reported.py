"""What an upload said of itself."""

from director.overview.reported import known_metrics


def test_metrics_that_are_not_known_are_left_out():
    assert known_metrics({"metrics": {"accuracy": 0.5, "shoe_size": 44}}) == {"accuracy": 0.5}
    assert known_metrics({}) == {}
