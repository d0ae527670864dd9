"""What every list has in common, and that each list has it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from contract.names import Digest
from director.cli import listing, main
from director.cli.listing import whole_id
from director.clock import utc_now
from director.errors import UsageError
from director.records.schema import TokenRow
from tests.director.cli.conftest import Run
from tests.federation_simulator import FederationSimulator, SimulatedHospital
from tests.streams import run_main

LISTS = ("submission", "statistics", "envoy", "token", "proposal", "run", "audit", "model")
BEGINNING = datetime(2026, 3, 1, tzinfo=UTC)


def put_tokens(federation: FederationSimulator, number: int) -> None:
    """Put tokens whose ids are counted in hexadecimal, a day after the other."""
    with federation.director.database.write() as session:
        rows = [
            {
                "id": f"{place:012x}",
                "sha256": Digest.of(str(place).encode()),
                "role": "analyst",
                "created_at": BEGINNING + timedelta(days=place),
                "expires_at": BEGINNING + timedelta(days=place + 1),
            }
            for place in range(number)
        ]
        session.execute(insert(TokenRow), rows)


def ids(listed: str) -> list[str]:
    return [each["id"] for each in json.loads(listed)]


def test_a_list_that_is_cut_off_says_of_how_many(served: Run, federation: FederationSimulator) -> None:
    put_tokens(federation, 1300)
    shown = served("token", "list", "--all").stdout
    assert "\n200 of 1,3" in shown
    assert shown.count("analyst") == 200
    assert "00000000050f" in shown
    assert served("token", "list", "--all", "--limit", 450).stdout.count("analyst") == 450
    cut_off = served("token", "list", "--all", "--limit", 3, "--json")
    assert len(ids(cut_off.stdout)) == 3
    assert cut_off.stderr.startswith("3 of 1,3")
    whole = served("token", "list", "--all", "--json")
    assert (len(ids(whole.stdout)) >= 1300, " of 1,3" in whole.stderr) == (True, False)


def test_since_and_before_choose_a_stretch_of_time(served: Run, federation: FederationSimulator) -> None:
    put_tokens(federation, 10)
    for since, before in (
        ("2026-03-04", "2026-03-06"),
        ("2026-03-04 00:00 UTC", "2026-03-06T00:00:00Z"),
        ("2026-03-04T03:00:00+03:00", "2026-03-05 12:00:01"),
    ):
        listed = served("token", "list", "--all", "--since", since, "--before", before, "--json").stdout
        assert ids(listed) == ["000000000004", "000000000003"]
    assert (
        served("token", "list", "--all", "--since", "2026-03-04", "--before", "2026-03-06").stdout.count("analyst") == 2
    )
    nothing = served("token", "list", "--all", "--since", "2031-01-01")
    assert nothing.stdout == "None matches; without the options that choose, all are listed.\n"


def test_a_span_is_so_long_ago(served: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    served("init")
    served("token", "issue", "--role", "analyst")
    assert len(ids(served("token", "list", "--all", "--since", "1h", "--json").stdout)) == 1
    assert served("token", "list", "--all", "--before", "1h", "--json").stdout == "[]\n"
    monkeypatch.setattr(listing, "utc_now", lambda: utc_now() + timedelta(hours=2))
    assert served("token", "list", "--all", "--since", "1h", "--json").stdout == "[]\n"


@pytest.mark.parametrize("list_of", LISTS)
def test_every_list_takes_the_same_options_and_refuses_the_same(served: Run, list_of: str) -> None:
    for options in (["--limit", 1], ["--since", "2026-01-01"], ["--before", "2099-01-01"], ["--since", "3d"]):
        assert served(list_of, "list", *options).exit_code == 0, options
        assert isinstance(json.loads(served(list_of, "list", *options, "--json").stdout), list)
    for options in (["--limit", 0], ["--since", "yesterday"], ["--before", "2026-13-01"], ["--since", ""]):
        refused = served(list_of, "list", *options)
        assert (refused.exit_code, refused.stdout) == (2, ""), options


@pytest.mark.parametrize("list_of", [each for each in LISTS if each != "audit"])  # its first act is the beginning
def test_a_list_that_is_empty_says_what_to_do_next(run: Run, empty: Path, list_of: str) -> None:
    run("init")
    shown = run(list_of, "list")
    assert shown.exit_code == 0
    assert "━" not in shown.stdout
    assert "fl-" in shown.stdout or list_of == "proposal"
    assert len(shown.stdout.splitlines()) == 1
    assert json.loads(run(list_of, "list", "--json").stdout) == []


@pytest.mark.parametrize("columns", [80, None])
def test_what_a_list_shows_is_whole_and_the_next_command_takes_it(
    served: Run, federation: FederationSimulator, five_hospitals: list[SimulatedHospital], columns: int | None
) -> None:
    uploaded = [str(each.train_and_upload()["id"]) for each in five_hospitals]
    federation.token("analyst")
    for id_ in uploaded:
        assert id_ in run_main(main, "submission", "list", columns=columns).out
        assert f"submission {id_}" in run_main(main, "submission", "show", id_, columns=columns).out
    tokens = ids(served("token", "list", "--all", "--json").stdout)
    shown = run_main(main, "token", "list", "--all", columns=columns).out
    assert all(each in shown for each in tokens)
    assert "2026-01-01 08:00 UTC" in run_main(main, "submission", "list", columns=columns).out


def test_a_beginning_that_names_one_is_enough_and_one_that_names_several_names_them(
    served: Run, federation: FederationSimulator, hospital: SimulatedHospital
) -> None:
    upload = str(hospital.train_and_upload()["id"])
    assert f"submission {upload}" in served("submission", "show", upload[:9].upper()).stdout
    assert served("submission", "reject", upload[:9], "--reason", "a swapped column").exit_code == 0
    put_tokens(federation, 300)
    several = served("token", "revoke", "00000000010")
    assert several.exit_code == 2
    assert "Several tokens begin with '00000000010': 000000000100, 000000000101" in several.stderr
    revoked = served("token", "revoke", "000000000100")
    assert revoked.stdout == "Token 000000000100 is revoked.\n"
    assert "There is no token 'xyz'" in served("token", "revoke", "xyz").stderr
    assert federation.http.get(f"/submissions/{upload[:9]}", headers=federation.admin).status_code == 404


def test_nothing_and_one_and_several_that_begin_so() -> None:
    assert whole_id([], "ab", "uploads") == "ab"
    assert whole_id(["abc"], "ab", "uploads") == "abc"
    with pytest.raises(UsageError, match="Several uploads begin with 'ab': abc, abd"):
        whole_id(["abc", "abd"], "ab", "uploads")
