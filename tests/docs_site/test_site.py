"""The site of `make docs`: built without a warning, whole, and with nothing in it that asks the network."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from benchmarks import chromium
from tests.docs_site.built_pages import BuiltPage, pages_of
from tests.docs_site.conftest import ROOT, command_of_make

USERS = ("hospital", "analyst", "admin")
STEPS = ["install", "first-day", "every-day", "when-it-breaks"]
SOURCES = [
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "docs" / "guide").glob("*.md"),
    *(ROOT / "docs" / "adr").glob("*.md"),
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")),
]
PHONE = ViewportSize(width=390, height=844)
_FETCHED_BY_STYLE = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, BuiltPage]:
    return pages_of(site)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = chromium.executable()
    if executable is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    with chromium.opened(executable) as browser:
        yield browser


@pytest.fixture
def offline(browser: Browser) -> Iterator[Page]:
    """A page that may read files and nothing else: whatever else it asks for, and whatever fails, fails the test."""
    context = browser.new_context(viewport=PHONE)
    context.set_default_timeout(10_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("request", lambda asked: None if asked.url.startswith(("file:", "data:")) else wrong.append(asked.url))
    page.on("requestfailed", lambda asked: wrong.append(asked.url))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert wrong == []


def test_a_warning_fails_the_build(tmp_path: Path) -> None:
    command = command_of_make(tmp_path, tmp_path)
    assert "-W" in command
    assert "--keep-going" in command


def test_every_page_is_reached_from_the_front_page(site: Path, pages: dict[Path, BuiltPage]) -> None:
    front = site / "docs" / "index.html"
    linked = {(front.parent / unquote(urlsplit(link).path)).resolve() for link in pages[front].links}
    built = {page: site / page.relative_to(ROOT).with_suffix(".html") for page in SOURCES}
    assert len(built) > 60
    assert [page.name for page, path in built.items() if path not in {*linked, front}] == []


def test_every_link_and_anchor_within_the_site_leads_somewhere(site: Path, pages: dict[Path, BuiltPage]) -> None:
    broken, followed = [], 0
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or link in ("", "#"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            followed += 1
            is_there = target.is_file() and target.is_relative_to(site)
            if not is_there or (parts.fragment and unquote(parts.fragment) not in pages[target].anchors):
                broken.append(f"{path.name}: {link}")
    assert broken == []
    assert followed > 1000


def test_no_page_and_no_style_loads_anything_from_elsewhere(site: Path, pages: dict[Path, BuiltPage]) -> None:
    loaded = [(page.path, each) for page in pages.values() for each in page.loaded]
    for style in site.rglob("*.css"):
        loaded += [(style, a or b) for a, b in _FETCHED_BY_STYLE.findall(style.read_text("utf-8"))]
    assert len(loaded) > 100
    assert [
        (path.name, each)
        for path, each in loaded
        if not each.startswith(("data:", "#")) and not (path.parent / unquote(urlsplit(each).path)).is_file()
    ] == []


@pytest.mark.parametrize("user", USERS)
def test_the_front_page_leads_each_user_to_four_things(site: Path, pages: dict[Path, BuiltPage], user: str) -> None:
    front = pages[site / "docs" / "index.html"]
    found = [link for link in front.links if link.startswith(f"guide/{user}.html#")]
    assert [link.partition("#")[2] for link in found] == STEPS


def test_the_site_says_its_name_and_version(offline: Page, site: Path) -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert version is not None
    offline.goto((site / "index.html").as_uri())
    offline.wait_for_url("**/docs/index.html")
    assert offline.title() == f"Federated Learning Director {version[1]}"


@pytest.mark.parametrize("words", ["proxy", "rejoin", "connection refused", "base_unknown"])
def test_words_typed_into_the_search_lead_to_the_hospitals_guide_without_a_network(
    offline: Page, site: Path, words: str
) -> None:
    offline.set_viewport_size({"width": 1280, "height": 900})
    offline.goto((site / "docs" / "recovery.html").as_uri())
    offline.get_by_role("textbox", name="Search").fill(words)
    offline.keyboard.press("Enter")
    offline.locator("ul.search li a").first.click()
    offline.wait_for_url(re.compile(r"docs/guide/hospital\.html"))
    assert words in (offline.locator("article").inner_text()).lower()


@pytest.mark.parametrize("page", ["docs/index.html", *(f"docs/guide/{user}.html" for user in USERS), "docs/admin.html"])
def test_a_page_fits_a_phone(offline: Page, site: Path, page: str) -> None:
    offline.goto((site / page).as_uri())
    assert offline.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert offline.evaluate(
        "[...document.images].every(each => each.alt && (each.loading === 'lazy' || each.naturalWidth))"
    )
