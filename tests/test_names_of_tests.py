"""Every worker collects the same names, whenever it begins."""

import gzip

import pytest


@pytest.mark.parametrize("packed", [gzip.compress(b"with the time of its packing")])
def test_a_tests_name_says_nothing_of_bytes(packed: bytes, request: pytest.FixtureRequest):
    assert request.node.name == "test_a_tests_name_says_nothing_of_bytes[packed]"
    assert gzip.decompress(packed)
