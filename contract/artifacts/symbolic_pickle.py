"""A pickle as a tree of inert symbols: what the file *says*, without importing, calling or building anything of it.

The machine knows the few opcodes that a plain artifact uses and nothing of models or scalers: a ``Dialect`` names the
opcodes, the symbols and what may be done with each. Everything else is refused on sight. A part that is used twice is
one shared node, so that a small file stays a small tree; whoever reads it looks only where it expects something.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from contract.artifacts.bounded_stream import BoundedStream, PickleRefused

MAX_INTEGER_BYTES = 8

COMMON_OPCODES = frozenset(
    """
    MARK NONE NEWTRUE NEWFALSE BININT1 BININT2 BININT LONG1 BINUNICODE EMPTY_TUPLE TUPLE1 TUPLE2 TUPLE3 TUPLE EMPTY_DICT
    SETITEM SETITEMS BINGET LONG_BINGET REDUCE BUILD
    """.split()  # noqa: SIM905, a table of words
)


@dataclass(frozen=True)
class Symbol:
    """Name of a class or function. Only a name: nothing is looked up."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(eq=False)
class Call:
    """``function(*arguments)``, never called, with the ``items`` and the ``state`` that were put into its result."""

    function: Symbol
    arguments: tuple[object, ...] = ()
    items: dict[str, object] = field(default_factory=dict)
    state: object = None


@dataclass(eq=False)
class New(Call):
    """``function.__new__(function, *arguments)``: how classes without a reduce function of their own are written."""


@dataclass(eq=False)
class Persistent:
    """A reference to something outside of the pickle."""

    key: object


@dataclass(frozen=True)
class Dialect:
    """What one kind of file may say.

    Args:
        protocols: The pickle protocols that its writers use.
        opcodes: Names of the opcodes, besides PROTO and STOP.
        symbols: Each symbol, with those of REDUCE, NEWOBJ, SETITEMS and BUILD that may be done to it.
        trailers: Readers of the raw bytes that follow the BUILD of a symbol, from the stream and the object as built:
            what they give takes its place (joblib's way of writing arrays), so they must look at all that it says.
    """

    protocols: frozenset[int]
    opcodes: frozenset[str]
    symbols: Mapping[Symbol, frozenset[str]]
    trailers: Mapping[Symbol, Callable[[BoundedStream, Call], object]] = field(default_factory=dict)


def decode(stream: bytes, dialect: Dialect, max_opcodes: int) -> object:
    """Read a stream that is one pickle and nothing more as a tree.

    Returns:
        None, bool, int, str, bytes, tuple, list, dict (keys are str), ``Symbol``, ``Call``, ``Persistent``, or what a
        trailer gave.

    Raises:
        PickleRefused: It says anything that the dialect does not, or more than ``max_opcodes``.
    """
    bounded = BoundedStream(stream, max_opcodes)
    root = decode_next(bounded, dialect)
    if not bounded.is_at_end:
        raise PickleRefused("something follows it")
    return root


def decode_next(stream: BoundedStream, dialect: Dialect) -> object:
    """Read the pickle that begins where the stream stands, from PROTO to STOP; see ``decode``."""
    return _Machine(stream, dialect).run()


