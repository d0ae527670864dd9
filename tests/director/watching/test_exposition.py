"""What is given is what Prometheus reads: held against its own library's reader."""

from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_open
from prometheus_client.parser import text_string_to_metric_families as read_plain

from director.watching.exposition import exposed
from director.watching.figures import BOUNDS, FIGURES, PREFIX, Sample, Times

SAMPLES = (
    Sample("tokens", 3, ("admin",)),
    Sample("denied_total", 1400, ("token", "41")),
    Sample("request_seconds", Times((2, 1, *[0] * (len(BOUNDS) - 2), 4), 12.5), ("GET", "/tasks/{task}", "41")),
    Sample("build_info", 1, ('0.1"\n', "3.11", "0011")),
)
OPEN = "application/openmetrics-text; version=1.0.0"


def values(text: str, reader) -> dict:
    return {
        (each.name, *(each.labels[label] for label in sorted(each.labels))): each.value
        for family in reader(text)
        for each in family.samples
    }


def test_both_forms_hold_the_same_values():
    plain, plain_type = exposed(SAMPLES, "")
    opened, open_type = exposed(SAMPLES, OPEN)
    assert (plain_type.split(";")[0], open_type.split(";")[0]) == ("text/plain", "application/openmetrics-text")
    assert values(plain.decode(), read_plain) == values(opened.decode(), read_open)
    assert opened.endswith(b"# EOF\n")


def test_a_histogram_counts_up_to_all_and_a_label_is_escaped():
    found = values(exposed(SAMPLES, "")[0].decode(), read_plain)
    name = "fl_director_request_seconds"
    of = ("GET", "/tasks/{task}", "41")  # labels in the order of their names
    assert [found[f"{name}_bucket", each, *of] for each in ("0.001", "0.0025", "60.0", "+Inf")] == [2, 3, 3, 7]
    assert (found[f"{name}_count", *of], found[f"{name}_sum", *of]) == (7, 12.5)
    assert found["fl_director_build_info", "3.11", "0011", '0.1"\n'] == 1


def test_a_figure_without_a_value_is_told_of_all_the_same():
    text = exposed((), "")[0].decode()
    for figure in FIGURES:
        assert f"# HELP {PREFIX}{figure.name} " in text
