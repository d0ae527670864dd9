"""A pickle's instructions written by hand, and those that do harm where anybody runs them."""

import struct
from collections.abc import Callable, Sequence
from pathlib import Path


def text(value: str) -> bytes:
    """A text."""
    raw = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(raw)) + raw


def integer(value: int) -> bytes:
    """An integer of four bytes where it fits, else of eight."""
    return b"J" + struct.pack("<i", value) if abs(value) < 1 << 31 else b"\x8a\x08" + struct.pack("<q", value)


def raw_bytes(value: bytes) -> bytes:
    """Bytes, at most 255."""
    return b"C" + bytes([len(value)]) + value


def tuple_of(*parts: bytes) -> bytes:
    """A tuple of what the parts leave."""
    return b"(" + b"".join(parts) + b"t"


def integers(values: Sequence[int]) -> bytes:
    """A tuple of integers."""
    return tuple_of(*map(integer, values))


def symbol(module: str, name: str, *, stacked: bool = False) -> bytes:
    """The name of a class or function."""
    return text(module) + text(name) + b"\x93" if stacked else f"c{module}\n{name}\n".encode()


def dict_of(items: dict[str, bytes]) -> bytes:
    """A dictionary of what the values leave."""
    return b"}(" + b"".join(text(key) + value for key, value in items.items()) + b"u"


def bombs(canary: Path) -> dict[str, bytes]:
    """Opcodes that touch the canary if anybody runs them, each leaving one object on the stack."""
    command = text(f"touch {canary}")
    python = text(f"open({str(canary)!r}, 'w').close()")
    return {
        "GLOBAL REDUCE posix.system": symbol("posix", "system") + tuple_of(command) + b"R",
        "GLOBAL REDUCE os.system": symbol("os", "system") + tuple_of(command) + b"R",
        "STACK_GLOBAL REDUCE posix.system": symbol("posix", "system", stacked=True) + tuple_of(command) + b"R",
        "INST posix.system": b"(" + command + b"iposix\nsystem\n",
        "OBJ posix.system": b"(" + symbol("posix", "system") + command + b"o",
        "REDUCE builtins.eval": symbol("builtins", "eval") + tuple_of(python) + b"R",
        "REDUCE builtins.exec": symbol("builtins", "exec") + tuple_of(python) + b"R",
        "NEWOBJ a map over eval": (
            symbol("builtins", "tuple")
            + tuple_of(symbol("builtins", "map") + tuple_of(symbol("builtins", "eval"), tuple_of(python)) + b"\x81")
            + b"\x81"
        ),
        "BUILD a thread's target": (
            symbol("builtins", "eval") + tuple_of(python) + b"R0" + symbol("types", "SimpleNamespace") + b")R}b"
        ),
        "REDUCE subprocess.call": (
            symbol("subprocess", "call") + tuple_of(b"](" + text("touch") + text(str(canary)) + b"e") + b"R"
        ),
        "REDUCE runpy.run_path's sibling code.InteractiveInterpreter": (
            symbol("builtins", "getattr")
            + tuple_of(symbol("code", "InteractiveInterpreter") + b")R", text("runcode"))
            + b"R"
            + tuple_of(symbol("builtins", "compile") + tuple_of(python, text("x"), text("exec")) + b"R")
            + b"R"
        ),
        "memoised function called twice": (
            symbol("posix", "system") + b"q\x63" + tuple_of(command) + b"R0h\x63" + tuple_of(command) + b"R"
        ),
    }


def bombed(bomb: str, put: Callable[[bytes], bytes]) -> Callable[[Path], bytes]:
    """A builder of the file in which a bomb, for the canary that it is given, is put into a place."""
    return lambda canary: put(bombs(canary)[bomb])


# Names that loaders with an allow list by package let through
INNOCENT_LOOKING = {
    "numpy's loader": ("numpy", "load"),
    "joblib's loader": ("joblib", "load"),
    "torch's loader": ("torch", "load"),
    "torch's loader from bytes": ("torch.storage", "_load_from_bytes"),
    "torch's old rebuilder": ("torch._utils", "_rebuild_tensor"),
    "a rebuilder that allocates": ("torch._utils", "_rebuild_meta_tensor_no_storage"),
    "a tensor out of freed memory": ("torch", "empty"),
    "torch.Size": ("torch", "Size"),
    "numpy's runstring": ("numpy.testing._private.utils", "runstring"),
    "a dotted path through an allowed name": ("collections", "OrderedDict.fromkeys.__self__"),
    "a module that holds os": ("torch.os", "system"),
    "functools.partial": ("functools", "partial"),
}


def laughs(levels: int) -> bytes:
    """Tuples of twice the last tuple: 2**levels leaves if anybody walks them."""
    return b")" + b"".join(b"q" + bytes([level]) + b"h" + bytes([level]) + b"\x86" for level in range(levels))
