"""What is said of the director's interface, in the words of a program's own commands.

The director's sentences are the same for whoever asks. They name an operation as ``GET /tasks``, or beside what it is
in brackets: ``the task's start (GET /tasks/los/start)``. Where a person typed a command, that is no help.
"""

import re
from collections.abc import Mapping

_OPERATION = re.compile(r"(?:GET|HEAD|POST|PUT|PATCH|DELETE) /[\w{}/-]*")
_IN_BRACKETS = re.compile(rf"\s*\({_OPERATION.pattern}[^)]*\)")
_SENTENCE_END = re.compile(r"(?<=[.;])\s+")


def in_commands(text: str, commands: Mapping[str, str]) -> str:
    """Name commands where a text names operations; what only an operation can do is left out.

    Args:
        text: Sentences.
        commands: Which command does what an operation does. ``*`` in one stands for a part of the path, ``{}`` in the
            other for what stood there.
    """
    plain = _IN_BRACKETS.sub("", text)
    if _OPERATION.search(plain) is None:
        return plain
    return " ".join(filter(None, (_said(sentence, commands) for sentence in _SENTENCE_END.split(plain))))


def _said(sentence: str, commands: Mapping[str, str]) -> str:
    for operation in _OPERATION.findall(sentence):
        command = _command(operation, commands)
        if command is None:
            return ""
        sentence = sentence.replace(operation, command, 1)
    return sentence


def _command(operation: str, commands: Mapping[str, str]) -> str | None:
    for pattern, command in commands.items():
        found = re.fullmatch(re.escape(pattern).replace(r"\*", "([^/]+)"), operation)
        if found is not None:
            return command.format(*(_asked_for(part) for part in found.groups()))
    return None


def _asked_for(part: str) -> str:
    """Write a place that is left open, such as {task}, as commands do."""
    return part.strip("{}").upper() if part.startswith("{") else part
