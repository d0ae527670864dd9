"""Which server a bucket lies on, and where its credentials come from."""

import pytest

from envoy.bucket_access import Credentials, credentials_in, read_endpoint
from envoy.errors import PolicyError, SettingsError


def test_without_an_endpoint_it_is_amazons_in_the_region() -> None:
    found = read_endpoint(None, "eu-central-1", insecure_http=False)
    assert (found.url, found.is_encrypted) == ("https://s3.eu-central-1.amazonaws.com", True)


@pytest.mark.parametrize("url", ["https://minio.hospital.example:9000", "http://127.0.0.1:9000", "http://[::1]:9000"])
def test_what_is_encrypted_or_on_this_machine_needs_no_permission(url: str) -> None:
    assert read_endpoint(url, "us-east-1", insecure_http=False).url == url


def test_patients_travel_unencrypted_from_another_machine_only_if_the_hospital_says_so() -> None:
    with pytest.raises(PolicyError, match="reads the patients' tables") as refused:
        read_endpoint("http://minio.hospital.example:9000", "us-east-1", insecure_http=False)
    assert "ENVOY_S3_INSECURE_HTTP" in refused.value.hint
    assert read_endpoint("http://minio.hospital.example:9000", "us-east-1", insecure_http=True).host


@pytest.mark.parametrize(
    "url",
    [
        "minio:9000", "https://key:hush@minio", "ftp://minio", "https://minio/?x=hush", "", "https://minio|hush",
        "https://mini%20o", "https://minio\x1b", "https://ä.example", "https://[::::]:9000", "https://minio/ä",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(SettingsError, match="ENVOY_S3_ENDPOINT is no address") as refused:
        read_endpoint(url, "us-east-1", insecure_http=True)
    assert "hush" not in str(refused.value) + refused.value.hint


def test_credentials_are_three_variables() -> None:
    assert credentials_in({}) is None
    assert credentials_in({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_PROFILE": "me"}) is None
    both = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "hush"}
    assert credentials_in(both) == Credentials("AKIA", "hush", None)
    assert credentials_in({**both, "AWS_SESSION_TOKEN": "now"}) == Credentials("AKIA", "hush", "now")


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_half_of_them_is_an_error_that_shows_neither(name: str) -> None:
    with pytest.raises(SettingsError, match="only one is set") as refused:
        credentials_in({name: "hush"})
    assert "hush" not in str(refused.value) + refused.value.hint


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"])
@pytest.mark.parametrize("wrong", ["hush\r", "hush\n", " hush", "hü-sh", "hush\udc80", "hush\0"])
def test_what_no_key_holds_is_an_error_that_shows_none(name: str, wrong: str) -> None:
    good = {"AWS_ACCESS_KEY_ID": "hush", "AWS_SECRET_ACCESS_KEY": "hush/+=", "AWS_SESSION_TOKEN": "hush"}
    assert credentials_in(good) == Credentials("hush", "hush/+=", "hush")
    with pytest.raises(SettingsError, match="a character that no key has") as refused:
        credentials_in({**good, name: wrong})
    assert "hush" not in str(refused.value) + refused.value.hint


def test_credentials_show_nothing_of_themselves() -> None:
    assert "hush" not in repr(Credentials("hush", "hush", "hush"))
