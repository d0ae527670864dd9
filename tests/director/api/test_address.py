"""Whence a request came."""

import pytest
from starlette.requests import Request

from director.api.address import address_of


@pytest.mark.parametrize(
    ("client", "address"), [(("198.51.100.7", 4000), "198.51.100.7"), (None, ""), (("", None), "")]
)
def test_the_address_is_the_connections_own_or_nothing(client: object, address: str) -> None:
    assert address_of(Request({"type": "http", "client": client})) == address
