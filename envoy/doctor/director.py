"""What the director itself says: that it answers, its clock, its version, its tasks, this hospital's state."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from pydantic import ValidationError

from contract.findings import Finding, bad, ok, warn
from contract.machine_findings import skew_finding
from contract.messages.health import Health
from contract.messages.tasks import TaskDescription
from contract.names import EnvoyName, TaskName
from contract.requirements import unmet
from envoy.bounded_answers import read_body
from envoy.director_client import DirectorClient
from envoy.errors import PolicyError

WARN_BEYOND, BAD_BEYOND = timedelta(minutes=1), timedelta(minutes=5)
_LIVE = "/health/live"
_MAX_BYTES = 1 << 16


@dataclass(frozen=True)
class Heard:
    """An answer that anybody may have.

    Args:
        health: What the director says of itself.
        date: The time there; None: it did not say.
        at: The time here, in the middle between asking and hearing.
    """

    health: Health
    date: datetime | None
    at: datetime


def hear(client: DirectorClient, clock: Callable[[], datetime]) -> Heard:
    """Ask a director whether it is there.

    Raises:
        EnvoyError: It is not, or is not trusted, or something else answers.
    """
    asked_at = clock()
    with client.asked("GET", _LIVE, _MAX_BYTES) as response:
        body, said = read_body(response, _MAX_BYTES), response.headers.get("Date")
    at = asked_at + (clock() - asked_at) / 2
    try:
        health = Health.model_validate_json(body, extra="ignore")
    except ValidationError:
        raise client.other_speech() from None
    return Heard(health, _moment(said), at)


def heard_findings(heard: Heard, url: str, trusted: str | None, version: str) -> Iterator[Finding]:
    """Judge an answer.

    Args:
        heard: What came.
        url: From where.
        trusted: Who vouches for it, in words; None: nothing was encrypted.
        version: Of this envoy.
    """
    by = "without TLS" if trusted is None else f"over TLS, trusted by {trusted}"
    yield ok("director", f"{url} answers, {by}.")
    if heard.date is None:
        yield warn("clock", "the director's answer bears no date.", "Look what stands before it: a proxy took it out.")
    else:
        yield skew_finding(
            "clock", heard.at, heard.date, "the director's", warn_beyond=WARN_BEYOND, bad_beyond=BAD_BEYOND
        )
    yield _versions(heard.health, version)


def state_finding(client: DirectorClient, name: EnvoyName) -> Finding:
    """Ask the director, with the token, what this hospital is to it.

    Raises:
        EnvoyError: The token does not hold, or no answer came.
    """
    state = client.envoy(name).state
    if state == "disabled":
        return bad("membership", f"{name} is disabled at the director.", "Ask the consortium's admin why.")
    return ok("membership", f"the token holds, and {name} is {state or 'known'} at the director.")


def task_findings(
    given: Sequence[TaskDescription], wanted: Sequence[TaskName], agree: Callable[[TaskDescription], object]
) -> Iterator[Finding]:
    """Judge whether this hospital can train for what its settings name.

    Args:
        given: The director's tasks.
        wanted: Those of the settings.
        agree: Raises ``PolicyError`` where this hospital does not train for a task as it is defined.
    """
    by_name = {each.name: each for each in given}
    for name in wanted:
        said = by_name.get(name)
        if said is None:
            yield bad(
                "task",
                f"the director learns nothing of {name}, which the settings name.",
                "See fl-envoy task list; then set ENVOY_TASK, or ENVOY_TASKS.",
            )
            continue
        try:
            agree(said)
        except PolicyError as error:
            yield bad("task", error.sentence, error.hint)
        else:
            yield ok("task", f"{name} is known at both ends.")


def _versions(health: Health, version: str) -> Finding:
    oldest = getattr(health, "oldest_envoy", None)  # a director of before does not say
    if oldest is not None and list(unmet({"fl-envoy": f">={oldest}"}, {"fl-envoy": version})):
        return bad(
            "version",
            f"this envoy is {version}, and the director takes {oldest} or later.",
            "Install a newer fl-envoy: ask the consortium's admin which.",
        )
    if health.version == version:
        return ok("version", f"{version} at both ends.")
    return ok("version", f"this envoy is {version}, the director {health.version}; one version apart works.")


def _moment(header: str | None) -> datetime | None:
    try:
        found = None if header is None else parsedate_to_datetime(header)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found
