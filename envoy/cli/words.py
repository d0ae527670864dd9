"""Which command of ``fl-envoy`` does what an operation of the director's interface does."""

from collections.abc import Mapping

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
"""What stands nowhere here a hospital has no command for."""
