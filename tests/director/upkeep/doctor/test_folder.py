"""Rights and owners of the data folder, and of a private key."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from director.upkeep.doctor.folder import Entry, account_name, entries, folder_findings, key_findings

FOLDER = Entry(Path("/srv/fl"), 0o40700, 4_000_001)
DATABASE = Entry(Path("/srv/fl/director.db"), 0o100600, 4_000_001)
BLOBS = Entry(Path("/srv/fl/blobs"), 0o40700, 4_000_001)


def test_where_all_belongs_to_one_account_nothing_is_wrong() -> None:
    found = list(folder_findings(FOLDER, [DATABASE], [BLOBS], 4_000_001))
    assert [(each.state, each.about) for each in found] == [("ok", "data folder"), ("ok", "database file")]


def test_rights_of_others_are_bad_on_the_folder_and_on_the_database() -> None:
    found = list(folder_findings(replace(FOLDER, mode=0o40755), [replace(DATABASE, mode=0o100644)], [], 4_000_001))
    assert [(each.state, each.hint) for each in found] == [
        ("bad", "chmod 700 /srv/fl"),
        ("bad", "chmod 600 /srv/fl/director.db"),
    ]


@pytest.mark.parametrize("other", [replace(DATABASE, owner=0), replace(BLOBS, owner=0)])
def test_what_another_account_made_the_director_can_not_write(other: Entry) -> None:
    given = {DATABASE.path: DATABASE, BLOBS.path: BLOBS, other.path: other}
    owner = list(folder_findings(FOLDER, [given[DATABASE.path]], [given[BLOBS.path]], 4_000_001))[-1]
    assert (owner.state, owner.about) == ("bad", "owner")
    assert f"and in it {other.path.name} ({account_name(0)}) to another account" in owner.sentence
    assert owner.hint.endswith("chown -R 4000001 /srv/fl")


def test_whoever_looks_from_another_account_is_told_whose_it_is() -> None:
    account = list(folder_findings(FOLDER, [], [], 0))[-1]
    assert (account.state, account.about, "sudo -u 4000001" in account.hint) == ("warn", "account", True)


def test_what_is_there_is_looked_at_and_the_rest_left_out(tmp_path: Path) -> None:
    file = tmp_path / "director.db"
    file.touch(mode=0o640)
    file.chmod(0o640)
    (found,) = entries([file, tmp_path / "director.db-wal"])
    assert (found.path, found.mode & 0o777, found.owner) == (file, 0o640, os.geteuid())


@pytest.mark.parametrize(
    ("mode", "state", "says"),
    [
        (0o100600, "ok", "alone"),
        (0o100640, "ok", "its owner and its group (mode 0640)"),
        (0o100660, "bad", "its group can change"),
        (0o100644, "bad", "everybody on this machine can read"),
        (0o100601, "bad", "everybody"),
    ],
)
def test_a_private_key_is_nobodys_who_is_not_named(mode: int, state: str, says: str) -> None:
    (found,) = key_findings("key", Entry(Path("/etc/key.pem"), mode, 0))
    assert (found.state, says in found.sentence) == (state, True), found
