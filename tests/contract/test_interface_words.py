"""Operations of the interface, in a command's words."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.interface_words import in_commands
from director.cli.words import COMMANDS as OF_DIRECTOR
from envoy.own_words import COMMANDS as OF_ENVOY

ROOT = Path(__file__).parent.parent.parent
OPERATION = re.compile(r"(?:GET|HEAD|POST|PUT|PATCH|DELETE) /")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("See GET /tasks.", "See fl-director task list."),
        ("See GET /tasks/los_7d.", "See fl-director task show los_7d."),
        ("See GET /submissions/{submission_id}.", "See fl-director submission show SUBMISSION_ID."),
        ("See GET /envoys for the names.", "See fl-director envoy list for the names."),
        ("Fetch the start anew (GET /tasks/los/start) and train again.", "Fetch the start anew and train again."),
        ("Approve it (POST /proposals/7/approve, or …/decline).", "Approve it."),
        ("Mend it. See GET /docs. Then go on.", "Mend it. Then go on."),
        ("See GET /docs.", ""),
        ("GET a coffee.", "GET a coffee."),
        ("", ""),
    ],
)
def test_an_operation_is_said_as_a_command_or_left_out(text: str, said: str) -> None:
    assert in_commands(text, OF_DIRECTOR) == said


def texts(node: ast.AST) -> Iterator[str]:
    """Give the texts of an expression, whole; a value in one stands there as 7."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    else:
        for each in ast.iter_child_nodes(node):
            yield from texts(each)


def said_on_purpose() -> Iterator[tuple[str, str]]:
    """Give what errors are raised with: the sentences and hints in the code, and where."""
    for package in ("aggregation", "contract", "director"):
        for file in sorted((ROOT / package).rglob("*.py")):
            for call in (each for each in ast.walk(ast.parse(file.read_text())) if isinstance(each, ast.Call)):
                name = str(getattr(call.func, "attr", None) or getattr(call.func, "id", ""))
                hints = [each.value for each in call.keywords if each.arg == "hint"]
                sentences = call.args[:1] if hints or name.endswith("Error") else []
                for expression in (*sentences, *hints):
                    yield from ((file.relative_to(ROOT).as_posix(), text) for text in texts(expression))


SPOKEN = sorted({(file, text) for file, text in said_on_purpose() if OPERATION.search(text)})


def test_there_are_such_hints() -> None:
    assert len(SPOKEN) > 15


@pytest.mark.parametrize(("file", "text"), SPOKEN)
def test_no_error_speaks_of_the_interface_at_a_command(file: str, text: str) -> None:
    for commands in (OF_DIRECTOR, OF_ENVOY):
        assert not OPERATION.search(in_commands(text, commands))
    if not file.startswith("director/api/"):  # what only the interface raises, no command of the admin shows
        assert in_commands(text, OF_DIRECTOR) != ""


def test_every_command_that_stands_for_an_operation_is_one() -> None:
    from director.cli import app as of_director
    from envoy.cli import app as of_envoy
    from tests.contract.test_command_line import commands

    for app, words in ((of_director, OF_DIRECTOR), (of_envoy, OF_ENVOY)):
        known = {path for path in commands(app) if path}
        for command in words.values():
            assert tuple(command.removesuffix(" {}").split()[1:]) in known
