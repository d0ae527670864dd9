"""A director's refusal in the words of whoever runs an envoy: what it tells programs of HTTP helps no hospital."""

import re
from collections.abc import Mapping

from contract.interface_words import in_commands

HOW_TO_RENEW = (
    "Ask the consortium's admin for another (fl-director token issue --role hospital --envoy NAME --json), then: "
    "fl-envoy renew --file FILE. Or join again with a new code."
)
_OPERATION = re.compile(r"\b(GET|HEAD|POST|PUT|PATCH|DELETE) /")
_PART_OF_A_REQUEST = re.compile(r"\b[Hh]eader\b|\bcookie\b")
COMMANDS: Mapping[str, str] = {
    "GET /tasks": "fl-envoy task list",
    "GET /tasks/*": "fl-envoy task list",
    "GET /tasks/*/start": "fl-envoy train",
    "GET /submissions": "fl-envoy status",
    "GET /submissions/*": "fl-envoy status",
    "GET /statistics": "fl-envoy status",
    "GET /envoys/*": "fl-envoy status",
    "POST /runs/*/answers": "fl-envoy participate",
    "GET /envoys/*/work": "fl-envoy participate",
}
"""What does for a hospital what an operation of the director's interface does; what is not here nothing does."""
_UNAUTHENTICATED = "unauthenticated"
_HINTS: Mapping[str, str] = {
    _UNAUTHENTICATED: HOW_TO_RENEW,
    "base_unknown": "Train again, from the start that holds now: fl-envoy train",
    "scaler_not_agreed": "Train again, behind the scaler that holds now: fl-envoy train",
    "scaler_file_invalid": "Look at the tables (fl-envoy check), then train again: fl-envoy train",
    "unknown_task": "The director's tasks are shown by: fl-envoy task list",
    "unknown_envoy": "Ask the consortium's admin under which name this hospital is known there.",
    "part_missing": "Send it again: fl-envoy send",
}
_ELSE = "If it stays so, tell the consortium's admin what stands above."


def in_own_words(code: str, sentence: str, hint: str) -> tuple[str, str]:
    """Give a refusal's sentence and hint as a person at a hospital can use them.

    Args:
        code: The problem's stable code.
        sentence: What the director said.
        hint: What it said to do; kept unless it speaks of HTTP.
    """
    is_for_programs = _PART_OF_A_REQUEST.search(hint) is not None
    if not is_for_programs and not _OPERATION.search(hint):
        return sentence, hint
    if code == _UNAUTHENTICATED:
        sentence = "The director does not take this hospital's token: it ended, or was revoked or rotated."
    said = "" if is_for_programs else in_commands(hint, COMMANDS)
    return sentence, _HINTS.get(code) or said or _ELSE
