"""Which command of ``fl-director`` does what an operation of the interface does."""

from collections.abc import Mapping

COMMANDS: Mapping[str, str] = {
    "GET /envoys": "fl-director envoy list",
    "GET /tasks": "fl-director task list",
    "GET /tasks/*": "fl-director task show {}",
    "GET /submissions": "fl-director submission list",
    "GET /submissions/*": "fl-director submission show {}",
    "GET /statistics": "fl-director statistics list",
    "GET /global_models": "fl-director model list",
    "GET /runs": "fl-director run list",
    "GET /runs/*": "fl-director run show {}",
    "GET /rounds/*": "fl-director run list",
    "GET /proposals": "fl-director proposal list",
    "GET /tokens": "fl-director token list",
    "GET /audit": "fl-director audit list",
}
"""What stands nowhere here the admin has no command for."""
