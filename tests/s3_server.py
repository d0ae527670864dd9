"""A real S3 server on loopback, as a process of its own: moto's, which checks who asks and what each may read."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from benchmarks.ports import free_port
from envoy.address import read_address
from envoy.bucket_access import BucketAccess, Credentials
from envoy.bucket_address import BucketAddress
from tests.real_processes import clean_environment

REGION = "us-east-1"
_ADMIN = {"aws_access_key_id": "admin", "aws_secret_access_key": "admins-secret", "region_name": REGION}


@dataclass(frozen=True)
class S3Bucket:
    """A bucket of its own for each test."""

    server: "S3Server"
    name: str
    is_open: bool

    def put(self, key: str, data: bytes) -> None:
        acl = {"ACL": "public-read"} if self.is_open else {}
        self.server.ask("s3").put_object(Bucket=self.name, Key=key, Body=data, **acl)

    def put_folder(self, folder: Path, prefix: str) -> BucketAddress:
        """Put all that lies in a folder below a prefix."""
        for path in sorted(folder.rglob("*.csv*")):
            self.put(f"{prefix}/{path.relative_to(folder).as_posix()}", path.read_bytes())
        return BucketAddress(self.name, prefix)

    def remove(self, key: str) -> None:
        self.server.ask("s3").delete_object(Bucket=self.name, Key=key)


@dataclass(frozen=True)
class S3Server:
    """Where it listens."""

    url: str
    ca_file: Path | None = None

    def ask(self, service: str) -> Any:
        """Give a client of the server's administrator."""
        import boto3  # type: ignore[import-untyped]  # late: most tests need no bucket

        verify = str(self.ca_file) if self.ca_file else None
        return boto3.client(service, endpoint_url=self.url, verify=verify, **_ADMIN)

    def bucket(self, *, is_open: bool = False) -> S3Bucket:
        name = f"tables-{secrets.token_hex(4)}"
        self.ask("s3").create_bucket(Bucket=name, **({"ACL": "public-read"} if is_open else {}))
        return S3Bucket(self, name, is_open)

    def access(self, url: str = "", **other: Any) -> BucketAccess:
        """Give anonymous access, without patience."""
        usual = {"credentials": None, "timeout_seconds": 10.0, "attempts": 0, "region": REGION}
        return BucketAccess(**{"server": read_address(url or self.url), **usual, **other})

    @contextmanager
    def checking(self, *actions: str) -> Iterator[Credentials]:
        """Ask everybody for credentials while the block runs; gives those of a user who may do some things only."""
        iam, user = self.ask("iam"), f"user-{secrets.token_hex(4)}"
        iam.create_user(UserName=user)
        key = iam.create_access_key(UserName=user)["AccessKey"]
        allowed = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        iam.put_user_policy(UserName=user, PolicyName="some", PolicyDocument=policy)
        self.check_after("0")
        try:
            yield Credentials(key["AccessKeyId"], key["SecretAccessKey"])
        finally:
            self.check_after("Infinity")

    def check_after(self, actions: str) -> None:
        """Ask nobody for credentials until so many more requests have come: a number, or Infinity."""
        requests.post(f"{self.url}/moto-api/reset-auth", data=actions, timeout=10).raise_for_status()


def as_environment(credentials: Credentials) -> dict[str, str]:
    return {"AWS_ACCESS_KEY_ID": credentials.key_id, "AWS_SECRET_ACCESS_KEY": credentials.secret}


@contextmanager
def s3_server(certificates: Path | None = None) -> Iterator[S3Server]:
    """Run a server; with a folder of certificates over TLS."""
    port, options = free_port(), [] if certificates is None else _tls(certificates)
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port), *options],
        env=_without_cloud(clean_environment()),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    scheme = "http" if certificates is None else "https"
    server = S3Server(f"{scheme}://127.0.0.1:{port}", None if certificates is None else certificates / "authority.pem")
    try:
        _wait_until_ready(server, process)
        yield server
    finally:
        process.kill()
        process.wait()


def _tls(certificates: Path) -> list[str]:
    return ["-c", str(certificates / "director.pem"), "-k", str(certificates / "director.key")]


def _wait_until_ready(server: S3Server, process: subprocess.Popen[bytes]) -> None:
    end, verify = time.monotonic() + 60, str(server.ca_file) if server.ca_file else True
    while time.monotonic() < end:
        assert process.poll() is None, "the S3 server ended"
        try:
            requests.get(f"{server.url}/moto-api/", timeout=10, verify=verify)
            return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError("the S3 server was not ready after 60 s")


def _without_cloud(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith("AWS_")}


def surroundings() -> dict[str, str]:
    """Give the surroundings without what belongs to some cloud or proxy."""
    proxies = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
    return {name: value for name, value in _without_cloud(os.environ).items() if name.lower() not in proxies}
