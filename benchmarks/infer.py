"""One row at a time: ``POST /infer`` with token, checks and log, beside an empty endpoint that validates the body."""

from statistics import median

from benchmarks.federation import HOSPITALS, SERVE, Federation
from benchmarks.http_client import Request, ask
from benchmarks.load_generator import CONNECTIONS, Load, load
from benchmarks.program import Program, serving
from benchmarks.report import Figure, Row, middle

_TARGET = 0.7
_HOW = (
    f"`POST /infer` for one row, with token, checks and log, one worker, {CONNECTIONS} connections kept alive over "
    "loopback, against an empty FastAPI endpoint that validates the same body behind a server with the same options. "
    "Both run as processes of their own and take turns in short rounds; the ratio is taken round by round."
)
_Round = tuple[Load, float]
"""A load, and the processor time in seconds that the server spent on it."""


def measure(federation: Federation, *, is_quick: bool) -> Figure:
    """Let both servers answer in turns."""
    rounds, seconds = (2, 0.2) if is_quick else (7, 2.0)
    question = federation.infer_request()
    unsigned = Request("POST", "/infer", body=question.body)
    with (
        serving("director", SERVE, federation.folder) as director,
        serving("benchmarks.floor_server", [federation.serve_options], federation.folder) as floor,
    ):
        answer = ask(director.port, question).json()
        assert isinstance(answer["model"], dict)
        assert answer["model"]["envoy_name"] == HOSPITALS[0]
        assert ask(director.port, unsigned).status == 401
        pairs = ((director, question), (floor, unsigned))
        for server, request in pairs:  # warm up
            load(server.port, request, seconds=seconds / 4)
        measured: dict[Program, list[_Round]] = {director: [], floor: []}
        for number in range(rounds):
            for server, request in pairs if number % 2 else reversed(pairs):
                measured[server].append(_round(server, request, seconds))
    return Figure("One inference", _HOW, _rows(measured[director], measured[floor]))


def _round(server: Program, request: Request, seconds: float) -> _Round:
    before = server.processor_seconds()
    result = load(server.port, request, seconds=seconds)
    return result, server.processor_seconds() - before


def _rows(director: list[_Round], floor: list[_Round]) -> tuple[Row, ...]:
    ratios = [ours.rate / theirs.rate for (ours, _), (theirs, _) in zip(director, floor, strict=True)]
    return (
        Row(
            "requests answered",
            _rate(director),
            _rate(floor),
            middle(ratios, ".2f"),
            f"≥ {_TARGET}",
            median(ratios) >= _TARGET,
        ),
        Row("latency", _latency(director), _latency(floor)),
        Row(
            "processor time a request",
            f"{_microseconds(director):.0f} µs",
            f"{_microseconds(floor):.0f} µs",
            f"{_microseconds(floor) / _microseconds(director):.2f}",
        ),
    )


def _rate(rounds: list[_Round]) -> str:
    return f"{middle([result.rate for result, _ in rounds], ',.0f')} requests/s"


def _latency(rounds: list[_Round]) -> str:
    return ", ".join(
        f"p{percent} {median(result.percentile_ms(percent) for result, _ in rounds):.1f} ms" for percent in (50, 99)
    )


def _microseconds(rounds: list[_Round]) -> float:
    return median(processor / len(result.latencies) for result, processor in rounds) * 1e6
