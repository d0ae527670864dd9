"""Requests are counted by what there is a bounded number of, and at next to no cost."""

import time

from director.watching.figures import BOUNDS, Times
from director.watching.traffic import Traffic


def found(traffic: Traffic) -> dict:
    return {(each.figure, *each.labels): each.value for each in traffic.samples()}


def test_requests_are_counted_by_method_route_and_status():
    traffic = Traffic()
    for status, seconds in ((200, 0.0005), (200, 0.001), (404, 0.02), (0, 100.0)):
        traffic.count("GET", "/tasks/{task}", status, seconds)
    traffic.count("HEAD", "/", 200, 0.002)
    of = ("GET", "/tasks/{task}")
    counts = [2, 0, 0, 0, 1, *[0] * (len(BOUNDS) - 5), 1]
    assert found(traffic) == {
        ("requests_total", *of, "200"): 2,
        ("requests_total", *of, "404"): 1,
        ("requests_total", *of, "none"): 1,
        ("request_seconds", *of): Times(tuple(counts), 100.0215),
        ("requests_total", "HEAD", "/", "200"): 1,
        ("request_seconds", "HEAD", "/"): Times((0, 1, *[0] * (len(BOUNDS) - 1)), 0.002),
    }


def test_invented_methods_are_one():
    traffic = Traffic()
    for number in range(1000):
        traffic.count(f"M{number}", "unmatched", 405, 0.001)
    assert found(traffic)["requests_total", "other", "unmatched", "405"] == 1000
    assert len(found(traffic)) == 2


def test_to_count_one_costs_microseconds():
    traffic, began = Traffic(), time.process_time()
    for _ in range(20_000):
        traffic.count("POST", "/infer", 200, 0.0001)
    assert (time.process_time() - began) / 20_000 < 20e-6
