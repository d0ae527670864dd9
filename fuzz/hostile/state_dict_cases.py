"""Every way we know to lie in the pickle of a ``model.pt``."""

import struct
import warnings
from collections.abc import Callable
from pathlib import Path

import torch

from contract.errors import LayoutMismatchError, ModelFileError
from fuzz.hostile import models, opcodes
from fuzz.hostile.case import Case
from fuzz.hostile.case import model_case as case
from fuzz.hostile.models import LAYOUT
from fuzz.hostile.opcodes import integer, symbol, text, tuple_of


def bomb_cases() -> list[Case]:
    """Each bomb as the whole pickle, as a tensor, behind the state_dict, and as its attributes."""
    places: dict[str, Callable[[bytes], bytes]] = {
        "as the whole data.pkl": lambda bomb: models.model_file(b"\x80\x02" + bomb + b"."),
        "in a tensor's place": models.with_entry,
        "behind the tensors": lambda bomb: models.model_file(models.state_dict(models.tensors(), after=bomb + b"0")),
        "as backward hooks": lambda bomb: models.with_entry(models.tensor("0", (8, 5), hooks=bomb)),
        "as the state": lambda bomb: models.model_file(models.state_dict(models.tensors(), after=bomb + b"b")),
    }
    return [
        Case(f"{bomb}, {place}", opcodes.bombed(bomb, put), "data.pkl", ModelFileError)
        for bomb in opcodes.bombs(Path("canary"))
        for place, put in places.items()
    ]


def symbol_cases() -> list[Case]:
    """Names that loaders with an allow list by package let through."""
    return [
        case(f"it names {name}", models.with_entry(symbol(*path) + b")R"), "which has no place there")
        for name, path in opcodes.INNOCENT_LOOKING.items()
    ]


