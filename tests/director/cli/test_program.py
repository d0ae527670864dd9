"""What every command shares: how it ends, what it opens, how it reads lists and spans."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from contract.errors import CallerError, FederationError, InvalidNameError
from contract.messages.base import Page
from contract.messages.problems import Check
from director.cli.failures import EXIT_DATA, EXIT_REFUSED, EXIT_USAGE
from director.cli.program import duration, every_item, print_checks, print_json, says_what_failed
from director.errors import SettingsError, UsageError
from director.records.files import storage_faults_named
from director.records.paging import MAX_PAGE
from tests.director.cli.conftest import Run
from tests.federation_simulator import FederationSimulator


class Bounded(BaseModel):
    number: int


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError("It is wrong.", hint="Mend it."), EXIT_USAGE),
        (InvalidNameError("It is wrong.", hint="Mend it."), EXIT_USAGE),
        (UsageError("It is wrong.", hint="Mend it."), EXIT_USAGE),
        (CallerError("It is wrong.", hint="Mend it."), EXIT_REFUSED),
        (FederationError("It is wrong.", hint="Mend it."), EXIT_DATA),
    ],
    ids=lambda each: type(each).__name__,
)
def test_an_error_of_ours_ends_a_command_with_its_sentence_its_hint_and_its_code(
    error: FederationError, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    @says_what_failed
    def command() -> None:
        raise error

    with pytest.raises(typer.Exit) as ended:
        command()
    assert ended.value.exit_code == code
    assert capsys.readouterr().err == "error: It is wrong.\n  Mend it.\n"


def test_no_hint_of_a_command_speaks_of_the_interface(served: Run) -> None:
    for command, hint in (
        (["submission", "show", "none"], "See fl-director submission list."),
        (["run", "show", "7"], "See fl-director run list."),
        (["model", "list", "--task", "none"], None),
        (["model", "show", "7"], "See fl-director model list."),
        (["envoy", "disable", "None"], "See fl-director envoy list for the names."),
        (["task", "show", "none"], "See fl-director task list."),
    ):
        ended = served(*command)
        assert "GET /" not in ended.output
        if hint is not None:
            assert hint in ended.stderr, command
            if command[0] != "envoy":
                failed = json.loads(served(*command, "--json").stdout)["error"]
                assert (failed["hint"], failed["exit_code"]) == (hint, ended.exit_code)


def test_with_json_a_value_that_a_message_does_not_take_is_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    @says_what_failed
    def command(as_json: bool) -> None:
        Bounded.model_validate({"number": "[red]many"})

    with pytest.raises(typer.Exit) as ended:
        command(as_json=True)
    printed = capsys.readouterr()
    assert (ended.value.exit_code, printed.err) == (EXIT_USAGE, "")
    assert json.loads(printed.out)["error"]["code"] == "usage"


def test_a_value_that_a_message_does_not_take_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    @says_what_failed
    def command() -> None:
        Bounded.model_validate({"number": "[red]many"})

    with pytest.raises(typer.Exit) as ended:
        command()
    assert ended.value.exit_code == EXIT_USAGE
    assert capsys.readouterr().err.startswith("error: number: Input should be a valid integer")


def test_what_is_no_error_of_ours_is_not_hidden() -> None:
    @says_what_failed
    def command() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        command()


def test_a_fault_of_the_disk_names_the_file_and_what_the_system_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    @says_what_failed
    def read() -> None:
        (tmp_path / "nowhere").read_bytes()

    @says_what_failed
    def write() -> None:
        with storage_faults_named():
            (tmp_path / "nowhere" / "file").write_bytes(b"")

    for command in (read, write):
        with pytest.raises(typer.Exit) as ended:
            command()
        assert ended.value.exit_code == EXIT_DATA
        said = capsys.readouterr().err
        assert str(tmp_path / "nowhere") in said
        assert "No such file or directory" in said


def test_each_command_names_its_data_folder_and_json_stays_alone(
    served: Run, federation: FederationSimulator, empty: Path
) -> None:
    for command in (["envoy", "list"], ["token", "list"], ["audit", "list"], ["fsck"], ["status"]):
        assert served(*command).stderr == f"in {empty}\n"
        as_json = served(*command, "--json")
        assert json.loads(as_json.stdout) is not None
        assert as_json.stderr == f"in {empty}\n"
    refused = served("run", "show", "99", "--json")
    assert (refused.exit_code, f"in {empty}" in refused.stderr) == (EXIT_REFUSED, False)


def test_the_data_folder_can_be_named_behind_any_command(run: Run, tmp_path: Path) -> None:
    assert run("init", "--data-dir", tmp_path / "named").exit_code == 0
    listed = run("envoy", "list", "--json", "--data-dir", tmp_path / "named")
    assert (json.loads(listed.stdout), listed.stderr) == ([], f"in {tmp_path / 'named'}\n")
    refused = run("envoy", "list", "--data-dir", "~nobody-of-that-name")
    assert (refused.exit_code, "there is no home" in refused.stderr) == (EXIT_USAGE, True)


def test_no_command_works_on_a_folder_that_is_no_federation(run: Run) -> None:
    for command in (["token", "list"], ["envoy", "list"], ["audit", "verify"], ["fsck"], ["aggregate"]):
        ended = run(*command)
        assert ended.exit_code == EXIT_DATA
        assert ended.stderr.startswith("error: ")
        assert "fl-director init" in ended.stderr


@given(st.lists(st.integers(), max_size=1000))
def test_a_list_is_read_to_its_end(items: list[int]) -> None:
    def page_of(*, limit: int, cursor: str | None) -> Page[int]:
        begin = int(cursor or 0)
        end = begin + limit
        return Page(items=items[begin:end], next=str(end) if end < len(items) else None)

    assert every_item(page_of) == items
    assert MAX_PAGE < 1000


@given(number=st.integers(1, 99_999), unit=st.sampled_from("dhms"))
def test_a_span_is_a_number_and_its_unit(number: int, unit: str) -> None:
    seconds = {"d": 86_400, "h": 3600, "m": 60, "s": 1}[unit]
    assert duration(f"{number}{unit}") == timedelta(seconds=number * seconds)


@pytest.mark.parametrize("text", ["", "d", "90", "0d", "-1d", "1.5h", "100000d", "1w", "1 d", "d1", "²d"])
def test_what_is_no_span_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="is no duration"):
        duration(text)


def test_messages_are_printed_as_json_one_or_many(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(Bounded(number=1))
    print_json([Bounded(number=2), "[bold]three"])
    assert capsys.readouterr().out == '{\n  "number": 1\n}\n[\n  {\n    "number": 2\n  },\n  "[bold]three"\n]\n'


def test_checks_say_what_was_seen_and_what_is_allowed(capsys: pytest.CaptureFixture[str]) -> None:
    print_checks([Check(name="norm", passed=False, seen="9", bound="at most 3", sentence="Too far.")])
    printed = capsys.readouterr().out
    for text in ("norm", "failed", "9", "at most 3", "Too far."):
        assert text in printed
