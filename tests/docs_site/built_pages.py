"""What a browser would follow or fetch in a built page: links, anchors, what is loaded with it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

_LOADED = {"img": "src", "script": "src", "iframe": "src", "source": "srcset", "video": "src", "audio": "src"}


@dataclass
class BuiltPage(HTMLParser):
    """One page, read."""

    path: Path
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "link" and not set(found.get("rel", "").split()) & {"next", "prev", "search", "index"}:
            self.loaded.append(found["href"])
        elif tag == "meta" and found.get("http-equiv", "").lower() == "refresh":
            self.links.append(found["content"].partition("url=")[2])
        elif tag in _LOADED and _LOADED[tag] in found:
            self.loaded.append(found[_LOADED[tag]])


def pages_of(site: Path) -> dict[Path, BuiltPage]:
    """Read every page of a site, by its path."""
    return {path: BuiltPage(path) for path in sorted(site.rglob("*.html"))}