def pickle_cases() -> list[Case]:
    """Instructions that no state_dict needs, and state_dicts with more than tensors in them."""
    plain = models.state_dict(models.tensors())
    ordered = symbol("collections", "OrderedDict")
    zero = models.tensor("0", (8, 5))
    file, entry = models.model_file, models.with_entry
    deep = b"\x80\x02" + b"(" * 3000 + b"t" * 3000 + b"."
    return [
        case("a tuple nested 3000 deep", file(deep), "more instructions"),
        case("a tuple nested 1500 deep as an entry", entry(b")" + b"\x85" * 1500), "not a plain tensor"),
        case("a tuple nested 1500 deep as a shape", entry(zero.replace(integers_of(8, 5), b")" + b"\x85" * 1500)),
             "not a plain tensor"),
        case("a billion laughs", entry(opcodes.laughs(120)), "not a plain tensor"),
        case("a billion laughs as a storage", entry(zero.replace(text("cpu"), opcodes.laughs(120))),
             "not a plain tensor"),
        case("a million instructions", file(b"\x80\x02" + b")0" * 500_000 + b"."), "larger than the description"),
        case("more instructions than it needs", file(b"\x80\x02" + b")" * 9000 + b"."), "more instructions"),
        case("an empty pickle", file(b""), "ends in the middle"),
        case("no PROTO", file(plain[2:]), "expected protocol"),
        case("protocol 4", file(models.state_dict(models.tensors(), protocol=4)), "expected protocol"),
        case("no STOP", file(plain[:-1]), "ends in the middle"),
        case("bytes after STOP", file(plain + b"x"), "something follows"),
        case("a second pickle after STOP", file(plain + b"\x80\x02)."), "something follows"),
        case("two objects at STOP", file(b"\x80\x02)" + plain[2:]), "more than one object"),
        case("an open mark at STOP", file(b"\x80\x02(" + plain[2:]), "more than one object"),
        case("STOP with an empty stack", file(b"\x80\x02."), "lacks its operand"),
        case("an instruction without operands", file(b"\x80\x02R."), "lacks its operand"),
        case("a tuple without its mark", file(b"\x80\x02t."), "lacks its mark"),
        case("memo numbers that carry rows", entry(zero + b"".join(b"r" + b"p1:%c" % n for n in range(65, 91))),
             "otherwise than one by one"),
        case("a memo number that comes twice", entry(zero + b"q\x00q\x00"), "otherwise than one by one"),
        case("a memo number too far", entry(zero + b"q\x01"), "otherwise than one by one"),
        case("a memo that was never put", file(b"\x80\x02h\x09."), "never named"),
        case("a far memo that was never put", file(b"\x80\x02j\xff\xff\xff\xff."), "never named"),
        case("a text of 4 GB", file(b"\x80\x02X\xff\xff\xff\xffabc."), "longer than"),
        case("a text that is no UTF-8", file(b"\x80\x02X\x02\x00\x00\x00\xff\xfe."), "not UTF-8"),
        case("a lone surrogate", entry(text("\ud800")), "not UTF-8"),
        case("an integer of 255 bytes", file(b"\x80\x02\x8a\xff" + b"\x7f" * 255 + b"."), "an integer of 255 bytes"),
        case("an integer in decimals", file(b"\x80\x02I" + b"9" * 5000 + b"\n."), "the instruction 0x49"),
        case("a name without end", file(b"\x80\x02c" + b"a" * 5000 + b"\n"), "no end"),
        case("an object by EXT1", file(b"\x80\x02\x82\x01."), "the instruction 0x82"),
        case("an out-of-band buffer", file(b"\x80\x02\x97."), "the instruction 0x97"),
        case("a call of a text", entry(text("eval") + b")R"), "no function"),
        case("a call with a list of arguments", entry(ordered + b"}R"), "no function"),
        case("NEWOBJ on a rebuilder", entry(symbol("torch._utils", "_rebuild_tensor_v2") + b")\x81"), "NEWOBJ"),
        case("a call of a storage type", entry(symbol("torch", "FloatStorage") + b")R"), "has no place there"),
        case("items into a tensor", entry(zero + b"(" + text("x") + b")u"), "SETITEMS"),
        case("items into a tuple", entry(b")(" + text("x") + b")u"), "no dictionary"),
        case("an odd number of items", file(b"\x80\x02}(" + text("x") + b"u."), "no dictionary"),
        case("a key that is a tensor", file(b"\x80\x02}(" + zero + zero + b"u."), "a key is no text"),
        case("a key that comes twice", file(
            models.state_dict(models.tensors(), after=text("layers.0.bias") + zero + b"s")),
             "comes twice"),
        case("a state for a tensor", entry(zero + b"}b"), "BUILD"),
        case("a state for a plain dict", file(b"\x80\x02}}b."), "has none"),
        case("a state set twice", file(models.state_dict(models.tensors(), after=b"}b}b")), "has none"),
        case("attributes that are no _metadata", attributes_of({"rows": text("patient 1")}), "something else"),
        case("_metadata and more", attributes_of({"_metadata": ordered + b")R", "rows": b")"}), "something else"),
        case("_metadata with rows in it", metadata_of({"0": b"}" + text("rows") + b")s"}), "something else"),
        case("_metadata with a text as version", metadata_of({"0": b"}" + text("version") + text("1") + b"s"}),
             "something else"),
        case("_metadata with a huge version", metadata_of({"0": b"}" + text("version") + integer(10**9) + b"s"}),
             "something else"),
        case("_metadata with a control character in a path", metadata_of({"a\x00b": b"}"}), "something else"),
        case("an OrderedDict made from arguments", file(b"\x80\x02" + ordered + b")\x85\x85R."), "something else"),
        case("_metadata of another class", attributes_of(
             {"_metadata": symbol("torch._utils", "_rebuild_parameter") + b")R"}), "something else"),
        case("another call instead of a state_dict",
             file(b"\x80\x02" + symbol("torch._utils", "_rebuild_parameter") + b")R."), "something else"),
        case("a tuple instead of a state_dict", file(b"\x80\x02)."), "something else"),
        case("a tensor instead of a state_dict", file(b"\x80\x02" + zero + b"."), "something else"),
    ]  # fmt: skip


