"""Draw the director's stages from the import contracts and the imports themselves, into ``docs/stages.md``.

``make stages`` writes the page; ``make check`` refuses one that is not what the code is.
"""

import ast
import sys
import tomllib
from collections import Counter
from pathlib import Path

import grimp

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "stages.md"
PACKAGE = "director"


def layers() -> list[str]:
    """Give the stages of the contract, the first stage of an upload's journey first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = [each for each in settings["contracts"] if each.get("containers") == [PACKAGE]]
    named = [part.strip() for layer in contract["layers"] for part in layer.split("|")]
    return [name for name in reversed(named) if name != "__main__"]


def sentence(stage: str) -> str:
    """Give the first sentence of a stage's docstring."""
    folder = ROOT / PACKAGE / stage
    source = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    return (ast.get_docstring(ast.parse(source.read_text())) or "").partition("\n")[0]


def crossings() -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """Count the modules of each stage, and the imports from one stage to another, module by module."""
    graph = grimp.build_graph(PACKAGE)
    stage_of = {
        module: module.split(".")[1]
        for module in graph.modules
        if "." in module and not graph.find_children(module) and not module.endswith("__main__")
    }
    pairs = Counter(
        (stage_of[module], stage_of[imported])
        for module in stage_of
        for imported in graph.find_modules_directly_imported_by(module)
        if imported in stage_of and stage_of[imported] != stage_of[module]
    )
    return Counter(stage_of.values()), pairs


def page() -> str:
    """Write the page."""
    stages, (modules, pairs) = layers(), crossings()
    lines = [
        "# The director's stages",
        "",
        "Made from the import contracts in `pyproject.toml` and from the imports themselves: `make stages`. A stage",
        "knows those before it, never one after it; an arrow says how many imports lead there, module by module.",
        "",
        "```mermaid",
        "flowchart BT",
        *(f"    {stage}" for stage in stages if modules[stage] and stage not in ("clock", "errors", "settings")),
        *(
            f"    {importer} -- {count} --> {imported}"
            for (importer, imported), count in sorted(pairs.items(), key=lambda each: _place(each[0], stages))
            if imported not in ("clock", "errors") and importer != "settings" and imported != "settings"
        ),
        "```",
        "",
        "| stage | what it is | modules | knows |",
        "|---|---|---:|---|",
    ]
    for stage in stages:
        known = [f"{name} {pairs[stage, name]}" for name in stages if pairs[stage, name]]
        lines.append(f"| `{stage}` | {sentence(stage)} | {modules[stage]} | {', '.join(known)} |")
    lines += ["", f"Imports that cross a stage: {sum(pairs.values())}, between {sum(modules.values())} modules.", ""]
    return "\n".join(lines)


def _place(pair: tuple[str, str], stages: list[str]) -> tuple[int, int]:
    return stages.index(pair[0]), stages.index(pair[1])


def main() -> int:
    """Write the page, or with ``--check`` say whether it is up to date."""
    text = page()
    if "--check" in sys.argv[1:]:
        is_fresh = PAGE.is_file() and PAGE.read_text() == text
        if not is_fresh:
            print("docs/stages.md is not what the code is: make stages", file=sys.stderr)
        return 0 if is_fresh else 1
    PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
