"""Joining, and a token that takes the place of another."""

import json
import stat
from pathlib import Path
from typing import Any

from tests.envoy.answering import answering
from tests.envoy.cli.joining import ISSUED, Run, join


def test_a_token_is_kept_for_its_owner_and_renewed_once_the_director_knows_it(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "home" / "token.json"
    described: dict[str, Any] = {"envoy_name": "KNH", "state": "active", "last_seen_at": None, "current": []}
    renewed = json.dumps({**ISSUED, "token": "fld_renewed"})
    with answering((201, ISSUED), (401, {"code": "unauthenticated", "detail": "No."}), (200, described)) as director:
        joined = join(run, director.url)
        assert (joined.exit_code, "A member as KNH until 2026-04-01." in joined.stdout) == (0, True)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert run("renew", given=renewed).exit_code == 4
        assert json.loads(file.read_text())["token"] == "fld_new"
        assert run("renew", "--json", given=renewed).exit_code == 0
    assert json.loads(file.read_text())["token"] == "fld_renewed"
    assert [each.headers.get("Authorization") for each in director.asked] == [None, *["Bearer fld_renewed"] * 2]


def test_a_code_that_is_no_hospitals_joins_nobody(run: Run, tmp_path: Path) -> None:
    with answering((201, {**ISSUED, "role": "admin", "envoy_name": None})) as director:
        assert join(run, director.url).exit_code == 4
    assert not (tmp_path / "home").exists()
