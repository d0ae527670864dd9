"""Whoever looks for the tests of a module finds them where the module lies: every module has its namesake here."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("aggregation", "analyst", "contract", "director", "envoy", "flower_apps", "simulation")
DECLARATIONS = ("contract/messages", "director/records/migrations", "director/records/migrations/versions")
"""What is declared is held by the tests of those who use it; so are a stage's events, in tests/director/records."""


def modules(package: str) -> list[Path]:
    """Give the modules with logic, relative to the root; ``__init__`` and ``__main__`` are doors."""
    found = (path.relative_to(ROOT) for path in sorted((ROOT / package).rglob("*.py")))
    return [
        path
        for path in found
        if not path.stem.startswith("__")
        and path.parent.as_posix() not in DECLARATIONS
        and (path.name != "events.py" or path.parent.name == "records")
    ]


def namesake_of(module: Path) -> Path:
    return Path("tests") / module.parent / f"test_{module.name}"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_has_its_namesake_among_the_tests(package: str) -> None:
    assert [str(module) for module in modules(package) if not (ROOT / namesake_of(module)).is_file()] == []


def imported(source: str) -> Iterator[str]:
    """Give the packages at the top that a module imports from."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_that_is_shipped_imports_from_the_tests(package: str) -> None:
    of_tests = {"tests", *(path.stem for path in (ROOT / "tests").iterdir())} - set(PACKAGES)
    assert {path.name for path in (ROOT / package).rglob("*.py") if of_tests & set(imported(path.read_text()))} == set()


def test_an_import_from_the_tests_would_be_seen() -> None:
    assert set(imported("from tests.small_updates import ROWS\nimport federation_simulator as f")) == {
        "tests", "federation_simulator",
    }  # fmt: skip
