"""Many rows at once: ``POST /infer_global/batch`` with CSV, beside an endpoint that only moves as many bytes."""

from collections.abc import Iterator
from statistics import median

import numpy as np

from benchmarks.federation import SERVE, Federation
from benchmarks.http_client import Answer, Request, ask
from benchmarks.program import serving
from benchmarks.report import Figure, Row, middle

_ROWS = 100_000
_TARGET = 500_000
_PARTS = 13
_HOW = (
    "`POST /infer_global/batch` with 100,000 rows as CSV over loopback, from the first byte sent to the last byte "
    "received, against an endpoint that reads the same body and streams back as many bytes without thinking."
)


def measure(federation: Federation, *, is_quick: bool) -> Figure:
    """Let both servers answer in turns."""
    runs = 2 if is_quick else 9
    body = _table()
    rows = []
    with (
        serving("director", SERVE, federation.folder) as director,
        serving("benchmarks.floor_server", [federation.serve_options], federation.folder) as floor,
    ):
        for what, query in (("with probabilities", "true"), ("risk levels alone", "false")):
            path = f"/infer_global/batch?probabilities={query}"
            question = Request("POST", path, federation.analyst, body, "text/csv")
            answer_bytes = len(_checked(ask(director.port, question)).body)  # also warms up
            path = f"/stream?answer_bytes={answer_bytes}&parts={_PARTS}"
            mirror = Request("POST", path, body=body, content_type="text/csv")
            assert ask(floor.port, mirror).status == 200
            pairs = [(_checked(ask(director.port, question)), ask(floor.port, mirror)) for _ in range(runs)]
            rows.append(_row(what, pairs))
    return Figure("A batch of inferences", _HOW, tuple(rows))


def batch_request(federation: Federation) -> Request:
    """Ask the global model for all rows."""
    return Request("POST", "/infer_global/batch", federation.analyst, _table(), "text/csv")


def _table() -> bytes:
    counts = np.maximum(1, np.round(np.random.default_rng(0).lognormal(2.2, 0.7, _ROWS))).astype(int)
    lines: Iterator[str] = map(str, counts.tolist())
    return ("diagnosis_count\n" + "\n".join(lines) + "\n").encode()


def _checked(answer: Answer) -> Answer:
    assert answer.status == 200, answer.body[:500]
    assert answer.body.count(b"\n") == _ROWS + 1
    return answer


def _row(what: str, pairs: list[tuple[Answer, Answer]]) -> Row:
    ours, theirs = ([_ROWS / answer.seconds for answer in side] for side in zip(*pairs, strict=True))
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    return Row(
        what,
        f"{middle(ours, ',.0f')} rows/s",
        f"{middle(theirs, ',.0f')} rows/s",
        middle(ratios, ".2f"),
        f"≥ {_TARGET:,} rows/s",
        median(ours) >= _TARGET,
    )
