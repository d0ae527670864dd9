"""How a bucket's server is reached, and as whom. Credentials come from the environment alone; knows no network."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from contract.director_address import DirectorAddress
from contract.link_words import Wait
from envoy.address import read_address
from envoy.errors import PolicyError, SettingsError

# What is none of these, obstore does not refuse but breaks on.
_KEY = re.compile(r"[!-~]+")
_ENDPOINT = re.compile(r"https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?(?:/[A-Za-z0-9._~-]+)*")
SET_KEYS = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN if there is one"


@dataclass(frozen=True)
class Credentials:
    """What a bucket's server knows this hospital by; never shown.

    Args:
        key_id: Of the access key.
        secret: Its secret half.
        session: The token beside it, where it is a temporary one.
    """

    key_id: str = field(repr=False)
    secret: str = field(repr=False)
    session: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class BucketAccess:
    """How a bucket is reached.

    Args:
        server: The S3 server.
        region: Its region.
        credentials: None: anonymous.
        timeout_seconds: How long to wait for a connection, and for each sign of life after it.
        attempts: How often in a row to try again.
        ca_file: Certificates to trust beside those of public authorities.
        on_wait: Told each pause before something is asked again.
    """

    server: DirectorAddress
    region: str
    credentials: Credentials | None
    timeout_seconds: float
    attempts: int
    ca_file: Path | None = None
    on_wait: Callable[[Wait], object] = field(default=lambda wait: None, repr=False, compare=False)


def credentials_in(environment: Mapping[str, str]) -> Credentials | None:
    """Read the credentials of the surroundings; None where there are none.

    Raises:
        SettingsError: There is only half of them, or one holds what no key has.
    """
    key_id, secret = environment.get("AWS_ACCESS_KEY_ID", ""), environment.get("AWS_SECRET_ACCESS_KEY", "")
    if not key_id and not secret:
        return None
    if not key_id or not secret:
        raise SettingsError("Of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY only one is set.", hint=f"{SET_KEYS}.")
    session = environment.get("AWS_SESSION_TOKEN") or None
    if not all(_KEY.fullmatch(each) for each in (key_id, secret, session) if each is not None):
        raise SettingsError(
            "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_SESSION_TOKEN holds a character that no key has.",
            hint="Look for spaces, line ends and quotes that were copied with it.",
        )
    return Credentials(key_id, secret, session)


def read_endpoint(url: str | None, region: str, *, insecure_http: bool) -> DirectorAddress:
    """Read the address of an S3 server; None is Amazon's in a region.

    Raises:
        SettingsError: It is none.
        PolicyError: Patients' rows would travel there where others read along.
    """
    try:
        address = read_address(f"https://s3.{region}.amazonaws.com" if url is None else url)
        is_one = _ENDPOINT.fullmatch(address.url) and (":" not in address.host or ip_address(address.host))
    except (SettingsError, ValueError):  # whose sentences show the text, in which somebody may have put a key
        is_one = None
    if not is_one:
        raise SettingsError(
            "ENVOY_S3_ENDPOINT is no address of an S3 server.",
            hint="Write it as https://minio.hospital.example:9000, without a user's name, ? or #.",
        )
    if not address.is_private and not insecure_http:
        raise PolicyError(
            f"{address.url} is not encrypted: whoever is on the way reads the patients' tables.",
            hint="Use https://. On a network that only you can reach: ENVOY_S3_INSECURE_HTTP=1.",
        )
    return address