def tensor_cases() -> list[Case]:
    """Tensors that are no tensors, that show other numbers than their own, or the same ones twice."""
    entry, tensor = models.with_entry, models.tensor
    ordered = symbol("collections", "OrderedDict")
    zero = tensor("0", (8, 5))
    parameter = symbol("torch._utils", "_rebuild_parameter")
    shared = {**models.tensors(), "layers.1.bias": tensor("0", (4,), elements=40)}
    return [
        case("a value that is a number", entry(integer(3)), "not a plain tensor"),
        case("a value that is a storage alone", entry(storage("0", 40)), "not a plain tensor"),
        case("a value that is a state_dict", entry(ordered + b")R"), "not a plain tensor"),
        case("a storage of another kind of reference", entry(tensor("0", (8, 5), kind="module")), "not a plain tensor"),
        case("a storage on a device with a path", entry(tensor("0", (8, 5), device="../../cpu")), "not a plain tensor"),
        case("a storage with a name of a function", entry(tensor("0", (8, 5), storage=ordered)), "not a plain tensor"),
        case("a negative size", entry(tensor("0", (-8, -5), (5, 1), elements=40)), "not a plain tensor"),
        case("a negative stride", entry(tensor("0", (8, 5), (-5, 1))), "not a plain tensor"),
        case("a negative offset", entry(tensor("0", (8, 5), first=-40)), "not a plain tensor"),
        case("fewer strides than sizes", entry(tensor("0", (8, 5), (1,))), "not a plain tensor"),
        case("hooks that are not empty", entry(tensor("0", (8, 5), hooks=ordered + b")R" + text("x") + b")s")),
             "not a plain tensor"),
        case("hooks that are no dictionary", entry(tensor("0", (8, 5), hooks=b")")), "not a plain tensor"),
        case("hooks that are another call", entry(tensor("0", (8, 5),
             hooks=symbol("torch._utils", "_rebuild_parameter") + b")R")), "not a plain tensor"),
        case("hooks made from arguments", entry(tensor("0", (8, 5), hooks=ordered + b")\x85R")), "not a plain"),
        case("hooks with attributes", entry(tensor("0", (8, 5), hooks=ordered + b")R}b")), "not a plain tensor"),
        case("a shape that is a number", entry(zero.replace(integers_of(8, 5), integer(8))), "not a plain tensor"),
        case("a size that is True", entry(zero.replace(integers_of(8, 5), tuple_of(integer(8), b"\x88"))),
             "not a plain"),
        case("a count of elements that is a text", entry(zero.replace(integer(40) + b"tQ", text("40") + b"tQ")),
             "not a plain tensor"),
        case("a tensor rebuilt as a parameter", entry(tensor("0", (8, 5), rebuild=parameter)), "not a plain tensor"),
        case("a parameter rebuilt as a tensor",
             entry(parameter_of(zero, symbol("torch._utils", "_rebuild_tensor_v2"))),
             "not a plain tensor"),
        case("a parameter with hooks", entry(parameter_of(zero, hooks=b")")), "not a plain tensor"),
        case("a parameter in a parameter", entry(parameter_of(parameter_of(zero))), "not a plain tensor"),
        case("a sparse tensor", models.with_state(layers__0__weight=torch.eye(5)[:8].to_sparse()), "are sparse"),
        case("strides that show one row eight times", entry(tensor("0", (8, 5), (0, 1))), "twice or not at all"),
        case("strides that overlap", entry(tensor("0", (8, 5), (1, 1))), "twice or not at all"),
        case("strides out of the record", entry(tensor("0", (8, 5), (50, 1))), "twice or not at all"),
        case("strides of a thousand million", entry(tensor("0", (8, 5), (10**9, 10**9))), "twice or not at all"),
        case("strides beyond 64 bits", entry(tensor("0", (8, 5), (2**62, 2**62))), "twice or not at all"),
        case("strides with a gap", entry(tensor("0", (8, 5), (8, 1))), "twice or not at all"),
        case("strides of the transposed shape", entry(tensor("0", (8, 5), (8, 8))), "twice or not at all"),
        case("strides of zero everywhere", entry(tensor("0", (8, 5), (0, 0))), "twice or not at all"),
        case("strides that are floats", entry(zero.replace(integers_of(5, 1), tuple_of(double(5.0), double(1.0)))),
             "the instruction 0x47"),
        case("an offset behind the record", entry(tensor("0", (8, 5), first=40)), "view of a larger tensor"),
        case("an offset that overflows", entry(tensor("0", (8, 5), first=2**62)), "view of a larger tensor"),
        case("a shape of nine dimensions", entry(tensor("0", (8, 5, 1, 1, 1, 1, 1, 1, 1))), "not a plain tensor"),
        case("a shape of 3000 dimensions", entry(tensor("0", (1,) * 1300, (1,) * 1300)), "not a plain tensor"),
        case("one huge shape for a thousand tensors", models.one_huge_shape(LAYOUT), "not a plain tensor"),
        case("a storage of doubles over floats", entry(tensor("0", (8, 5), storage=symbol("torch", "DoubleStorage"))),
             "float64 instead of float32", LayoutMismatchError),
        case("a storage of doubles over half as many", entry(
             tensor("0", (8, 5), elements=20, storage=symbol("torch", "DoubleStorage"))),
             "float64 instead of float32", LayoutMismatchError),
        case("a storage of integers over floats", entry(tensor("0", (8, 5), storage=symbol("torch", "IntStorage"))),
             "int32 instead of float32", LayoutMismatchError),
        case("a storage without a type", entry(tensor("0", (8, 5), storage=symbol("torch", "UntypedStorage"))),
             "no place there"),
        case("a storage of a class elsewhere", entry(tensor("0", (8, 5), storage=symbol("torch.cuda", "FloatStorage"))),
             "no place there"),
        case("a storage with a view of its own", entry(zero.replace(integer(40) + b"tQ", integer(40) + b"NtQ")),
             "not a plain tensor"),
        case("a storage without a count", entry(zero.replace(integer(40) + b"tQ", b"tQ")), "not a plain tensor"),
        case("a storage on no device", entry(tensor("0", (8, 5), device="")), "not a plain tensor"),
        case("a storage on device 99999", entry(tensor("0", (8, 5), device="cuda:99999")), "not a plain tensor"),
        case("a storage on a device with a line's end", entry(tensor("0", (8, 5), device="cpu\n")), "not a plain"),
        case("a tensor with metadata behind its hooks", entry(zero[:-2] + b"}tR"), "not a plain tensor"),
        case("two records exchanged by size", entry(tensor("2", (8, 5))), "not as many as its shape"),
        case("an offset into the record", entry(tensor("0", (8, 5), first=1)), "view of a larger tensor"),
        case("a view of a larger tensor", models.with_state(layers__0__bias=torch.zeros(64)[:8]),
             "view of a larger tensor"),
        case("a record longer than its storage", models.model_file(data_0=bytes(164)), "not as many as its shape"),
        case("a record shorter than its storage", models.model_file(data_0=bytes(156)), "not as many as its shape"),
        case("a record that is empty", models.model_file(data_0=b""), "not as many as its shape"),
        case("a storage that claims more than it has", entry(tensor("0", (8, 5), elements=10**12)), "view of a larger"),
        case("two tensors on one record", models.model_file(models.state_dict(shared), data_3=None),
             "no bytes of its own"),
        case("tied weights of a real network", tied(), "no bytes of its own"),
        case("a record that is missing", models.model_file(data_2=None), "no bytes of its own"),
        case("a record named by a path", entry(tensor("../version", (8, 5))), "no bytes of its own"),
        case("a record named with a leading zero", entry(tensor("00", (8, 5))), "no bytes of its own"),
        case("a record that no tensor uses", models.with_added("archive/data/6", bytes(4)), "belongs to no tensor"),
    ]  # fmt: skip


