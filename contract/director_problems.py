"""What a director says when it says no: read without trust, cut short, and with nothing that acts on a terminal."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from contract.errors import Fact
from contract.visible_text import visible

MAX_SHOWN = 300
_MAX_CHECKS = 20
_MAX_FACTS = 20
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True)
class DirectorProblem:
    """A director's no. What it did not say is empty; ``code`` is then ``unknown``.

    ``is_one`` tells whether it has the form of a director's at all: what has not is of something that stands before it.
    """

    code: str = "unknown"
    detail: str = ""
    hint: str = ""
    failed: tuple[str, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    request_id: str = ""
    is_one: bool = False

    @property
    def sentence(self) -> str:
        """The detail, and each check that failed, once."""
        return " ".join(dict.fromkeys(text for text in (self.detail, *self.failed) if text))


def shown(text: object, max_characters: int = MAX_SHOWN) -> str:
    """Give a text of the other side in one short line, in which programs find nothing to act on."""
    if not isinstance(text, str):
        return ""
    line = visible(text[: max_characters + 1].strip())
    return line if len(line) <= max_characters else line[: max_characters - 1] + "…"


def read_problem(body: bytes) -> DirectorProblem:
    """Read a problem (RFC 9457); what is none has nothing to say."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return DirectorProblem()
    if not isinstance(found, dict):
        return DirectorProblem()
    code, checks, facts = found.get("code"), found.get("checks"), found.get("facts")
    return DirectorProblem(
        code=code if isinstance(code, str) and _CODE.fullmatch(code) else "unknown",
        detail=shown(found.get("detail")),
        hint=shown(found.get("hint")),
        failed=tuple(_failed(checks[:_MAX_CHECKS])) if isinstance(checks, list) else (),
        facts=dict(_facts(facts)) if isinstance(facts, Mapping) else {},
        request_id=shown(found.get("request_id")),
        is_one=isinstance(code, str) and isinstance(found.get("detail"), str),
    )


def _facts(facts: Mapping[str, object]) -> Iterator[tuple[str, Fact]]:
    for name, value in islice(facts.items(), _MAX_FACTS):
        if isinstance(value, str):
            yield shown(name), shown(value)
        elif value is None or isinstance(value, bool | int | float):
            yield shown(name), value


def _failed(checks: list[object]) -> list[str]:
    return [
        shown(each.get("sentence")) for each in checks if isinstance(each, Mapping) and not each.get("passed", True)
    ]
