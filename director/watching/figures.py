"""Every figure that ``GET /metrics`` gives: its name, what it is, what tells its values apart. Knows no values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]

PREFIX = "fl_director_"
WORKER = "worker"
"""The label that a figure of one process has beside its own: which process it is."""


@dataclass(frozen=True)
class Times:
    """How long things took.

    Args:
        counts: How many took no longer than each bound and longer than the one before; the last: longer than all.
        seconds: All of them together.
    """

    counts: Sequence[int]
    seconds: float


@dataclass(frozen=True)
class Sample:
    """One value.

    Args:
        figure: Whose, without the prefix.
        value: The number, or the times.
        labels: The values of the figure's labels, in its order.
    """

    figure: str
    value: float | Times
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """Something that is measured.

    Args:
        name: How it is called, without the prefix; a counter's ends in ``_total``.
        kind: As Prometheus has it.
        means: What it is, in a sentence.
        labels: What tells its values apart; each takes a bounded number of values.
        is_of_worker: Whether each process has its own; else it is the federation's, and each process gives the same.
    """

    name: str
    kind: Kind
    means: str
    labels: tuple[str, ...] = ()
    is_of_worker: bool = False


BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
"""Of a request's time, in seconds."""


def _worker(name: str, kind: Kind, means: str, *labels: str) -> Figure:
    return Figure(name, kind, means, (*labels, WORKER), is_of_worker=True)


FIGURES: Sequence[Figure] = (
    _worker(
        "requests_total",
        "counter",
        "Requests that were answered, by route (its template; `unmatched`: no route) and status (`none`: the sender "
        "went away before).",
        "method",
        "route",
        "status",
    ),
    _worker(
        "request_seconds", "histogram", "How long an answer took, until its last byte was written.", "method", "route"
    ),
    _worker(
        "denied_total",
        "counter",
        "Who was turned away, and why: a token, session or code that does not hold, what a role may not do, too much.",
        "kind",
    ),
    _worker("connections_open", "gauge", "Connections that are open."),
    _worker("requests_waiting", "gauge", "Requests that wait for something to be done (work, events)."),
    _worker("desk_places", "gauge", "Places of uploads and batches: one more is asked to come again.", "desk"),
    _worker("desk_taken", "gauge", "How many of them are taken: by what arrives, waits, or is judged.", "desk"),
    _worker("desk_judged", "gauge", "How many uploads, or batches, are judged or read at this moment.", "desk"),
    _worker("loop_lag_seconds", "gauge", "The longest that the event loop came late in the last fifteen seconds."),
    _worker("process_cpu_seconds_total", "counter", "Processor time of this process."),
    _worker("process_resident_bytes", "gauge", "Memory of this process (on Linux)."),
    _worker("process_start_timestamp_seconds", "gauge", "When this process began to serve."),
    Figure("build_info", "gauge", "Which program this is: always 1.", ("version", "python", "schema")),
    Figure("acts_total", "counter", "Acts on record, by name; the audit's own words.", ("act",)),
    Figure(
        "uploads_total", "counter", "Uploads by verdict; what the gate holds back later counts again.", ("verdict",)
    ),
    Figure("rounds_total", "counter", "Rounds that ended.", ("outcome",)),
    Figure("runs_total", "counter", "Runs that ended.", ("outcome",)),
    Figure("runs_open", "gauge", "Runs that are not over.", ("state",)),
    Figure("rounds_open", "gauge", "Rounds that take updates.", ("task",)),
    Figure("round_awaited", "gauge", "Hospitals whose update, or answer, is waited for.", ("task",)),
    Figure("round_closes_timestamp_seconds", "gauge", "When the first open round of a task closes.", ("task",)),
    Figure("global_version", "gauge", "The global version that is published.", ("task",)),
    Figure("matters", "gauge", "What waits for a person, as the overview has it; of each kind 200 at most.", ("kind",)),
    Figure("hospitals", "gauge", "Hospitals by how they are there.", ("state",)),
    Figure(
        "hospital_last_contact_timestamp_seconds",
        "gauge",
        "When a hospital's machine was last seen; of those that joined and are not shut out.",
        ("hospital",),
    ),
    Figure("tokens", "gauge", "Tokens that hold.", ("role",)),
    Figure("backup_timestamp_seconds", "gauge", "When the newest backup was made; missing where there is none."),
    Figure("audit_records", "gauge", "How long the audit is."),
    Figure("audit_intact", "gauge", "1: it was whole when last verified; 0: it was not; missing: nobody verified it."),
    Figure("audit_verified_timestamp_seconds", "gauge", "When that was."),
    Figure("alert_channel_failures", "gauge", "How often in a row a channel of alerts took no message.", ("channel",)),
    Figure("alert_sent_timestamp_seconds", "gauge", "When a channel last took one.", ("channel",)),
    Figure("disk_free_bytes", "gauge", "Free space where the data folder is."),
    Figure("database_bytes", "gauge", "The database, with what is not yet taken in."),
    Figure("blobs", "gauge", "Files that are kept; counted every five minutes at most."),
    Figure("blob_bytes", "gauge", "What they take."),
    Figure("is_quiet", "gauge", "1: nothing new is opened, the director is about to be stopped."),
)
"""In the order in which they are given."""

BY_NAME: Mapping[str, Figure] = {figure.name: figure for figure in FIGURES}


def table() -> str:
    """Write the figures as a table of Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "| metric | kind | labels | what it is |"
    yield "|---|---|---|---|"
    for figure in FIGURES:
        labels = ", ".join(f"`{label}`" for label in figure.labels)
        yield f"| `{PREFIX}{figure.name}` | {figure.kind} | {labels} | {figure.means} |"
