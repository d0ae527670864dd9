"""One long-lived program a home."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from envoy.errors import SettingsError
from envoy.home_lock import is_held, one_command, only_one

HOLDER = """
import sys, time
from pathlib import Path
from envoy.home_lock import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_second_is_refused_and_the_next_after_it_is_not(tmp_path: Path) -> None:
    assert not is_held(tmp_path)
    with only_one(tmp_path):
        assert is_held(tmp_path)
        with pytest.raises(SettingsError, match="Another fl-envoy participate"), only_one(tmp_path):
            pass
    assert not is_held(tmp_path)
    with only_one(tmp_path):
        pass


def test_a_program_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    with holder.stdout as said:
        assert said.readline() == b"held\n"
        assert is_held(tmp_path)
        holder.kill()
        holder.wait()
    with only_one(tmp_path):
        pass


def test_two_commands_that_join_train_or_send_are_told_while_one_may_run_beside_participate(tmp_path: Path) -> None:
    with ExitStack() as held:
        held.enter_context(only_one(tmp_path))
        held.enter_context(one_command(tmp_path))
        with pytest.raises(SettingsError, match="Another fl-envoy join, train or send runs"):
            held.enter_context(one_command(tmp_path))
    with one_command(tmp_path):
        assert not is_held(tmp_path), "it is no participate"
