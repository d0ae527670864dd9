"""Which errors an operation's code can raise at most: what its handler calls, followed by name through the source.

More than can happen, never less, but for what is called by a table or a common name (``LOOSE``).
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import aggregation.errors
import contract.errors
import director
import director.errors
from contract.errors import FederationError

_ROOT = Path(director.__file__).parents[1]
_MODULES = (contract.errors, director.errors, aggregation.errors)
_CODES = {
    name: kind.code
    for module in _MODULES
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, FederationError)
}
_TOO_COMMON = frozenset(
    (
        *("get", "items", "values", "keys", "add", "append", "pop", "update", "join", "split", "read", "write"),
        *("close", "open", "encode", "decode", "list", "set", "dict", "next", "match", "search", "count", "index"),
        *("copy", "begin", "flush", "strip", "replace", "format", "sort", "insert", "remove", "extend", "clear"),
        *("exists", "wait", "send", "run", "name", "state", "start", "stop", "text", "all", "first"),
    )
)
"""Names of so many methods that following them would reach everything."""

LOOSE = frozenset(("artifact_damaged", "storage_failed", "storage_full", "database_unusable"))
"""What any access to files and the database can give: it is raised below such names."""

Function = tuple[str, str | None, ast.AST]
"""Its module, its class, itself."""


class Source:
    """The functions of the packages that the director is made of."""

    def __init__(self) -> None:
        self.functions: dict[str, list[Function]] = defaultdict(list)
        self.imports: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
        trees = {}
        for package in ("director", "contract", "aggregation"):
            for path in (_ROOT / package).rglob("*.py"):
                if "cli" not in path.parts:
                    name = ".".join(path.relative_to(_ROOT).with_suffix("").parts).removesuffix(".__init__")
                    trees[name] = ast.parse(path.read_text(encoding="utf-8"))
        for module, tree in trees.items():
            self._note(module, None, tree.body)
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom) and node.module:
                    for each in node.names:
                        self.imports[module][each.asname or each.name] = (node.module, each.name)
        self._known = trees.keys()
        self.sees = {module: self._seen_from(module, set()) for module in trees}

    def _note(self, module: str, owner: str | None, body: list[ast.stmt]) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                self.functions[node.name].append((module, owner, node))
            elif isinstance(node, ast.ClassDef):
                self._note(module, node.name, node.body)

    def _seen_from(self, module: str, seen: set[str]) -> set[str]:
        if module in self._known and module not in seen:
            seen.add(module)
            for source, name in self.imports[module].values():
                self._seen_from(source, seen)
                self._seen_from(f"{source}.{name}", seen)
        return seen

    def called(self, function: Function) -> Iterator[Function]:
        module, owner, node = function
        for each in ast.walk(node):
            if isinstance(each, ast.Name):
                source, name = self.imports[module].get(each.id, (module, each.id))
                makes = [f for f in self.functions["__init__"] if f[:2] == (source, name)]
                yield from [*makes, *(f for f in self.functions[name] if f[:2] == (source, None))]
            elif isinstance(each, ast.Attribute):
                yield from self._methods(module, owner, each)

    def _methods(self, module: str, owner: str | None, called: ast.Attribute) -> Iterator[Function]:
        found, base = self.functions[called.attr], called.value
        if isinstance(base, ast.Name) and base.id in ("self", "cls") and owner is not None:
            yield from (f for f in found if f[:2] == (module, owner))
        elif isinstance(base, ast.Name) and base.id in self.imports[module]:
            source, name = self.imports[module][base.id]
            yield from (f for f in found if f[:2] == (f"{source}.{name}", None) or f[:2] == (source, name))
        elif isinstance(base, ast.Attribute) and (service := f"director.{base.attr}.service") in self._known:
            yield from (f for f in found if f[0] == service and f[1] is not None)
        elif called.attr not in _TOO_COMMON:
            yield from (f for f in found if f[0] in self.sees[module] and f[1] is not None)


@cache
def source() -> Source:
    """Read it once."""
    return Source()


def codes_reached(module: str, handler: str) -> set[str]:
    """Give the codes of errors that a handler's code can raise at most."""
    waiting = [f for f in source().functions[handler] if f[:2] == (module, None)]
    seen, codes = set[tuple[str, str | None, str]](), set[str]()
    while waiting:
        function = waiting.pop()
        key = (function[0], function[1], getattr(function[2], "name", ""))
        if key not in seen:
            seen.add(key)
            names = {each.id for each in ast.walk(function[2]) if isinstance(each, ast.Name)}
            codes |= {_CODES[name] for name in names & _CODES.keys()}
            waiting += source().called(function)
    return codes
