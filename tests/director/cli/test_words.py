"""That each is a command, and what becomes of the rest, is in tests/contract/test_interface_words.py."""

from contract.interface_words import in_commands
from director.cli.words import COMMANDS


def test_a_task_is_looked_at_with_a_command() -> None:
    assert in_commands("See GET /tasks.", COMMANDS) == "See fl-director task list."
