"""Resident memory of the director's process while it serves, beside an empty application under the same load."""

from benchmarks.batch import batch_request
from benchmarks.federation import SERVE, Federation
from benchmarks.http_client import Request, ask
from benchmarks.program import Program, serving
from benchmarks.report import Figure, Row

_INFERENCES = 2000
_TARGET_MEBIBYTES = 120
_HOW = (
    f"Resident memory (VmRSS) of the one process after {_INFERENCES:,} inferences, and after a batch of 100,000 rows, "
    "against an empty FastAPI application that answered as often."
)


def measure(federation: Federation, *, is_quick: bool) -> Figure:
    """Ask both, then look at what they hold."""
    number = 50 if is_quick else _INFERENCES
    question, batch = federation.infer_request(), batch_request(federation)
    with serving("director", SERVE, federation.folder) as director:
        _ask_often(director, question, number)
        after_inferences = director.resident_mebibytes()
        assert ask(director.port, batch).status == 200
        after_batch = director.resident_mebibytes()
    with serving("benchmarks.floor_server", [federation.serve_options], federation.folder) as floor:
        _ask_often(floor, Request("POST", "/infer", body=question.body), number)
        beside = floor.resident_mebibytes()
    return Figure(
        "Memory",
        _HOW,
        (_row(f"after {number:,} inferences", after_inferences, beside), _row("then a batch", after_batch, beside)),
    )


def _ask_often(server: Program, request: Request, number: int) -> None:
    for _ in range(number):
        assert ask(server.port, request).status == 200


def _row(what: str, ours: float, beside: float) -> Row:
    return Row(
        what,
        f"{ours:.0f} MiB",
        f"{beside:.0f} MiB",
        f"{ours / beside:.1f}",
        f"≤ {_TARGET_MEBIBYTES} MiB",
        ours <= _TARGET_MEBIBYTES,
    )