class _Machine:
    """The stack, the marks and the memo of one pickle."""

    def __init__(self, stream: BoundedStream, dialect: Dialect) -> None:
        self.stream = stream
        self.dialect = dialect
        self.stack: list[object] = []
        self.below_marks: list[list[object]] = []
        self.memo: list[object] = []

    def run(self) -> object:
        start = self.stream.take(2)
        if start[0] != _PROTO or start[1] not in self.dialect.protocols:
            raise PickleRefused("it is no pickle of the expected protocol")
        while (opcode := self.stream.take_opcode()) != _STOP:
            name, act = _OPCODES.get(opcode, ("", None))
            if act is None or name not in self.dialect.opcodes:
                raise PickleRefused(f"it uses the instruction {name or hex(opcode)}, which such a file never needs")
            act(self)
        self.stream.require_frame_over()
        root = self.pop()
        if self.stack or self.below_marks:
            raise PickleRefused("it holds more than one object")
        return root

    def push(self, node: object) -> None:
        self.stack.append(node)

    def pop(self) -> object:
        if not self.stack:
            raise PickleRefused("an instruction lacks its operand")
        return self.stack.pop()

    def top(self) -> object:
        node = self.pop()
        self.push(node)
        return node

    def pop_tuple(self, size: int) -> None:
        self.push(tuple(reversed([self.pop() for _ in range(size)])))

    def push_mark(self) -> None:
        self.below_marks.append(self.stack)
        self.stack = []

    def pop_to_mark(self) -> list[object]:
        if not self.below_marks:
            raise PickleRefused("an instruction lacks its mark")
        above, self.stack = self.stack, self.below_marks.pop()
        return above

    def remember(self, index: int) -> None:
        if index != len(self.memo):  # every pickler counts; free numbers could carry anything
            raise PickleRefused("it numbers what it remembers otherwise than one by one")
        self.memo.append(self.top())

    def recall(self, index: int) -> None:
        if index >= len(self.memo):
            raise PickleRefused("it refers to something that it never named")
        self.push(self.memo[index])

    def push_symbol(self, module: object, name: object) -> None:
        if not (isinstance(module, str) and isinstance(name, str)):
            raise PickleRefused("a name is no text")
        symbol = Symbol(module, name)
        if symbol not in self.dialect.symbols:
            raise PickleRefused(f"it names {str(symbol)[:80]!a}, which has no place there")
        self.push(symbol)

    def stack_global(self) -> None:
        name, module = self.pop(), self.pop()
        self.push_symbol(module, name)

    def call(self, opcode: str, kind: type[Call]) -> None:
        arguments, function = self.pop(), self.pop()
        if not (isinstance(arguments, tuple) and isinstance(function, Symbol)):
            raise PickleRefused("it calls something that is no function")
        self.require_use(function, opcode)
        self.push(kind(function, arguments))

    def require_use(self, symbol: Symbol, opcode: str) -> None:
        if opcode not in self.dialect.symbols[symbol]:
            raise PickleRefused(f"it does {opcode} with {symbol}, which has no place there")

    def set_items(self, pairs: list[object]) -> None:
        target = self.top()
        if isinstance(target, Call):
            self.require_use(target.function, "SETITEMS")
            target = target.items
        if not isinstance(target, dict) or len(pairs) % 2:
            raise PickleRefused("it fills something that is no dictionary")
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            if not isinstance(key, str):
                raise PickleRefused("a key is no text")
            if key in target:
                raise PickleRefused(f"the key {key[:80]!a} comes twice")
            target[key] = value

    def set_item(self) -> None:
        value, key = self.pop(), self.pop()
        self.set_items([key, value])

    def append_items(self, values: list[object]) -> None:
        target = self.top()
        if not isinstance(target, list):
            raise PickleRefused("it appends to something that is no list")
        target.extend(values)

    def build(self) -> None:
        state, target = self.pop(), self.pop()
        if not isinstance(target, Call) or target.state is not None or not isinstance(state, dict | tuple):
            raise PickleRefused("it sets the state of something that has none")
        self.require_use(target.function, "BUILD")
        target.state = state
        trailer = self.dialect.trailers.get(target.function)
        self.push(target if trailer is None else trailer(self.stream, target))

    def long_integer(self) -> None:
        size = self.stream.take_integer(1)
        if size > MAX_INTEGER_BYTES:
            raise PickleRefused(f"an integer of {size} bytes is larger than any that such a file needs")
        self.push(self.stream.take_integer(size, signed=True))


_PROTO, _STOP = 0x80, ord(".")

