"""``fl-director audit``: what is on record, and whether it is still the same."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from contract.messages.audit import AuditRecord, AuditVerification, Checkpoint
from contract.moments import shown_moment
from contract.table_layout import Lines
from director.cli.failures import EXIT_DATA
from director.cli.listing import Before, Since, print_list, read_list
from director.cli.program import AsJson, err, opened_director, out, path_given, print_json, says_what_failed
from director.clock import utc_now
from director.errors import UsageError
from director.records import audit
from director.records.chain import follow
from director.records.exported import exported_links
from director.records.files import replace_whole, storage_faults_named

_USUALLY_LISTED = 50
app = typer.Typer(no_args_is_help=True, help="The audit: who did what.")

_Out = Annotated[
    Path | None,
    typer.Option("--out", parser=path_given, metavar="FILE", help="Write to this file instead of printing."),
]


@app.command("list")
@says_what_failed
def audit_list(
    act: Annotated[str | None, typer.Option(help="Only this act, such as upload.admit.")] = None,
    actor: Annotated[str | None, typer.Option(help="Only this actor.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only this subject, such as a hospital.")] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help=f"At most so many; else {_USUALLY_LISTED}.", show_default=False)
    ] = None,
    since: Since = None,
    before: Before = None,
    as_json: AsJson = False,
) -> None:
    """List what is on record, newest first, a line each; audit show N gives the rest of one."""
    page_of = partial(opened_director().upkeep.list_audit, act=act, actor=actor, subject=subject)
    chosen = (act, actor, subject)
    listed = read_list(page_of, limit, since, before, as_json=as_json, usual=_USUALLY_LISTED, filters=chosen)
    table = Lines("seq", "at", "act", "actor", "subject")
    print_list(listed, table, _cells, as_json, nothing="Nothing is on record yet: the first act will be.")


@app.command("show")
@says_what_failed
def audit_show(
    number: Annotated[int, typer.Argument(metavar="N", help="Its seq, as audit list gives it.")],
    as_json: AsJson = False,
) -> None:
    """Show all of one record: who did what, its facts, its digests."""
    found = opened_director().upkeep.audit_record(number)
    if as_json:
        print_json(found)
        return
    out.print(f"record {found.seq}, {shown_moment(found.at, seconds=True)}")
    out.print(f"{_named(found)}: {found.act} {found.subject}")
    for name, fact in found.facts.items():
        out.print(f"  {name}: {fact if isinstance(fact, str) else json.dumps(fact, ensure_ascii=False)}")
    out.print(f"digest {found.digest}")
    out.print(f"previous {found.previous}")


@app.command("verify")
@says_what_failed
def audit_verify(
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(
            parser=path_given, metavar="FILE", help="A checkpoint that was kept elsewhere; may be given many times."
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(parser=path_given, metavar="FILE", help="Verify this export instead of the database."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Follow the whole chain; exit code 5 and the first bad record if it does not hold."""
    checkpoints = [given_checkpoint(path) for path in checkpoint or ()]
    found = _verified_file(file, checkpoints) if file else opened_director().upkeep.verify_audit(checkpoints)
    if as_json:
        print_json(found)
    elif found.head is not None:
        out.print(f"whole: {found.records} records, the last is {found.head.digest}")
    else:
        out.print(found.defect or "")
    if not found.is_whole:
        raise typer.Exit(EXIT_DATA)


@app.command("export")
@says_what_failed
def audit_export(out_file: _Out = None) -> None:
    """Give every record, one canonical JSON line each; keep the checkpoint with it."""
    _give(out_file, opened_director().upkeep.export_audit())


@app.command("checkpoint")
@says_what_failed
def audit_checkpoint(out_file: _Out = None) -> None:
    """Give the newest record's place and digest: to be kept where nobody who can write the data folder can write."""
    newest = opened_director().upkeep.checkpoint()
    _give(out_file, [newest.model_dump_json().encode() + b"\n"])


def _cells(each: AuditRecord) -> Sequence[str]:
    return str(each.seq), shown_moment(each.at, seconds=True), each.act, _named(each), each.subject


def _named(record: AuditRecord) -> str:
    return f"{record.actor} ({record.person})" if record.person else record.actor


def _verified_file(file: Path, checkpoints: Sequence[Checkpoint]) -> AuditVerification:
    with _readable(file), file.open("rb") as lines:
        return audit.as_message(follow(exported_links(lines), checkpoints), utc_now())


def given_checkpoint(path: Path) -> Checkpoint:
    """Read the checkpoint that a command line names.

    Raises:
        UsageError: There is no such file.
        AuditDamagedError: It is no checkpoint.
    """
    with _readable(path):
        return audit.read_checkpoint(path)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}.", hint="Correct the path.") from None


def _give(file: Path | None, lines: Iterable[bytes]) -> None:
    if file is None:
        for line in lines:
            sys.stdout.buffer.write(line)
        return
    with storage_faults_named():
        replace_whole(file, lines)
    err.print(f"wrote {file}")
