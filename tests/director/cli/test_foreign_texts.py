"""Whatever stands in a federation's rows, as an earlier version may have let it in: every command shows it as text."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from sqlalchemy import select
from typer.testing import CliRunner, Result

from contract.tasks import DEFAULT_TASK
from contract.visible_text import visible
from director.assembly import Director
from director.cli import app, main, program
from director.cli.program import opened_director
from director.members.access import LOCAL_ADMIN
from director.records.schema import (
    AuditRow,
    GlobalModelRow,
    StatisticsRow,
    SubmissionRow,
    TokenRow,
    ValidationTableRow,
)
from director.settings import DirectorSettings
from tests.federation_simulator import FederationSimulator
from tests.foreign_texts import NASTY, foreign_texts, is_seen
from tests.streams import ENCODINGS, run_main

READS = (
    (["submission", "list"], 0),
    (["submission", "show", "ID"], 0),
    (["statistics", "list"], 0),
    (["model", "list"], 0),
    (["model", "show", "1"], 0),
    (["model", "publish", "1"], 0),
    (["audit", "list"], 0),
    (["audit", "verify"], 5),
    (["envoy", "list"], 0),
    (["token", "list", "--all"], 0),
    (["validation", "show"], 0),
    (["fsck"], 5),
)
"""Commands and how they end where the audit's newest record is not what was digested."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A federation with a row of each kind; wide terminals."""
    where = tmp_path_factory.mktemp("foreign") / "director"
    with FederationSimulator(where) as federation:
        for hospital in (federation.enrol("KUTRRH"), federation.enrol("MTRH")):
            hospital.send_statistics()
            hospital.train_and_upload()
        assert federation.aggregate().status_code == 201
        table = b"diagnosis_count,label\n" + b"3,low\n9,medium\n30,high\n" * 10
        federation.director.models.set_validation_table(LOCAL_ADMIN, DEFAULT_TASK, table)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIRECTOR_DATA_DIR", str(where))
        for console in (program.out, program.err):
            patch.setattr(console, "_width", 5000)
        yield where


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def write_everywhere(folder: Path, text: str) -> str:
    """Write a text into each field of the rows that takes one; gives a submission's id."""
    check = {"name": text, "passed": False, "seen": text, "bound": text, "sentence": text}
    decision = {"verdict": "released", "reason": text, "by": text, "decided_at": datetime.now(UTC).isoformat()}
    with Director(DirectorSettings(data_dir=folder)).database.write() as session:
        uploads = session.scalars(select(SubmissionRow)).all()
        for row in (*uploads, *session.scalars(select(StatisticsRow))):
            row.checks, row.decision = [check], decision
        for upload in uploads:
            upload.metadata_json = upload.metadata_json | {"software": {text[:64]: text[:64]}, "metrics": {text: 1.0}}
        for model in session.scalars(select(GlobalModelRow)):
            model.strategy = model.scaler = text
            model.parameters, model.metrics = {text: 1.0}, {text: {text: 1.0}}
            model.quarantined = [{**model.inputs[0], "checks": [check]}]
        newest = session.scalars(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1)).one()
        newest.act = newest.actor = newest.subject = text
        newest.facts = {text: text}
        for token in session.scalars(select(TokenRow)):
            token.successor_id = text
        for table in session.scalars(select(ValidationTableRow)):
            table.actor = text
        return uploads[0].id


def texts_in(value: Any) -> Iterator[str]:
    """Give every string of a JSON value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


@settings(max_examples=10)
@given(foreign_texts())
def test_every_command_shows_a_text_of_the_rows_as_text(folder: Path, text: str) -> None:
    text = f"<{text}>"
    id_ = write_everywhere(folder, text)
    for arguments, code in READS:
        shown = run(*(id_ if each == "ID" else each for each in arguments))
        assert shown.exit_code == code, (arguments, shown.exception)
        assert is_seen(shown.stdout), arguments
        assert is_seen(shown.stderr), arguments
        if arguments[:2] in (["submission", "show"], ["model", "list"], ["model", "show"], ["token", "list"]):
            assert visible(text) in shown.stdout, arguments
        as_json = run(*(id_ if each == "ID" else each for each in arguments), "--json")
        assert as_json.exit_code == code, (arguments, as_json.exception)
        assert is_seen(as_json.stdout), arguments
        found = set(texts_in(json.loads(as_json.stdout)))
        if arguments[0] not in ("envoy", "fsck") and arguments != ["audit", "verify"]:
            assert text in found, arguments
    write_everywhere(folder, "seen")


@pytest.mark.parametrize("columns", [80, None])
@pytest.mark.parametrize("encoding", [each for each in ENCODINGS if each != "utf-8"])
def test_every_stream_takes_what_every_command_shows(folder: Path, encoding: str, columns: int | None) -> None:
    id_ = write_everywhere(folder, "größe … → 日")
    for arguments, code in (*READS, (["status"], 0), (["audit", "show", "1"], 0), (["token", "revoke", "日…"], 4)):
        given = [id_ if each == "ID" else each for each in arguments]
        for options in ([], ["--json"]) if arguments[0] != "token" or arguments[1] != "revoke" else ([],):
            ended = run_main(main, *given, *options, encoding=encoding, columns=columns)
            assert ended.code == code, (given, ended.err)
            assert "Traceback" not in ended.err
            assert ended.out or ended.err
            if options:
                json.loads(ended.out)
    write_everywhere(folder, "seen")


@settings(max_examples=20)
@given(foreign_texts())
def test_what_is_named_on_the_command_line_comes_back_as_text(folder: Path, text: str) -> None:
    text = f"<{text}>"
    for arguments in (
        ["submission", "show", "--", text],
        ["submission", "list", f"--envoy={text}"],
        ["submission", "list", f"--verdict={text}"],
        ["token", "issue", f"--role={text}"],
        ["token", "revoke", "--", text],
        ["aggregate", "--dry-run", f"--strategy={text}"],
        ["aggregate", "--dry-run", f"--parameter={text}"],
        ["aggregate", "--dry-run", f"--scaler={text}"],
        ["validation", "set", "--", f"nowhere/{text}"],
        ["model", "import", "--", f"nowhere/{text}"],
        ["audit", "verify", f"--file=nowhere/{text}"],
        ["restore", "--", f"nowhere/{text}"],
    ):
        ended = run(*arguments)
        assert ended.exit_code in (2, 4, 5), (arguments, ended.exception)
        assert is_seen(ended.stderr), arguments


@pytest.mark.parametrize("text", NASTY)
def test_what_fails_beside_a_command_is_said_as_text(
    folder: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    opened_director().close()
    capsys.readouterr()
    logging.getLogger("director.of.a.test").error("view.failed", extra={"facts": {"why": f"<{text}>"}})
    assert capsys.readouterr().err == f"warning: view.failed: <{visible(text)}>\n"


def test_what_nobody_foresaw_ends_the_program_with_1_and_its_texts_as_text(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> Director:
        raise ZeroDivisionError("\x1b[2J [/x]")

    monkeypatch.setattr("director.cli.envoys.opened_director", broken)
    monkeypatch.setattr("sys.argv", ["fl-director", "envoy", "list"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "ZeroDivisionError: \\x1b[2J [/x]" in said
    assert is_seen(said)
