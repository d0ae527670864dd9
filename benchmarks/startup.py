"""From the start of the process to the first ready answer, beside an empty application behind the same server."""

from statistics import median

from benchmarks.federation import HOSPITALS, SERVE, Federation
from benchmarks.program import serving
from benchmarks.report import Figure, Row, middle

_TARGET = 1.5
_HOW = (
    f"From the start of the process to the first 200 of `/health/ready`, on an initialised folder with "
    f"{len(HOSPITALS)} hospitals, against an empty FastAPI application behind a server with the same options."
)


def measure(federation: Federation, *, is_quick: bool) -> Figure:
    """Start both in turns."""
    starts = 1 if is_quick else 9
    servers = {"director": list(SERVE), "benchmarks.floor_server": [federation.serve_options]}
    seconds: dict[str, list[float]] = {module: [] for module in servers}
    for _ in range(starts + 1):
        for module, arguments in servers.items():
            with serving(module, arguments, federation.folder) as program:
                seconds[module].append(program.seconds_to_ready)
    director, floor = (each[1:] for each in seconds.values())  # the first start warms the page cache
    ratios = [theirs / ours for ours, theirs in zip(director, floor, strict=True)]
    return Figure(
        "Start",
        _HOW,
        (
            Row(
                "seconds to ready",
                f"{middle(director, '.2f')} s",
                f"{middle(floor, '.2f')} s",
                middle(ratios, ".2f"),
                f"≤ {_TARGET} s",
                median(director) <= _TARGET,
            ),
        ),
    )
