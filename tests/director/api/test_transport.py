"""What the director takes over of uvicorn is still there: names that uvicorn promises to nobody."""

import ast
import asyncio
import inspect
import textwrap
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from director.api.transport import BoundedProtocol

ADDED = frozenset(
    (
        "is_known",
        "is_stranger",
        "waits",
        "goes_on",
        "_has_room",
        "_one_goes",
        "_one_idle_goes",
        "on_chunk_header",  # the parser finds it by its name; uvicorn has none
        "_look",
        "_is_stalled",
        "_write",
        "_look_at_body",
        "_refuse",
        "_leave",
        "_linger",
        "_hang_up",
    )
)
"""Methods of our own; every other one stands in the place of one of uvicorn's."""

METHODS = {name: value for name, value in vars(BoundedProtocol).items() if inspect.isfunction(value)}
OVERRIDES = sorted(METHODS.keys() - ADDED)
SOURCE = ast.parse(textwrap.dedent(inspect.getsource(BoundedProtocol)))


def differing(base: type) -> list[str]:
    """Name the overrides that stand in no method's place, or take other arguments than it."""
    return [
        name
        for name in OVERRIDES
        if not inspect.isfunction(getattr(base, name, None)) or taken(getattr(base, name)) != taken(METHODS[name])
    ]


def taken(method: Any) -> list[tuple[str, object, object]]:
    return [(each.name, each.kind, each.default) for each in inspect.signature(method).parameters.values()]


def called_by(base: type) -> set[str]:
    """Give the names that the methods of a class look up."""
    functions = (value for value in vars(base).values() if inspect.isfunction(value))
    return {name for function in functions for name in function.__code__.co_names}


def chains() -> Iterator[tuple[str, ...]]:
    """Give what the protocol reads or sets of what is not its own: ("cycle", "more_body") for self.cycle.more_body."""
    roots: dict[str, tuple[str, ...]] = {"self": (), "cycle": ("cycle",)}
    for found in ast.walk(SOURCE):
        node, names = found, list[str]()
        while isinstance(node, ast.Attribute):
            names.insert(0, node.attr)
            node = node.value
        if isinstance(node, ast.Name) and node.id in roots and names:
            yield (*roots[node.id], *names)


def own_attributes() -> set[str]:
    """Give the attributes that the protocol's ``__init__`` sets."""
    begin = next(each for each in ast.walk(SOURCE) if isinstance(each, ast.FunctionDef) and each.name == "__init__")
    targets = [
        target
        for each in ast.walk(begin)
        if isinstance(each, ast.Assign | ast.AnnAssign)
        for target in (each.targets if isinstance(each, ast.Assign) else [each.target])
    ]
    return {each.attr for each in targets if isinstance(each, ast.Attribute)}


def borrowed() -> list[str]:
    """Give the dotted names that must be uvicorn's, two deep where the protocol looks so deep."""
    own = own_attributes() | METHODS.keys()
    of_asyncio = {"loop", "transport"}  # what they have is documented
    found = {
        ".".join(chain[:1] if chain[0] in of_asyncio or len(chain) == 1 else chain[:2])
        for chain in chains()
        if chain[0] not in own
    }
    return sorted(found)


@pytest.fixture
def protocol() -> Iterator[HttpToolsProtocol]:
    """Uvicorn's own protocol with a request that has begun."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        """Is never asked."""

    loop = asyncio.new_event_loop()
    found = HttpToolsProtocol(Config(app), ServerState(), {}, loop)
    found.on_message_begin()
    found.flow = FlowControl(asyncio.Transport())
    found.cycle = RequestResponseCycle(
        found.scope,
        asyncio.Transport(),
        found.flow,
        found.logger,
        found.access_logger,
        False,
        [],
        asyncio.Event(),
        False,
        True,
        found.on_response_complete,
    )
    yield found
    loop.close()


def lacking(base: object) -> list[str]:
    def has(name: str) -> bool:
        value = base
        for part in name.split("."):
            if not hasattr(value, part):
                return False
            value = getattr(value, part)
        return True

    return [name for name in borrowed() if not has(name)]


def test_each_override_stands_in_the_place_of_a_method_of_uvicorns() -> None:
    assert differing(HttpToolsProtocol) == []
    assert not [name for name in ADDED if hasattr(HttpToolsProtocol, name)]
    assert METHODS.keys() >= ADDED


@pytest.mark.parametrize("name", [name for name in OVERRIDES if name != "__init__"])
def test_a_method_that_uvicorn_renamed_or_gave_another_argument_is_noticed(name: str) -> None:
    members = {key: value for key, value in vars(HttpToolsProtocol).items() if key not in ("__dict__", "__weakref__")}
    renamed = {key: value for key, value in members.items() if key != name}
    bases = () if hasattr(asyncio.Protocol, name) else (asyncio.Protocol,)  # asyncio has a few of the same names
    assert differing(type("Renamed", bases, renamed)) == [name]

    def other(self: object, *, further: int) -> None: ...

    assert differing(type("Changed", (HttpToolsProtocol,), {name: other})) == [name]


def test_uvicorn_still_calls_the_private_methods_that_are_overridden() -> None:
    private = {name for name in OVERRIDES if name.startswith("_") and not name.startswith("__")}
    assert private == {"_start_asgi_task", "_unsupported_upgrade_warning"}
    assert private <= called_by(HttpToolsProtocol)


def test_everything_that_the_protocol_reads_of_uvicorns_is_there(protocol: HttpToolsProtocol) -> None:
    assert lacking(protocol) == []
    assert set(borrowed()) >= {
        "_unset_keepalive_if_required",
        "connections",
        "cycle.more_body",
        "cycle.waiting_for_100_continue",
        "flow.read_paused",
        "headers",
        "parser.should_upgrade",
        "pipeline",
        "server_state.total_requests",
        "url",
    }


@pytest.mark.parametrize("name", ["pipeline", "url", "_unset_keepalive_if_required", "server_state", "connections"])
def test_an_attribute_that_uvicorn_renamed_is_noticed(protocol: HttpToolsProtocol, name: str) -> None:
    there = {each: getattr(protocol, each) for each in dir(protocol) if each != name}
    assert {found.partition(".")[0] for found in lacking(SimpleNamespace(**there))} == {name}


def test_a_request_that_uvicorn_keeps_otherwise_is_noticed(protocol: HttpToolsProtocol) -> None:
    del protocol.cycle.waiting_for_100_continue
    assert lacking(protocol) == ["cycle.waiting_for_100_continue"]


def test_what_is_written_to_a_receiver_that_takes_nothing_does_not_keep_it() -> None:
    unsent_bytes = 100
    connection: Any = SimpleNamespace(
        transport=SimpleNamespace(get_write_buffer_size=lambda: unsent_bytes),
        _bounds=SimpleNamespace(idle_seconds=30),
        _written_bytes=100,
        _taken_bytes=0,
        _stalled_since=0.0,
    )
    is_stalled = BoundedProtocol._is_stalled
    for now in range(0, 31, 15):  # a comment now and then, as streams have
        assert not is_stalled(connection, now)
        connection._written_bytes, unsent_bytes = connection._written_bytes + 8, unsent_bytes + 8
    assert is_stalled(connection, 31)
    unsent_bytes -= 1  # it has taken something
    assert not is_stalled(connection, 32)
    assert not is_stalled(connection, 62)
    assert is_stalled(connection, 63)
    unsent_bytes = 0
    assert not is_stalled(connection, 64)
