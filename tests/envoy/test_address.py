"""Where the hospital's token may travel."""

import pytest

from envoy.address import read_address, require_private
from envoy.errors import PolicyError, SettingsError


def test_an_address_where_others_read_along_is_refused_with_the_way_to_say_so() -> None:
    require_private(read_address("https://director.example.org/"))
    with pytest.raises(PolicyError, match="not encrypted") as refused:
        require_private(read_address("http://director.example.org"))
    assert "--insecure-http" in refused.value.hint


def test_what_is_no_address_is_one_of_the_settings() -> None:
    assert read_address("https://director.example.org/").url == "https://director.example.org"
    with pytest.raises(SettingsError, match=r"'https://…@director\.example' is no address"):
        read_address("https://user@director.example")
