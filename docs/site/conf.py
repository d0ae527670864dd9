"""How Sphinx makes the pages of this repository into a site that asks no network: `make docs`.

The pages stay plain Markdown, as a repository's view shows them; what only the site needs, its contents, stands beside
this file. Sphinx starts at the repository's root, so that a page's links to files beside it go on leading there.
"""

import re
import tomllib
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

project = "Federated Learning Director"
copyright = "its contributors; Apache-2.0"
version = release = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
language = "en"

extensions = ["myst_parser"]
root_doc = "docs/index"
include_patterns = ["docs/**", "CHANGELOG.md", "CONTRIBUTING.md", "README.md", "SECURITY.md"]
# what lies beside the pages is not looked through: an environment alone has thousands of files
exclude_patterns = [".*", "build", "dashboard", "data", "demo", "dist", "docs/images", "docs/site"]
myst_heading_anchors = 4  # a heading is linked to as a repository's view does it

html_theme = "furo"
html_title = f"{project} {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_search_scorer = str(HERE / "search_order.js")
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_use_index = False
html_theme_options = {"navigation_with_keys": True}

CONTENTS = {"docs/index": "index.md", "docs/adr/README": "decisions.md"}
"""Page → its contents, below `contents/`."""
_DRAWING = re.compile(r"^```mermaid\n.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<path>[\w./-]+)\)")


def make_ready(app: Sphinx, docname: str, source: list[str]) -> None:
    """Make a page ready for the site: with its contents, which a repository's view would show as their source."""
    source[0] = folded(without_links_to_folders(source[0], (ROOT / docname).parent))
    if docname in CONTENTS:
        source[0] += "\n" + (HERE / "contents" / CONTENTS[docname]).read_text("utf-8")


def without_links_to_folders(text: str, folder: Path) -> str:
    """Let a folder's name stand without a link: a repository's view opens it, a site has nothing to show."""
    return _LINK.sub(lambda link: link["text"] if (folder / link["path"]).is_dir() else link[0], text)


def folded(text: str) -> str:
    """Fold away what a repository's view draws: to draw it here, the reader's browser would have to fetch a script."""
    return _DRAWING.sub(
        lambda found: f"<details><summary>A drawing, as text</summary>\n\n{found[0]}\n\n</details>", text
    )


def write_front_door(app: Sphinx, failed: Exception | None) -> None:
    """Lead whoever opens the site's folder to the front page, which lies beside the pages that it links to."""
    if failed is None:
        page = f'<!doctype html><meta charset="utf-8"><title>{html_title}</title>\n'
        page += '<meta http-equiv="refresh" content="0; url=docs/index.html"><a href="docs/index.html">Open</a>\n'
        (Path(app.outdir) / "index.html").write_text(page, "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Say to Sphinx what is ours."""
    app.add_lexer("mermaid", TextLexer)
    app.connect("source-read", make_ready)
    app.connect("build-finished", write_front_door)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
