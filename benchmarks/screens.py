"""What a person waits for: screens of the dashboard in a real browser, over HTTP on loopback."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from playwright.sync_api import BrowserContext, Page

from benchmarks import chromium
from benchmarks.http_client import HOST
from benchmarks.report import Row, middle

_BUILT = Path(__file__).resolve().parent.parent / "director" / "static" / "index.html"
_MOST_MS = 1500
_SCREENS = {
    "overview": "/",
    "hospitals": "/hospitals",
    "one hospital": "/hospitals/H001",
    "submissions": "/submissions",
    "aggregate": "/aggregate",
    "runs": "/runs",
    "a run": "/runs/1",
    "models": "/models",
    "a model": "/models/{versions}",
    "audit": "/audit",
    "tokens": "/tokens",
    "system": "/system",
}
_LARGEST_PAINT = """() => new Promise(tell => {
    let latest = NaN
    new PerformanceObserver(list => { latest = list.getEntries().at(-1).startTime })
        .observe({type: "largest-contentful-paint", buffered: true})
    setTimeout(() => tell(latest), 100)
})"""
_IS_ALL_THERE = (
    """() => document.querySelector("h1") !== null && document.querySelector('[aria-label="Loading…"]') === null"""
)


def rows(port: int, cookie: str, *, versions: int, times: int, is_quick: bool) -> Iterator[Row]:
    """Open each screen so often, signed in, each time as a page of its own.

    Args:
        port: The director's.
        cookie: ``name=value`` of a session.
        versions: How many versions of the global model there are.
        times: How often to open each.
        is_quick: Whether two screens are enough.

    Yields:
        A row for each: its largest paint (https://web.dev/articles/lcp) and when all it asked for was there. The floor
        is the load of a page of two lines, from the same director.
    """
    path = chromium.executable()
    if path is None or not _BUILT.exists():
        yield Row("screens", "left out: no Chromium here, or the dashboard is not built")
        return
    home = f"http://{HOST}:{port}"
    with chromium.opened(path) as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        name, _, value = cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": home}])
        floor = [_loaded(context, f"{home}/health/live") for _ in range(times)]
        for screen, at in list(_SCREENS.items())[: 2 if is_quick else None]:
            url = f"{home}/dashboard{at.format(versions=versions)}"
            paints, wholes = zip(*(_painted(context, url) for _ in range(times)), strict=True)
            yield _row(screen, paints, wholes, floor)


def _row(screen: str, paints: Sequence[float], wholes: Sequence[float], floor: Sequence[float]) -> Row:
    return Row(
        f"largest paint: {screen}",
        f"{middle(paints, '.0f')} ms, all there {middle(wholes, '.0f')} ms",
        f"{middle(floor, '.0f')} ms",
        f"{median(floor) / median(paints):.2f}",
        f"≤ {_MOST_MS} ms",
        max(paints) <= _MOST_MS,
    )


def _loaded(context: BrowserContext, url: str) -> float:
    page = context.new_page()
    try:
        return _milliseconds(page, url)
    finally:
        page.close()


def _painted(context: BrowserContext, url: str) -> tuple[float, float]:
    """Give, in ms, the largest paint of a screen and when all was there."""
    page = context.new_page()
    try:
        began = perf_counter()
        page.goto(url)
        page.wait_for_function(_IS_ALL_THERE)
        whole = (perf_counter() - began) * 1000
        return float(page.evaluate(_LARGEST_PAINT)), whole
    finally:
        page.close()


def _milliseconds(page: Page, url: str) -> float:
    began = perf_counter()
    page.goto(url)
    return (perf_counter() - began) * 1000
