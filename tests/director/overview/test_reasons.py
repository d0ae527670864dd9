"""Why something was held back."""

from director.overview.reasons import why_failed


def test_the_first_check_that_failed_says_it():
    checks = [{"passed": True, "sentence": "a"}, {"passed": False, "sentence": "b"}, {"passed": False, "sentence": "c"}]
    assert why_failed(checks) == "b"
    assert why_failed(checks[:1]) is None
