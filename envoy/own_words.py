"""A director's refusal in the words of whoever runs an envoy: what it tells programs of HTTP helps no hospital."""

import re
from collections.abc import Mapping

HOW_TO_RENEW = (
    "Ask the consortium's admin to rotate it (fl-director token rotate ID --json), then: fl-envoy renew --file FILE. "
    "Or join again with a new code."
)
_OF_HTTP = re.compile(r"\b(GET|HEAD|POST|PUT|PATCH|DELETE) /|\b[Hh]eader\b|\bcookie\b")
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
    if not _OF_HTTP.search(hint):
        return sentence, hint
    if code == _UNAUTHENTICATED:
        sentence = "The director does not take this hospital's token: it ended, or was revoked or rotated."
    return sentence, _HINTS.get(code, _ELSE)
