"""The pages for people: their links lead somewhere, and each decision says whether it holds."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parent.parent
DECISIONS = ROOT / "docs" / "adr"

# what commands make beside the repository's own files (.gitignore names them)
MADE = {"blobs", "build", "data", "demo", "dist", "node_modules"}

_FENCED = re.compile(r"^ *(?P<fence>`{3,}|~{3,}).*?^ *(?P=fence)", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(?P<ticks>`+)(?:(?!\n\n).)+?(?P=ticks)", re.DOTALL)
_INLINE = re.compile(r"\]\(\s*(?:<(?P<angled>[^>\n]+)>|(?P<plain>[^)\s]+))")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]]+\]:\s*(?:<(?P<angled>[^>\n]+)>|(?P<plain>\S+))", re.MULTILINE)
_NAMED = re.compile(r"`([\w/.-]+\.py)`")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)

_STATUS = re.compile(r"^- Status: (?P<status>proposed|accepted|superseded by (?P<successor>\d{4}))$", re.MULTILINE)
_HEAD = re.compile(r"\A# (?P<number>\d{4}) .+\n\n- Status: .+\n- Date: \d{4}-\d{2}-\d{2}\n\n## Context\n")
_ROW = re.compile(r"^\| \[(?P<number>\d{4})\]\((?P<file>[^)]+)\) \| .+ \| (?P<status>[^|]+) \|$", re.MULTILINE)


def markdown_files(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in MADE)
        yield from (Path(folder, name) for name in sorted(files) if name.endswith(".md"))


def relative_links(text: str) -> list[str]:
    """Give the paths that a page links to, without anchors; links to other sites and within the page are left out."""
    prose = _CODE.sub("", _FENCED.sub("", text))
    found = [
        match["angled"] or match["plain"] for pattern in (_INLINE, _DEFINITION) for match in pattern.finditer(prose)
    ]
    paths = (unquote(target.partition("#")[0]) for target in found if not _SCHEME.match(target))
    return [path for path in paths if path]


def broken_links(page: Path, root: Path) -> list[str]:
    """Give the links of a page that lead to nothing, or out of the repository."""
    places = {link: Path(os.path.normpath(page.parent / link)) for link in relative_links(page.read_text("utf-8"))}
    return [link for link, place in places.items() if not (place.is_relative_to(root) and place.exists())]


def named_files(text: str) -> list[str]:
    """Give the Python files that a page names as code, by their path."""
    return [name for name in _NAMED.findall(_FENCED.sub("", text)) if "/" in name]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


PAGES = list(markdown_files(ROOT))
ADRS = sorted(DECISIONS.glob("[0-9]*.md"))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_of_a_page_leads_to_a_file_that_is_there(page: Path):
    assert broken_links(page, ROOT) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_python_file_that_a_page_names_is_there(page: Path):
    missing = [
        name
        for name in named_files(page.read_text("utf-8"))
        if not any((folder / name).is_file() for folder in (ROOT, ROOT / "tests"))
    ]
    assert missing == []


def test_files_are_named_as_code_and_by_their_path():
    assert named_files("see `director/app.py`, `app.py` and director/cli.py\n```\n`a/b.py`\n```\n") == [
        "director/app.py"
    ]


def test_the_pages_at_the_front_and_in_the_folders_are_among_those_looked_at():
    assert {"README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/one_upload.md", "docs/adr/template.md"} <= {
        name_of(page) for page in PAGES
    }


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see [a page](docs/a.md)", ["docs/a.md"]),
        ("two: [a](a.md), [b](b.md)", ["a.md", "b.md"]),
        ("a text [over two\nlines](a.md)", ["a.md"]),
        ("an anchor [there](a.md#part)", ["a.md"]),
        ("an anchor [here](#part)", []),
        ("a title [a](a.md 'A page')", ["a.md"]),
        ("angles [a](<a page.md>)", ["a page.md"]),
        ("a space [a](a%20page.md)", ["a page.md"]),
        ("a picture ![a](a.png)", ["a.png"]),
        ("a picture that links [![a](a.png)](a.md)", ["a.png", "a.md"]),
        ("[a]: a.md\n", ["a.md"]),
        ("elsewhere [a](https://example.org/a.md), [b](mailto:a@example.org), [c](//example.org/c.md)", []),
        ("code `[a](a.md)` and [b](b.md)", ["b.md"]),
        ("[`a`](a.md)", ["a.md"]),
        ("```sh\n\n[a](a.md)\n\n```\n[b](b.md)", ["b.md"]),
        ("- in a list\n  ```sh\n\n  [a](a.md)\n\n  ```\n[b](b.md)", ["b.md"]),
        ("a lone ` tick\n\n[a](a.md)\n\nand ` another", ["a.md"]),
    ],
)
def test_links_are_found_as_a_reader_of_the_page_sees_them(text: str, links: list[str]):
    assert relative_links(text) == links


@pytest.mark.parametrize("link", ["gone.md", "../gone.md", "../../outside.md", "/docs/here.md"])
def test_a_link_to_nothing_or_out_of_the_repository_is_named(tmp_path: Path, link: str):
    root = tmp_path / "repository"
    (root / "docs").mkdir(parents=True)
    (tmp_path / "outside.md").touch()
    (root / "docs" / "here.md").touch()
    page = root / "docs" / "page.md"
    page.write_text(f"[one](here.md), [folder](../docs/), [other]({link})", "utf-8")

    assert broken_links(page, root) == [link]


@pytest.mark.parametrize("page", ADRS, ids=name_of)
def test_every_decision_has_one_status_and_a_date_below_its_title(page: Path):
    text = page.read_text("utf-8")
    head = _HEAD.match(text)

    assert head is not None
    assert page.name.startswith(head["number"] + "-")
    assert len(_STATUS.findall(text)) == 1


@pytest.mark.parametrize("page", ADRS, ids=name_of)
def test_what_supersedes_a_decision_is_a_later_one_that_is_there(page: Path):
    status = _STATUS.search(page.read_text("utf-8"))

    assert status is not None
    if successor := status["successor"]:
        assert successor > page.name[:4]
        assert [other.name for other in ADRS if other.name.startswith(successor)]


def test_the_list_of_decisions_names_each_once_with_its_status():
    listed = [(row["file"], row["status"]) for row in _ROW.finditer((DECISIONS / "README.md").read_text("utf-8"))]
    written = [(page.name, status["status"]) for page in ADRS if (status := _STATUS.search(page.read_text("utf-8")))]

    assert len(written) == len(ADRS) > 0
    assert listed == written


def test_each_decision_has_a_number_of_its_own():
    assert len({page.name[:4] for page in ADRS}) == len(ADRS)
