"""What a person writes behind ``--data``: a folder's path, or a bucket's address. Knows no network and no surroundings.

A text is read before a path is made of it: of ``s3://b/p`` a path keeps only one slash.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from envoy.errors import SettingsError
from envoy.said_path import said_path, unquoted

_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]+)://")
_MEANT_FOR_S3 = re.compile(r"\s*s3a?:", re.IGNORECASE)
_ADDRESS = re.compile(r"s3://([^/]*)(?:/(.*))?", re.DOTALL)
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"(?=.{3,63}\Z)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_FOUR_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+){3}")
_MAX_PREFIX_BYTES = 900
"""A key has 1024 bytes at most, and below the prefix lies ``hosp/diagnoses_icd.csv.gz``."""
_RIGHT = "Write it as s3://BUCKET/PREFIX, for example s3://hospital-tables/mimic-iv."


@dataclass(frozen=True)
class BucketAddress:
    """A bucket and the part of it that holds the tables.

    Args:
        bucket: Its name.
        prefix: What their keys begin with, without a slash at either end; empty: nothing.
    """

    bucket: str
    prefix: str = ""

    def key(self, name: str) -> str:
        """Give the key of what lies there by a name such as ``hosp/patients.csv``."""
        return f"{self.prefix}/{name}" if self.prefix else name

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


def read_place(text: str) -> Path | BucketAddress:
    """Read where tables lie: what begins with ``s3:`` is a bucket's address, what has no scheme is a folder.

    Raises:
        SettingsError: The address is malformed, or of another kind of store; or it is no path.
    """
    text = unquoted(text)
    scheme = _SCHEME.match(text)
    if scheme is None and not _MEANT_FOR_S3.match(text):
        return said_path(text)
    found = _ADDRESS.fullmatch(text)
    if found is None:
        if scheme is not None and not _MEANT_FOR_S3.match(text):
            raise SettingsError(
                f"Tables can't be read from {scheme[1]}://: they lie in a folder or in an S3 bucket.", hint=_RIGHT
            )
        raise SettingsError("This is no address of a bucket: it begins with s3://, in small letters.", hint=_RIGHT)
    return BucketAddress(_bucket(found[1]), _prefix(found[2] or ""))


def _bucket(name: str) -> str:
    if "@" in name or ":" in name:  # what stands there may be a key: it is not shown
        raise SettingsError(
            "The address of a bucket holds no user's name, no key and no port.",
            hint="Keys: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment. The server: ENVOY_S3_ENDPOINT.",
        )
    if not name:
        raise SettingsError("The address names no bucket.", hint=_RIGHT)
    if not _BUCKET.fullmatch(name) or _FOUR_NUMBERS.fullmatch(name):
        raise SettingsError(
            f"{name!r} is no name of a bucket: 3 to 63 small letters, digits, dots and hyphens.", hint=_RIGHT
        )
    return name


def _prefix(text: str) -> str:
    prefix = text.removesuffix("/")
    steps = prefix.split("/")
    is_wrong = (
        not prefix.isprintable()
        or any(each in prefix for each in "?#\\")
        or any(step in ("", ".", "..") for step in steps)
        or len(prefix.encode()) > _MAX_PREFIX_BYTES
    )
    if prefix and is_wrong:
        raise SettingsError(
            "The part behind the bucket's name is no prefix of keys: no ?, # or \\, no empty step, no . and no ..",
            hint=_RIGHT,
        )
    return prefix
