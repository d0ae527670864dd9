"""A handler is a typed signature and one call: what is done stands in the stages, and so does every transaction."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import director
from director.api.guard import Entry
from director.app import RESOURCES

FOLDER = Path(director.__file__).parent
MOST_STATEMENTS = 4


def trees(folder: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((FOLDER / folder).glob("*.py")):
        yield path.name, ast.parse(path.read_text(encoding="utf-8"))


def is_handler(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
        "anybody" in (name := ast.unparse(each)) or name.startswith("may(") for each in node.decorator_list
    )


def is_act(statement: ast.stmt) -> bool:
    """A docstring says nothing to the machine, and a failpoint is for tests."""
    text = ast.unparse(statement)
    return not (
        isinstance(statement, ast.Expr) and (isinstance(statement.value, ast.Constant) or text.startswith("reach("))
    )


HANDLERS = {
    node.name: node
    for _, tree in trees("api")
    for node in ast.walk(tree)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and is_handler(node)
}


def test_every_handler_of_the_application_is_among_those_that_were_read() -> None:
    names = {getattr(route, "name", "") for each in RESOURCES for route in each.router.routes}
    assert names == set(HANDLERS)
    routes = [route for each in RESOURCES for route in each.router.routes]
    assert all(isinstance(getattr(route, "entry", None), Entry) for route in routes)


@pytest.mark.parametrize("name", sorted(HANDLERS))
def test_a_handler_has_few_statements(name: str) -> None:
    assert len([each for each in HANDLERS[name].body if is_act(each)]) <= MOST_STATEMENTS


@pytest.mark.parametrize("folder", ["api", "cli"])
def test_no_handler_and_no_command_holds_a_transaction(folder: str) -> None:
    found = [
        f"{name}:{node.lineno}: {ast.unparse(node)}"
        for name, tree in trees(folder)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and is_of_a_transaction(node)
    ]
    assert found == []


def is_of_a_transaction(node: ast.Attribute) -> bool:
    """Whether it is a ledger, a session, or ``database.read`` or ``write``, whoever has the database."""
    of_database = ast.unparse(node.value).rpartition(".")[2] == "database"
    return node.attr in ("ledger", "session") or (node.attr in ("read", "write") and of_database)


def test_a_transaction_would_be_noticed() -> None:
    for text in ("director.ledger.act(who)", "director.database.read()", "act.session.add(row)"):
        assert any(is_of_a_transaction(each) for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Attribute))
