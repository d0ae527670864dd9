"""The bar: on a terminal alone, and only where it is wanted."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import sys
from simulation.progress import progress_shown
with progress_shown(2, wanted={wanted}) as step:
    step()
    step()
"""


def on_a_terminal(script: str) -> bytes:
    """Run a script whose standard error is a terminal; give what that was sent."""
    ours, its = os.openpty()
    subprocess.run([sys.executable, "-c", script], check=True, stderr=its, env={**os.environ, "TERM": "xterm"})
    os.close(its)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        shown = b""
        while True:
            try:
                part = terminal.read(4096)
            except OSError:  # Linux says so where the other end is closed
                return shown
            if not part:
                return shown
            shown += part


@pytest.mark.parametrize("wanted", [True, False])
def test_a_bar_is_shown_on_a_terminal_where_it_is_wanted(wanted: bool):
    assert (b"rounds" in on_a_terminal(SCRIPT.format(wanted=wanted))) == wanted


def test_nothing_is_shown_elsewhere():
    shown = subprocess.run([sys.executable, "-c", SCRIPT.format(wanted=True)], check=True, capture_output=True)
    assert (shown.stdout, shown.stderr) == (b"", b"")
