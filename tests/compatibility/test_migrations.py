"""A migration that went out never moves: folders that it has brought up to date would stand elsewhere than new ones."""

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath

import pytest

from release.locked import ROOT
from tests.compatibility.previous import WHEEL

MIGRATIONS = "director/records/migrations/versions"

WENT_OUT: Mapping[str, str] = {
    "0001_first_schema.py": "97bb7b84c6f232cfb095f95e5ab64aaa6c926641e734e6d9cd71a1a260d02d87",
    "0002_rotation.py": "52ee1917fbc09d6dabaafc8050dff2cb48fe51f0a7fce74749eb6a3060cba19f",
    "0003_quarantine.py": "7c99e354578f2070b5d525f944efc7a826e1fd2a3d30d9ed8ed2d5e38547e94f",
    "0004_files_and_readers.py": "e204533612d5b972be6b04bd6395c1f57582ec4a6d253b9be4b2f800032d204a",
    "0005_what_moves.py": "4ff2e7afe73a83fea826ed524f76ce9d7db9a9fe1ce9197af93261c8602ef9b6",
    "0006_runs.py": "29549ff8c24dd0a7a005513a57e1ada16260d5120c4c638dbbf1ec34afd516b1",
    "0007_aliases.py": "2549322bf9fa8b65dc718adaa2991e6f9832720ab22e8da1c20b82e683fe473e",
    "0008_people.py": "b7a1eda2fb023aaeea4cb6aa0cde065ae5c72f24a1c356651116ee658d1ab99c",
    "0009_proposals.py": "e5639c0f5eb8f3a36a1bad97507a7f9b4a8a8f15856dc38296e260bd9bc0ef06",
    "0010_reading.py": "4a1d745a285613568926755dd5bd8430c1b09621a682c6339eafc2a74fda3b89",
    "0011_tasks.py": "c595f71071cc8b0cbf3d8175a1afbba4105bb5f7a68cea6b4010cc8d19d8ebdc",
}
"""File → SHA-256 of what went out. A release adds its new ones; a mistake in one is mended by a further migration."""


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("name", WENT_OUT)
def test_a_migration_that_went_out_is_as_it_was(name: str):
    assert digest((ROOT / MIGRATIONS / name).read_bytes()) == WENT_OUT[name], "append a migration; this one stays"


def test_every_migration_of_the_release_before_is_held():
    with zipfile.ZipFile(WHEEL) as wheel:
        there = {
            PurePosixPath(name).name: digest(wheel.read(name))
            for name in wheel.namelist()
            if name.startswith(f"{MIGRATIONS}/0")
        }
    assert there.items() <= WENT_OUT.items()


def test_further_ones_come_behind_those_that_went_out():
    added = {path.name for path in (ROOT / MIGRATIONS).glob("0*.py")} - set(WENT_OUT)
    assert all(name > max(WENT_OUT) for name in added)
