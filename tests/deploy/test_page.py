"""What ``docs/deploy.md`` says to type: files that are there, commands that there are, and every file of ``deploy``."""

import re
import shlex

import pytest

from tests.deploy.programs import is_one_of_ours
from tests.deploy.units import ROOT, UNITS, Unit
from tests.snippets.blocks import blocks_of, page_text

PAGE = "docs/deploy.md"
TYPED = "\n".join(block.text for block in blocks_of(PAGE, page_text(PAGE)))
STANDS_FOR = {
    r"^fl ": "fl-director ",
    r"^envoy ": "fl-envoy ",
    r"^docker compose exec director (?=fl-director )": "",
}
"""The words that the page makes, or that lead into the container, and the program behind them."""


def commands() -> list[str]:
    found = []
    for line in TYPED.splitlines():
        for said, meant in STANDS_FOR.items():
            line = re.sub(said, meant, line)
        if re.match(r"fl-(director|envoy) ", line):
            found.append(line)
    return found


@pytest.mark.parametrize("line", commands())
def test_a_command_of_the_page_is_one_that_there_is(line: str) -> None:
    assert is_one_of_ours(shlex.split(line, comments=True))


def test_there_are_such_commands() -> None:
    assert len(commands()) >= 6


def test_every_file_of_the_folder_is_named_and_every_named_one_is_there() -> None:
    named: set[str] = set()
    for pattern in re.findall(r"deploy[/\\][\w/\\@.*-]+\w", TYPED):
        found = {str(path.relative_to(ROOT)) for path in ROOT.glob(pattern.replace("\\", "/"))}
        assert found, pattern
        named |= found
    ours = ("bin", "caddy", "cron", "logrotate", "nginx", "systemd", "windows")
    assert named == {
        str(path.relative_to(ROOT)) for each in ours for path in (ROOT / "deploy" / each).iterdir() if path.is_file()
    }


def test_what_units_name_is_where_the_page_puts_it() -> None:
    for unit in map(Unit, UNITS):
        for key in ("WorkingDirectory", "StateDirectory", "User"):
            assert all(value in TYPED for value in unit.all(key)), unit.path.name
        for line in unit.all("ExecStart"):
            program = line.split()[0]
            assert program in TYPED or program == "/etc/fl-alert" or "/usr/local/bin/" in TYPED
