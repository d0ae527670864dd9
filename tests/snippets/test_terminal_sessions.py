"""What people see in their terminals is what the page says that they see."""

from pathlib import Path

import pytest

from tests.snippets.terminal_sessions import COLUMNS, PAGE, People, Step, alike, named_in, run_anew, steps_of, written
from tests.warm_programs import warm_programs


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_sessions_show_what_stands_on_their_page(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    with warm_programs(tmp_path) as programs:
        people = People(tmp_path / "people", programs)
        try:
            shown = run_anew(page, people)
        finally:
            people.stop()
    assert alike(shown).split("\n") == alike(page).split("\n")


def test_no_line_that_a_program_writes_for_people_is_wider_than_the_terminal() -> None:
    wide = [
        line
        for step in (step for block in blocks() for step in steps_of(block))
        if not step.typed.startswith("curl")
        for line in step.shown.split("\n")
        if len(line) > COLUMNS and line.startswith(("│", "┃", "┏", "┡", "└"))
    ]
    assert wide == []


def blocks() -> list[str]:
    from tests.snippets.blocks import blocks_of, page_text

    name = "docs/terminal_sessions.md"
    return [block.text for block in blocks_of(name, page_text(name)) if block.language == "console"]


def test_a_session_is_read_as_it_is_written() -> None:
    steps = [Step("fl-director serve", "Serving on a port\n\ntwo"), Step("^C", ""), Step("true", "")]
    assert steps_of(written(steps)) == steps


@pytest.mark.parametrize(
    ("there", "now"),
    [
        ("token 0123456789ab until 2026-01-02", "token ba9876543210 until 2031-12-11"),
        ("at 2026-01-02 10:11 UTC", "at 2026-01-02 10:12 UTC"),
        ("http://127.0.0.1:8080 answers", "http://127.0.0.1:41203 answers"),
        ("in /home/people/fl-centre", "in /tmp/pytest-0/a0/people/fl-centre"),
    ],
)
def test_what_is_another_each_time_is_alike(there: str, now: str) -> None:
    assert alike(there) == alike(now)


@pytest.mark.parametrize(
    ("there", "now"), [("2 hospitals", "3 hospitals"), ("KUTRRH", "MTRH"), ("admitted", "refused")]
)
def test_what_is_said_is_not(there: str, now: str) -> None:
    assert alike(there) != alike(now)


def test_what_a_later_line_names_is_found() -> None:
    assert named_in("id 0123456789ab, of fld_" + "x" * 32) == ["0123456789ab", "fld_" + "x" * 32]
