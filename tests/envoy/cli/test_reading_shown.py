"""What is shown of reading: a moving line on a terminal, a line for each file elsewhere, nothing beside JSON."""

import os
import pty
import sys
from pathlib import Path
from subprocess import Popen

import pytest

from envoy.cli.reading_shown import reading_shown
from envoy.reading_progress import tell_rows


def read() -> None:
    tell_rows("a.csv", 1)
    tell_rows("a.csv", 1234)
    tell_rows("a.csv", 1234, is_over=True)
    tell_rows("a.csv", 1234, is_over=True)  # read again by the careful way
    tell_rows("b.csv", 5)


def test_elsewhere_a_file_is_one_line_once_it_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    with reading_shown(as_json=False):
        read()
    assert capsys.readouterr() == ("", "Read a.csv: 1,234 rows.\n")


def test_beside_json_there_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with reading_shown(as_json=True):
        read()
    assert capsys.readouterr() == ("", "")


def test_an_error_leaves_through_it() -> None:
    with pytest.raises(KeyError), reading_shown(as_json=False):
        raise KeyError


PROGRAM = """
from envoy.cli.reading_shown import reading_shown
from tests.envoy.cli.test_reading_shown import read
import time
with reading_shown(as_json=False):
    read()
    time.sleep(0.3)
"""


def test_a_person_sees_which_file_and_how_many_rows_so_far() -> None:
    ours, theirs = pty.openpty()
    root = Path(__file__).parents[3]
    environment = {**os.environ, "TERM": "xterm", "PYTHONPATH": str(root)}
    with Popen([sys.executable, "-c", PROGRAM], cwd=root, env=environment, stdout=theirs, stderr=theirs):
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:  # how Linux says that the other end is closed
            pass
    os.close(ours)
    assert b"reading a.csv: 1,234 rows" in shown
    assert b"reading b.csv: 5 rows" in shown