_OPCODES: dict[int, tuple[str, Callable[[_Machine], None]]] = {
    0x95: ("FRAME", lambda m: m.stream.enter_frame()),
    ord("("): ("MARK", _Machine.push_mark),
    ord("N"): ("NONE", lambda m: m.push(None)),
    0x88: ("NEWTRUE", lambda m: m.push(True)),
    0x89: ("NEWFALSE", lambda m: m.push(False)),
    ord("K"): ("BININT1", lambda m: m.push(m.stream.take_integer(1))),
    ord("M"): ("BININT2", lambda m: m.push(m.stream.take_integer(2))),
    ord("J"): ("BININT", lambda m: m.push(m.stream.take_integer(4, signed=True))),
    0x8A: ("LONG1", _Machine.long_integer),
    ord("C"): ("SHORT_BINBYTES", lambda m: m.push(m.stream.take(m.stream.take_integer(1)))),
    0x8C: ("SHORT_BINUNICODE", lambda m: m.push(m.stream.take_text(m.stream.take_integer(1)))),
    ord("X"): ("BINUNICODE", lambda m: m.push(m.stream.take_text(m.stream.take_integer(4)))),
    ord(")"): ("EMPTY_TUPLE", lambda m: m.push(())),
    0x85: ("TUPLE1", lambda m: m.pop_tuple(1)),
    0x86: ("TUPLE2", lambda m: m.pop_tuple(2)),
    0x87: ("TUPLE3", lambda m: m.pop_tuple(3)),
    ord("t"): ("TUPLE", lambda m: m.push(tuple(m.pop_to_mark()))),
    ord("]"): ("EMPTY_LIST", lambda m: m.push([])),
    ord("a"): ("APPEND", lambda m: m.append_items([m.pop()])),
    ord("e"): ("APPENDS", lambda m: m.append_items(m.pop_to_mark())),
    ord("}"): ("EMPTY_DICT", lambda m: m.push({})),
    ord("s"): ("SETITEM", _Machine.set_item),
    ord("u"): ("SETITEMS", lambda m: m.set_items(m.pop_to_mark())),
    ord("q"): ("BINPUT", lambda m: m.remember(m.stream.take_integer(1))),
    ord("r"): ("LONG_BINPUT", lambda m: m.remember(m.stream.take_integer(4))),
    0x94: ("MEMOIZE", lambda m: m.remember(len(m.memo))),
    ord("h"): ("BINGET", lambda m: m.recall(m.stream.take_integer(1))),
    ord("j"): ("LONG_BINGET", lambda m: m.recall(m.stream.take_integer(4))),
    ord("c"): ("GLOBAL", lambda m: m.push_symbol(m.stream.take_line(), m.stream.take_line())),
    0x93: ("STACK_GLOBAL", _Machine.stack_global),
    ord("R"): ("REDUCE", lambda m: m.call("REDUCE", Call)),
    0x81: ("NEWOBJ", lambda m: m.call("NEWOBJ", New)),
    ord("b"): ("BUILD", _Machine.build),
    ord("Q"): ("BINPERSID", lambda m: m.push(Persistent(m.pop()))),
}


@dataclass(frozen=True)
class Trailed:
    """A node to write, and the raw bytes that follow it."""

    node: object
    trailer: bytes


def encode(root: object, protocol: int) -> bytes:
    """Write a tree as a pickle: no memo, no frames, no clock, so that equal trees are equal bytes."""
    return b"".join([bytes([_PROTO, protocol]), _encode(root, protocol), b"."])


def _encode(node: object, protocol: int) -> bytes:
    def join(*nodes: object) -> bytes:
        return b"".join([_encode(each, protocol) for each in nodes])

    match node:
        case None:
            return b"N"
        case bool():
            return b"\x88" if node else b"\x89"
        case int():
            start, size = (b"J", 4) if abs(node) < 1 << 31 else (bytes([0x8A, MAX_INTEGER_BYTES]), MAX_INTEGER_BYTES)
            return start + node.to_bytes(size, "little", signed=True)
        case str():
            text = node.encode()
            return b"X" + struct.pack("<I", len(text)) + text
        case bytes() if len(node) < 256 and protocol > 2:
            return b"C" + bytes([len(node)]) + node
        case tuple():
            return b"(" + join(*node) + b"t"
        case dict():
            return b"}(" + join(*(part for item in node.items() for part in item)) + b"u"
        case Symbol(module, name):
            return f"c{module}\n{name}\n".encode() if protocol < 4 else join(module, name) + b"\x93"
        case Persistent(key):
            return join(key) + b"Q"
        case Call(function, arguments, items, state):
            opcode = b"\x81" if isinstance(node, New) else b"R"
            filled = b"(" + join(*(part for item in items.items() for part in item)) + b"u" if items else b""
            return join(function, arguments) + opcode + filled + (join(state) + b"b" if state is not None else b"")
        case Trailed(inner, trailer):
            return join(inner) + trailer
        case _:
            raise TypeError(f"{type(node).__name__} has no symbolic form")
