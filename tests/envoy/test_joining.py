"""What joining finds in the home, and leaves there."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.messages.tokens import IssuedToken
from contract.names import EnvoyName
from envoy.errors import RefusedError, SettingsError
from envoy.joining import Joining
from envoy.membership import MembershipFile

URL, OTHER = "https://a.example", "https://b.example"


def token(name: str | None, secret: str) -> IssuedToken:
    return IssuedToken(
        token=secret,
        id="t1",
        role="hospital",
        envoy_name=EnvoyName(name) if name else None,
        expires_at=datetime(2026, 4, 1, tzinfo=UTC),
    )


def join(home: Path, name: str, secret: str, url: str = URL, *, replace: bool = False) -> str | None:
    joining = Joining(home, url, replace=replace)
    return joining.keep(joining.membership_of(token(name, secret), insecure_http=False))


def kept(home: Path) -> str:
    return str(json.loads((home / "token.json").read_text())["token"])


def test_the_same_hospital_joins_again_and_is_told_of_the_token_before(tmp_path: Path) -> None:
    assert join(tmp_path, "KNH", "fld_1") is None
    said = join(tmp_path, "knh", "fld_2", URL)
    assert "takes the place of the one before, which holds until 2026-04-01 00:00 UTC" in (said or "")
    assert kept(tmp_path) == "fld_2"


def test_another_director_takes_no_place_unasked_and_no_code_is_spent(tmp_path: Path) -> None:
    join(tmp_path, "KNH", "fld_1")
    with pytest.raises(SettingsError, match=f"is KNH's at {URL} already") as refused:
        Joining(tmp_path, OTHER, replace=False)
    assert "--replace" in refused.value.hint
    assert "In the place of KNH's at" in (join(tmp_path, "KNH", "fld_2", OTHER, replace=True) or "")
    assert kept(tmp_path) == "fld_2"


def test_another_hospitals_code_is_spent_and_its_token_is_kept_beside_as_a_home_of_its_own(tmp_path: Path) -> None:
    join(tmp_path, "KNH", "fld_1")
    with pytest.raises(SettingsError, match=r"MTRH's, and the home .* is KNH's\. Nothing is lost") as refused:
        join(tmp_path, "MTRH", "fld_2")
    apart = tmp_path / "joined" / "MTRH"
    assert (kept(tmp_path), MembershipFile(apart).read().token) == ("fld_1", "fld_2")
    assert f"ENVOY_HOME={apart}" in refused.value.hint
    join(tmp_path, "MTRH", "fld_3", replace=True)
    assert kept(tmp_path) == "fld_3"


def test_an_address_with_a_slash_at_its_end_is_the_same_director(tmp_path: Path) -> None:
    join(tmp_path, "KNH", "fld_1")
    written = json.loads((tmp_path / "token.json").read_text())
    (tmp_path / "token.json").write_text(json.dumps({**written, "director": f"{URL}/"}))  # as versions before kept it
    assert "takes the place of the one before" in (join(tmp_path, "KNH", "fld_2") or "")


def test_a_token_that_nobody_can_read_keeps_nobody_from_joining(tmp_path: Path) -> None:
    (tmp_path / "token.json").write_text("{")
    assert join(tmp_path, "KNH", "fld_1") is None
    assert kept(tmp_path) == "fld_1"


def test_a_folder_in_the_tokens_place_is_told_before_a_code_is_spent(tmp_path: Path) -> None:
    (tmp_path / "token.json").mkdir()
    with pytest.raises(SettingsError, match=r"token\.json is a folder"):
        Joining(tmp_path, URL, replace=True)


def test_a_code_that_is_no_hospitals_gives_no_membership(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="not a hospital's"):
        Joining(tmp_path, URL, replace=False).membership_of(token(None, "fld_1"), insecure_http=False)
