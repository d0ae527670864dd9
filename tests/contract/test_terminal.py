import ast
import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.progress import Progress
from rich.table import Column, Table

from contract.terminal import Terminal, failures_shown
from contract.visible_text import visible, visible_json
from tests.foreign_texts import NASTY, foreign_texts, is_seen
from tests.streams import ENCODINGS, Stream

ROOT = Path(__file__).parent.parent.parent
ANY = st.text(st.characters(codec=None))


def printed(*objects: object, encoding: str = "utf-8", width: int = 5000, **options: bool) -> str:
    """Print on a terminal, a wide one unless it is said, and give what reached it."""
    stream = Stream(encoding, is_terminal=True)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("COLUMNS", str(width)), ("TERM", "xterm"), ("NO_COLOR", "1")):
            patch.setenv(name, value)
        patch.setattr(sys, "stdout", stream)
        Terminal().print(*objects, **options)
    return stream.written()


@given(ANY)
def test_what_is_made_visible_is_one_line_of_printable_characters(text: str) -> None:
    assert visible(text).isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("größe [/x] :smile:", "größe [/x] :smile:"),
        ("\x1b]8;;http://x\x1b\\", r"\x1b]8;;http://x\x1b" + "\\"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x9b31m\u202eabc\u2066", r"\x9b31m\u202eabc\u2066"),
        ("\x7f\u200b\ud800\U000e0041", r"\x7f\u200b\ud800\U000e0041"),
    ],
)
def test_what_can_be_seen_stays_and_what_can_not_stands_as_its_escape(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.dictionaries(ANY, ANY))
def test_json_keeps_its_meaning_in_printable_ascii(value: dict[str, str]) -> None:
    shown = visible_json(json.dumps(value, indent=2, ensure_ascii=False))
    assert json.loads(shown) == value
    assert all(line.isprintable() for line in shown.split("\n"))
    assert shown.isascii()


@given(foreign_texts())
def test_a_string_is_literal_in_a_line_a_cell_a_heading_and_a_title(text: str) -> None:
    table = Table(Column(f"<{text}>", overflow="fold"), title=f"<{text}>")
    table.add_row(f"<{text}>")
    shown = printed(f"<{text}>", ValueError(f"<{text}>"), OSError(f"<{text}>")) + printed(table)
    assert shown.count(f"<{visible(text)}>") == 6
    assert all(line.isprintable() for line in shown.split("\n"))


def test_a_narrow_terminal_cuts_no_cell_and_no_heading() -> None:
    table = Table("hospital", "accuracy", Column("difference", overflow="ellipsis"))
    table.add_row("KNH", "0.9975", "+0.0123")
    assert printed(table, width=24) == "hospital: KNH\n  accuracy: 0.9975\n  difference: +0.0123\n"


@pytest.mark.parametrize("forced", [{}, {"FORCE_COLOR": "1"}, {"COLUMNS": "20"}])
def test_a_pipe_and_a_file_have_any_width(forced: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table("id", Column("why", overflow="ellipsis"))
    sentence = "a sentence of some words " * 40
    table.add_row("563b5a16" * 8, sentence)
    monkeypatch.setenv("COLUMNS", "40")
    for name, value in forced.items():
        monkeypatch.setenv(name, value)
    stream = Stream()
    monkeypatch.setattr(sys, "stdout", stream)
    Terminal().print(table)
    assert "563b5a16" * 8 in stream.written()
    assert sentence in stream.written()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("width", [30, 200])
def test_every_stream_takes_frames_titles_cells_and_failures(encoding: str, width: int) -> None:
    table = Table("größe …", title="日 →")
    table.add_row("× ŁÓDŹ " * 9)
    shown = printed(table, encoding=encoding, width=width)
    assert shown
    assert ("\\u2026" in shown) is False


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_stream_takes_a_bar_that_moves(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream(encoding, is_terminal=True)
    monkeypatch.setattr(sys, "stderr", stream)
    for name, value in (("COLUMNS", "80"), ("TERM", "xterm")):
        monkeypatch.setenv(name, value)
    with Progress(console=Terminal(stderr=True)) as progress:
        bar = progress.add_task("rounds", total=2)
        progress.advance(bar)
    assert "50%" in stream.written()


def test_markup_is_not_read_whoever_asks_for_it() -> None:
    assert printed("[bold]:smile:[/x]", markup=True, emoji=True, highlight=True) == "[bold]:smile:[/x]\n"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_what_the_stream_can_not_hold_stands_as_its_escape(encoding: str) -> None:
    assert printed("日", encoding=encoding) == "\\u65e5\n"


@given(foreign_texts())
def test_what_nobody_foresaw_is_shown_as_text(text: str) -> None:
    def broken() -> None:
        with failures_shown():
            raise ZeroDivisionError(f"<{text}>")

    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "5000")
        patch.setattr(sys, "stderr", stream)
        with pytest.raises(SystemExit) as ended:
            broken()
    assert ended.value.code == 1
    assert "ZeroDivisionError: " in stream.getvalue()
    assert is_seen(stream.getvalue())


def test_one_of_these_texts_is_what_breaks_a_plain_console() -> None:
    with pytest.raises(Exception, match="closing tag"):
        Console(file=io.StringIO()).print(*NASTY)


@pytest.mark.parametrize("program", ["director/cli", "envoy/cli", "simulation/cli.py", "simulation/demo.py"])
def test_no_program_prints_past_it(program: str) -> None:
    where = ROOT / program
    for file in sorted(where.glob("*.py")) if where.is_dir() else [where]:
        tree = ast.parse(file.read_text())
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        called = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Call)]
        assert not imported & {"rich", "rich.console", "rich.text", "rich.markup"}, file
        past = [
            each for each in called if each.startswith(("print(", "typer.echo(", "typer.secho(", "sys.stdout.write("))
        ]
        assert [each for each in past if not each.startswith(JSON_ALONE)] == [], file


JSON_ALONE = ("sys.stdout.write(visible_json(", "print(json.dumps(")
"""Machines read it; ``json.dumps`` writes ASCII."""


def test_a_failure_is_said_with_what_to_do_next_as_text(capsys: pytest.CaptureFixture[str]):
    Terminal(stderr=True).print_failure("It [/x] failed.", "Try \x1b[31mthis.")
    Terminal(stderr=True).print_failure("It failed.")
    assert capsys.readouterr().err == "error: It [/x] failed.\n  Try \\x1b[31mthis.\nerror: It failed.\n"
