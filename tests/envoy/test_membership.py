"""What joining left at the hospital, and how its token is renewed."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.names import EnvoyName
from envoy.errors import SettingsError
from envoy.membership import Membership, MembershipFile

MEMBERSHIP = Membership(
    director="https://director.example",
    envoy_name=EnvoyName("KNH"),
    token="fld_old",
    expires_at=datetime(2026, 1, 1, tzinfo=UTC),
)


def issued(**changes: object) -> str:
    token = {"token": "fld_new", "id": "t2", "role": "hospital", "envoy_name": "KNH"}
    return json.dumps({**token, "expires_at": "2026-04-01T00:00:00Z", **changes})


def test_a_renewed_membership_is_the_same_but_for_its_token():
    renewed = MEMBERSHIP.renewed(issued().encode())
    assert renewed == MEMBERSHIP.model_copy(update={"token": "fld_new", "expires_at": datetime(2026, 4, 1, tzinfo=UTC)})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize(("before", "behind"), [("", ""), ("\r\n  ", "\r\n\r\n")])
def test_what_powershell_and_editors_make_of_it_is_the_same(encoding: str, before: str, behind: str):
    given = f"{before}{issued()}{behind}".encode(encoding)
    assert MEMBERSHIP.renewed(given).token == "fld_new"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (b"", "empty, not an issued token"),
        (b" \r\n", "empty, not an issued token"),
        (b"fld_x9-hush", "one word, perhaps the token alone"),
        (b'{"token": "fld_hush"}', "JSON of something else"),
        (b"new token: fld_hush", "other text"),
        (issued().encode("utf-16-le")[1:], "is not text|other text"),
        (b"\xff\xfe{\x00\xd8", "a.txt is not text in UTF-16"),
        (issued(envoy_name="MTRH").encode(), "not KNH's"),
        (issued(role="admin", envoy_name=None).encode(), "not KNH's"),
    ],
)
def test_what_is_not_this_hospitals_token_is_refused_and_not_shown(given: bytes, sentence: str):
    with pytest.raises(SettingsError, match=sentence) as refused:
        MEMBERSHIP.renewed(given, "a.txt")
    assert "hush" not in f"{refused.value.sentence} {refused.value.hint}"


def test_a_token_file_that_an_editor_saved_again_is_read(tmp_path: Path):
    file = MembershipFile(tmp_path)
    file.write(MEMBERSHIP)
    for encoding in ("utf-8-sig", "utf-16"):
        file.path.write_bytes(MEMBERSHIP.model_dump_json().encode(encoding))
        assert file.read() == MEMBERSHIP