def integers_of(*values: int) -> bytes:
    """A tuple of integers."""
    return opcodes.integers(values)


def parameter_of(
    node: bytes,
    rebuild: bytes = symbol("torch._utils", "_rebuild_parameter"),
    hooks: bytes = symbol("collections", "OrderedDict") + b")R",
) -> bytes:
    """A tensor as torch pickles a parameter."""
    return rebuild + tuple_of(node, b"\x88", hooks) + b"R"


def storage(record: str, elements: int) -> bytes:
    """A reference to a record."""
    kind = symbol("torch", "FloatStorage")
    return tuple_of(text("storage"), kind, text(record), text("cpu"), integer(elements)) + b"Q"


def attributes_of(items: dict[str, bytes]) -> bytes:
    """A model file whose state_dict has attributes."""
    return models.model_file(models.state_dict(models.tensors(), after=opcodes.dict_of(items) + b"b"))


def metadata_of(items: dict[str, bytes]) -> bytes:
    """A model file whose state_dict has modules' metadata."""
    filled = b"(" + b"".join(text(path) + node for path, node in items.items()) + b"u"
    return attributes_of({"_metadata": symbol("collections", "OrderedDict") + b")R" + filled})


def double(value: float) -> bytes:
    """A float."""
    return b"G" + struct.pack(">d", value)


def tied() -> bytes:
    """A real file of two tensors on one record."""
    state = models.network_state()
    state["layers.1.bias"] = state["layers.0.bias"].view(-1)[:4]
    return models.saved(state)


with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # torch speaks up while the hostile files are made
    CASES = [*bomb_cases(), *symbol_cases(), *pickle_cases(), *tensor_cases()]
