"""Damage to pickles, instruction by instruction: the result is odd, but far from noise.

A stream is taken apart into instructions and the raw bytes between them (joblib's arrays), a few of them are deleted,
repeated, exchanged, replaced or given another argument, and the stream is put together again.
"""

import pickletools
import struct
from itertools import pairwise
from random import Random

INTEGERS = (0, 1, 2, 3, 4, 5, 7, 8, 20, 40, 255, 256, 65535, 2**31 - 1, -1, -(2**31), 2**53, 2**63 - 1, -(2**63))
TEXTS = (
    "", "0", "1", "00", "cpu", "cuda:0", "meta", "storage", "version", "_metadata", "mean_", "scale_", "rows", "C", "F",
    "f8", "f4", "i8", "O8", "<", ">", "|", "latin1", "b", "\x00", "\u202e", "x" * 300,
)  # fmt: skip
SYMBOLS = (
    ("collections", "OrderedDict"),
    ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_parameter"),
    ("torch", "FloatStorage"),
    ("torch", "DoubleStorage"),
    ("torch", "LongStorage"),
    ("sklearn.preprocessing._data", "StandardScaler"),
    ("joblib.numpy_pickle", "NumpyArrayWrapper"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("_codecs", "encode"),
    ("posix", "system"),
    ("builtins", "eval"),
)
_PLAIN = [opcode.code.encode("latin-1") for opcode in pickletools.opcodes if opcode.arg is None]
_FRAME = 0x95
_STARTS = b"\x95X\x8cu"  # what follows an array's raw bytes: a frame, the next attribute's name, or the last one's end


def mutate_pickle(stream: bytes, random: Random) -> bytes:
    """Damage up to four places of a stream."""
    pieces = [piece for piece in split(stream) if piece[0] != _FRAME or random.random() < 0.1]  # frames would not fit
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(pieces) + 1)
        match random.randrange(8) if at < len(pieces) else 0:
            case 0:
                pieces.insert(at, _instruction(random))
            case 1:
                del pieces[at]
            case 2:
                pieces[at : at + 1] = [pieces[at]] * 2
            case 3:
                other = random.randrange(len(pieces))
                pieces[at], pieces[other] = pieces[other], pieces[at]
            case 4:
                length = random.randint(1, 12)
                source = random.randrange(len(pieces))
                pieces[at:at] = pieces[source : source + length]
            case 5:
                pieces[at] = _instruction(random)
            case _:
                pieces[at] = _with_another_argument(pieces[at], random)
    return b"".join(pieces)


def split(stream: bytes) -> list[bytes]:
    """Take a stream apart into instructions, and what is none."""
    pieces: list[bytes] = []
    position = 0
    while position < len(stream):
        starts = _instruction_starts(stream[position:])
        if len(starts) > 1:
            pieces += [stream[position + a : position + b] for a, b in pairwise(starts)]
            position += starts[-1]
            continue
        end = position + 1
        while end < len(stream) and not (
            stream[end] in _STARTS and len(_instruction_starts(stream[end : end + 64])) > 3
        ):
            end += 1
        pieces.append(stream[position:end])
        position = end
    return pieces


def _instruction_starts(stream: bytes) -> list[int]:
    """Give where the instructions at the beginning of a stream lie, and where the last one ends."""
    starts: list[int] = []
    try:
        for opcode, _, position in pickletools.genops(stream):
            starts.append(position or 0)
            if opcode.name == "STOP":
                starts.append((position or 0) + 1)
    except (ValueError, UnicodeDecodeError, struct.error):
        pass  # the last start is that of the instruction that can't be read
    return starts


def text(value: str) -> bytes:
    """Write a text as an instruction."""
    raw = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(raw)) + raw


def integer(value: int) -> bytes:
    """Write an integer as an instruction."""
    return b"J" + struct.pack("<i", value) if -(2**31) <= value < 2**31 else b"\x8a\x08" + struct.pack("<q", value)


def _instruction(random: Random) -> bytes:
    match random.randrange(6):
        case 0:
            return integer(random.choice(INTEGERS))
        case 1:
            return text(random.choice(TEXTS))
        case 2:
            return "c{}\n{}\n".format(*random.choice(SYMBOLS)).encode()
        case 3:
            module, name = random.choice(SYMBOLS)
            return text(module) + text(name) + b"\x93"
        case 4:
            return random.choice([b"q", b"h"]) + bytes([random.randrange(64)])
        case _:
            return random.choice(_PLAIN)


def _with_another_argument(piece: bytes, random: Random) -> bytes:
    """Keep an instruction's kind and change what it says; raw bytes get numbers that hurt."""
    match piece[:1]:
        case b"K" | b"M" | b"J" | b"\x8a":
            return integer(random.choice(INTEGERS))
        case b"X" | b"\x8c":
            return text(random.choice(TEXTS))
        case b"c":
            return "c{}\n{}\n".format(*random.choice(SYMBOLS)).encode()
        case b"\x88" | b"\x89" | b"N":
            return random.choice([b"\x88", b"\x89", b"N", b")", b"}", b"]"])
        case _:
            return with_another_number(piece, random) if len(piece) >= 8 else piece


def with_another_number(raw: bytes, random: Random) -> bytes:
    """Overwrite a float of 4 or 8 bytes somewhere in raw bytes."""
    value = random.choice([0.0, -0.0, 1.0, -1.0, 5e-324, 1e-45, 1e6, 1.0000001e6, 3e38, float("nan"), float("inf")])
    number = struct.pack(random.choice(["<d", "<f"]), value)
    at = random.randrange(max(1, len(raw) - len(number) + 1))
    return raw[:at] + number + raw[at + len(number) :]
