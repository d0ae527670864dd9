"""Every way we know to lie in a ``model.pt``: refused by name, nothing executed, cheaply."""

import pickle
import struct
import warnings
import zlib
from pathlib import Path

import hostile_artifacts as hostile
import pytest
import torch
from hostile_artifacts import LAYOUT, Case, integer, symbol, text, tuple_of

from contract.errors import ArtifactError, LayoutMismatchError, ModelFileError, TensorValueError
from contract.model_file import locate_tensors, read_model


def case(name: str, data: bytes, says: str, error: type[ArtifactError] = ModelFileError) -> Case:
    return Case(name, lambda canary: data, says, error)


def bomb_cases() -> list[Case]:
    """Each bomb as the whole pickle, as a tensor, behind the state_dict, and as its attributes."""
    places = {
        "as the whole data.pkl": lambda bomb: hostile.model_file(b"\x80\x02" + bomb + b"."),
        "in a tensor's place": hostile.with_entry,
        "behind the tensors": lambda bomb: hostile.model_file(hostile.state_dict(hostile.tensors(), after=bomb + b"0")),
        "as backward hooks": lambda bomb: hostile.with_entry(hostile.tensor("0", (8, 5), hooks=bomb)),
        "as the state": lambda bomb: hostile.model_file(hostile.state_dict(hostile.tensors(), after=bomb + b"b")),
    }
    return [
        Case(f"{bomb}, {place}", lambda canary, b=bomb, p=put: p(hostile.bombs(canary)[b]), "data.pkl", ModelFileError)
        for bomb in hostile.bombs(Path("canary"))
        for place, put in places.items()
    ]


def symbol_cases() -> list[Case]:
    return [
        case(f"it names {name}", hostile.with_entry(symbol(*path) + b")R"), "which has no place there")
        for name, path in hostile.INNOCENT_LOOKING.items()
    ]


def pickle_cases() -> list[Case]:
    plain = hostile.state_dict(hostile.tensors())
    ordered = symbol("collections", "OrderedDict")
    zero = hostile.tensor("0", (8, 5))
    file, entry = hostile.model_file, hostile.with_entry
    deep = b"\x80\x02" + b"(" * 3000 + b"t" * 3000 + b"."
    return [
        case("a tuple nested 3000 deep", file(deep), "more instructions"),
        case("a tuple nested 1500 deep as an entry", entry(b")" + b"\x85" * 1500), "not a plain tensor"),
        case("a tuple nested 1500 deep as a shape", entry(zero.replace(integers_of(8, 5), b")" + b"\x85" * 1500)),
             "not a plain tensor"),
        case("a billion laughs", entry(hostile.laughs(120)), "not a plain tensor"),
        case("a billion laughs as a storage", entry(zero.replace(text("cpu"), hostile.laughs(120))),
             "not a plain tensor"),
        case("a million instructions", file(b"\x80\x02" + b")0" * 500_000 + b"."), "larger than the description"),
        case("more instructions than it needs", file(b"\x80\x02" + b")" * 9000 + b"."), "more instructions"),
        case("an empty pickle", file(b""), "ends in the middle"),
        case("no PROTO", file(plain[2:]), "expected protocol"),
        case("protocol 4", file(hostile.state_dict(hostile.tensors(), protocol=4)), "expected protocol"),
        case("no STOP", file(plain[:-1]), "ends in the middle"),
        case("bytes after STOP", file(plain + b"x"), "something follows"),
        case("a second pickle after STOP", file(plain + b"\x80\x02)."), "something follows"),
        case("two objects at STOP", file(b"\x80\x02)" + plain[2:]), "more than one object"),
        case("an open mark at STOP", file(b"\x80\x02(" + plain[2:]), "more than one object"),
        case("STOP with an empty stack", file(b"\x80\x02."), "lacks its operand"),
        case("an instruction without operands", file(b"\x80\x02R."), "lacks its operand"),
        case("a tuple without its mark", file(b"\x80\x02t."), "lacks its mark"),
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
            hostile.state_dict(hostile.tensors(), after=text("layers.0.bias") + zero + b"s")),
             "comes twice"),
        case("a state for a tensor", entry(zero + b"}b"), "BUILD"),
        case("a state for a plain dict", file(b"\x80\x02}}b."), "has none"),
        case("a state set twice", file(hostile.state_dict(hostile.tensors(), after=b"}b}b")), "has none"),
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
    entry, tensor = hostile.with_entry, hostile.tensor
    ordered = symbol("collections", "OrderedDict")
    zero = tensor("0", (8, 5))
    parameter = symbol("torch._utils", "_rebuild_parameter")
    shared = {**hostile.tensors(), "layers.1.bias": tensor("0", (4,), elements=40)}
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
        case("a sparse tensor", hostile.with_state(layers__0__weight=torch.eye(5)[:8].to_sparse()),
             "has no place there"),
        case("strides that show one row eight times", entry(tensor("0", (8, 5), (0, 1))), "twice or not at all"),
        case("strides that overlap", entry(tensor("0", (8, 5), (1, 1))), "twice or not at all"),
        case("strides out of the record", entry(tensor("0", (8, 5), (50, 1))), "twice or not at all"),
        case("strides of a thousand million", entry(tensor("0", (8, 5), (10**9, 10**9))), "twice or not at all"),
        case("strides beyond 64 bits", entry(tensor("0", (8, 5), (2**62, 2**62))), "twice or not at all"),
        case("an offset into the record", entry(tensor("0", (8, 5), first=1)), "view of a larger tensor"),
        case("a view of a larger tensor", hostile.with_state(layers__0__bias=torch.zeros(64)[:8]),
             "view of a larger tensor"),
        case("a record longer than its storage", hostile.model_file(data_0=bytes(164)), "not as many as its shape"),
        case("a record shorter than its storage", hostile.model_file(data_0=bytes(156)), "not as many as its shape"),
        case("a record that is empty", hostile.model_file(data_0=b""), "not as many as its shape"),
        case("a storage that claims more than it has", entry(tensor("0", (8, 5), elements=10**12)), "view of a larger"),
        case("two tensors on one record", hostile.model_file(hostile.state_dict(shared), data_3=None),
             "no bytes of its own"),
        case("tied weights of a real network", tied(), "no bytes of its own"),
        case("a record that is missing", hostile.model_file(data_2=None), "no bytes of its own"),
        case("a record named by a path", entry(tensor("../version", (8, 5))), "no bytes of its own"),
        case("a record named with a leading zero", entry(tensor("00", (8, 5))), "no bytes of its own"),
        case("a record that no tensor uses", hostile.with_added("archive/data/6", bytes(4)), "belongs to no tensor"),
    ]  # fmt: skip


def layout_cases() -> list[Case]:
    def wrong(name: str, data: bytes, says: str) -> Case:
        return case(name, data, says, LayoutMismatchError)

    state = hostile.network_state()
    renamed = {name.replace("layers.0", "fc1"): value for name, value in state.items()}
    weight = state["layers.0.weight"]
    return [
        wrong("a tensor is missing", hostile.with_state(layers__1__bias=None), "'layers.1.bias' is missing"),
        wrong("all tensors are missing", hostile.saved({}), "'layers.0.weight' is missing"),
        wrong("a tensor too many", hostile.with_state(head=torch.zeros(2)), "'head' is not in this task's network"),
        wrong("a layer of batch normalisation", hostile.with_state(n__num_batches_tracked=torch.tensor(3)),
              "'n.num_batches"),
        wrong("a renamed layer", hostile.saved(renamed), "'layers.0.weight' is missing"),
        wrong("the prefix of a wrapped module", hostile.saved({f"module.{k}": v for k, v in state.items()}),
              "is missing"),
        wrong("a wider layer", hostile.with_state(layers__0__weight=torch.zeros(8, 6)), "shape 8×6 instead of 8×5"),
        wrong("a transposed shape", hostile.with_state(layers__0__weight=torch.zeros(5, 8)),
              "shape 5×8 instead of 8×5"),
        wrong("another rank", hostile.with_state(layers__0__weight=torch.zeros(40)), "shape 40 instead of 8×5"),
        wrong("a single number", hostile.with_state(layers__0__weight=torch.tensor(1.0)), "shape of a single number"),
        wrong("a huge shape", hostile.with_entry(hostile.tensor("0", (2**31, 2**31), elements=1)), "instead of 8×5"),
        *(
            wrong(f"elements of {name}", hostile.with_state(layers__0__weight=weight.to(kind)),
                  f"{name} instead of float32")
            for name, kind in {
                "float64": torch.float64, "float16": torch.float16, "bfloat16": torch.bfloat16, "int64": torch.int64,
                "int32": torch.int32, "int16": torch.int16, "int8": torch.int8, "uint8": torch.uint8,
                "bool": torch.bool,
            }.items()
        ),
    ]  # fmt: skip


def value_cases() -> list[Case]:
    values = {
        "NaN": float("nan"),
        "infinity": float("inf"),
        "minus infinity": -float("inf"),
        "1e30": 1e30,
        "-1e30": -1e30,
    }
    says = {"1e30": "larger than 1000000", "-1e30": "larger than 1000000"}
    return [
        case(f"a weight of {name}", hostile.with_value(value), says.get(name, "not a finite number"), TensorValueError)
        for name, value in values.items()
    ]


def archive_cases() -> list[Case]:
    parts = hostile.model_parts()
    plain = hostile.zipped(parts)
    zipped, part, added = hostile.zipped, hostile.with_part, hostile.with_added
    size = len(plain)
    thousand = [hostile.Part(f"archive/data/{n}", b"x") for n in range(6, 1006)]
    bias = (zlib.crc32(next(each.matter for each in parts if each.name == "archive/data/1")), 32, 32)
    return [
        case("an empty file", b"", "no archive"),
        case("a text", b"not a model at all, sorry", "no archive"),
        case("four bytes of an archive", plain[:4], "cut off"),
        case("bytes before the archive", b"#!/bin/sh\n" + plain, "no archive"),
        case("bytes before the first part, offsets corrected", zipped(parts, before=b"PK\x03\x04junk"),
             "before its first"),
        case("bytes behind the archive", plain + b"junk", "its end is missing"),
        case("a second archive behind it", plain + plain, "contradict each other"),
        case("a comment", zipped(parts, comment=b"hello"), "its end is missing"),
        case("a comment that looks like an end", zipped(parts, comment=plain[-22:]), "does not end where"),
        case("bytes between parts and directory", zipped(parts, between=b"junk"), "something lies between"),
        case("bytes between two parts", part("data/1", gap=b"junk"), "something lies between"),
        case("a hidden part that the directory omits", part("data/1", gap=zipped(parts[:1])[:700]),
             "something lies between"),
        case("no parts at all", zipped([]), "no archive"),
        case("a count of no parts", zipped(parts, count=0), "contradicts itself"),
        case("a count of fewer parts", zipped(parts, count=3), "another length"),
        case("a count of more parts", zipped(parts, count=14), "directory is damaged"),
        case("a count of 65535 parts", zipped(parts, count=65535), "at most"),
        case("a real thousand of parts", zipped([*parts, *thousand]), "at most"),
        case("a directory that begins elsewhere", zipped(parts, directory_shift=-4), "does not end where"),
        case("a directory beyond the file", zipped(parts, directory_shift=2**31), "does not end where"),
        case("end records of two disks", zipped(parts, disks=1), "contradicts itself"),
        case("end records with two counts", zipped(parts, zip64_count=11), "contradict each other"),
        case("a locator that points elsewhere", zipped(parts, locator_shift=-1), "contradict each other"),
        case("a part twice", zipped([*parts, next(p for p in parts if p.name == "archive/data/0")]), "comes twice"),
        case("data.pkl twice, the second one hostile",
             zipped([*parts, hostile.Part("archive/data.pkl", b"\x80\x02cos\nsystem\n.")]), "comes twice"),
        case("two parts in one place", hostile.overlapping(), "overlap"),
        case("a part inside another", part("data/1", header_offset=plain.index(b"archive/data/0FB") - 30),
             "overlap"),
        case("a part behind the directory", part("data/1", header_offset=size - 10), "overlap"),
        case("another name in the part's own header", part("data/1", local_name="archive/data/7"), "contradicts"),
        case("other flags in the part's own header", part("data/1", local_flags=0x0800), "contradicts"),
        case("another checksum in the part's own header", part("data/1", local_sizes=(1, 32, 32)), "contradicts"),
        case("another size in the part's own header", part("data/1", local_sizes=(0, 999, 999)), "contradicts"),
        case("no signature of the part", plain.replace(b"PK\x03\x04", b"PK\x03\x05")[:4].replace(b"\x05", b"\x04")
             + plain[4:].replace(b"PK\x03\x04", b"PK\x03\x05"), "contradicts"),
        case("an encrypted part", part("data/1", flags=0x0809), "encrypted"),
        case("a part patched by another", part("data/1", flags=0x0828), "encrypted"),
        case("a hidden local header", part("data/1", flags=0x2808), "encrypted"),
        case("a deflated part", hostile.deflated(), "compressed"),
        case("a zip bomb of 16 MB", hostile.deflated(matter=bytes(2**24)), "compressed"),
        case("the whole re-zipped with compression", hostile.rezipped_by_python(), "compressed"),
        case("a stored size that differs", part("data/1", stored_size=31), "compressed"),
        case("a size of 4 GB", part("data/1", size=2**32 - 2), "overlap"),
        case("a size one too large", part("data/1", size=33), "overlap"),
        case("a size one too small", part("data/1", size=31), "something lies between"),
        case("no data descriptor", part("data/1", descriptor=b""), "something lies between"),
        case("a data descriptor with another checksum", part("data/1", descriptor=b"PK\x07\x08" + bytes(12)),
             "lies between"),
        case("a flag without its data descriptor", part("data/1", flags=0x0800, local_sizes=bias, descriptor=bytes(16)),
             "lies between"),
        case("an unknown extra field", part("data/1", extra=b"UT\x04\x00ABCD"), "never writes"),
        case("an extra field of three bytes", part("data/1", extra=b"FB\x00"), "never writes"),
        case("padding that hides bytes", part("data/1", extra=b"FB\x04\x00evil"), "never writes"),
        case("padding with another length", part("data/1", extra=b"FB\x09\x00ZZZZ"), "never writes"),
        case("an extra field in the directory", part("data/1", entry_extra=b"UT\x04\x00ABCD"), "never writes"),
        case("a comment in the directory", part("data/1", entry_comment=b"hello"), "never writes"),
        case("a part that is a link", part("data/1", attributes=0xA1FF0000), "never writes"),
        case("a part on another disk", part("data/1", disk=1), "never writes"),
        case("a part in the parent folder", added("../evil"), "does not lie in a top folder"),
        case("a part in the parent of the top folder", added("archive/../../evil"), "has no place"),
        case("a part at an absolute path", added("/etc/passwd"), "does not lie in a top folder"),
        case("a part at a Windows path", added("C:\\evil"), "does not lie in a top folder"),
        case("a part with a backslash", added("archive\\data/6"), "does not lie in a top folder"),
        case("a part with a NUL", added("archive\x00/data/6"), "does not lie in a top folder"),
        case("a part with a NUL below the top folder", added("archive/data/1\x00"), "has no place"),
        case("a part without a folder", added("data.pkl"), "does not lie in a top folder"),
        case("a part without a name", added(""), "does not lie in a top folder"),
        case("a name that is no UTF-8", zipped([*parts, hostile.Part("archive/\xff", b"")], raw_names=True),
             "not UTF-8"),
        case("a name of 60 000 letters", added("archive/" + "x" * 60_000), "has no place"),
        case("a folder entry", added("archive/", b""), "has no place"),
        case("a second top folder", added("other/data/6"), "more than one top folder"),
        case("a file that torch does not write", added("archive/.DS_Store"), "'.DS_Store' has no place"),
        case("a record with a leading zero", added("archive/data/00"), "has no place"),
        case("a record with a Thai digit", added("archive/data/๑"), "has no place"),
        case("a TorchScript archive's code", added("archive/code/__torch__.py"), "TorchScript"),
        case("a TorchScript archive's constants", added("archive/constants.pkl"), "TorchScript"),
        case("no data.pkl", zipped([p for p in parts if p.name != "archive/data.pkl"]), "'data.pkl' is missing"),
        case("no version", hostile.model_file(version=None), "'version' is missing"),
        case("another version", hostile.model_file(version=b"4\n"), "'version' is not what"),
        case("big-endian numbers", hostile.model_file(byteorder=b"big"), "'byteorder' is not what"),
        case("another format", hostile.model_file(_format_version=b"2"), "'.format_version' is not what"),
        case("an alignment that is a text", hostile.model_file(_storage_alignment=b"many"),
             "'.storage_alignment' is not"),
        case("rows in the serialization id", hostile.model_file(_data_serialization_id=b"patient 1, 74 y"), "'.data/"),
        case("a serialization id of 1 MB", hostile.model_file(_data_serialization_id=b"1" * 2**20), "'.data/"),
        case("a data.pkl of 20 MB", hostile.model_file(b"\x80\x02" + bytes(20 * 2**20)), "larger than the description"),
        case("a wrong checksum of data.pkl", part("data.pkl", crc=1), "checksum of its part 'data.pkl'"),
        case("a wrong checksum of version", part("version", crc=1), "checksum of its part 'version'"),
        case("a wrong checksum of a record", part("data/4", crc=1), "checksum of its part 'data/4'"),
    ]  # fmt: skip


def real_file_cases() -> list[Case]:
    network = torch.nn.Sequential(torch.nn.Linear(5, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
    state = hostile.network_state()
    checkpoint = {"epoch": 3, "state_dict": state, "optimizer": {}}
    return [
        case("a legacy file", hostile.saved(state, _use_new_zipfile_serialization=False), "no archive"),
        case("a plain pickle", pickle.dumps({"layers.0.weight": [1.0]}), "no archive"),
        case("a whole module", hostile.saved(network), "torch.nn"),
        case("a checkpoint", hostile.saved(checkpoint), "'epoch' is not a plain tensor"),
        case("a state_dict in a list", hostile.saved([state]), "EMPTY_LIST"),
        case("an optimizer's state", hostile.saved(torch.optim.Adam(network.parameters()).state_dict()), "data.pkl"),
        case("a single tensor", hostile.saved(torch.zeros(3)), "something else than a state_dict"),
        case("a number", hostile.saved(3), "something else than a state_dict"),
        case("numpy arrays", hostile.saved({name: value.numpy() for name, value in state.items()}), "numpy"),
        case("quantised weights", hostile.with_state(
            layers__0__weight=torch.quantize_per_tensor(state["layers.0.weight"], 0.1, 0, torch.qint8)),
                "no place there"),
        case("complex weights", hostile.with_state(layers__0__weight=torch.zeros(8, 5, dtype=torch.cfloat)),
             "no place there"),
        case("weights of float8", hostile.with_state(layers__0__weight=torch.zeros(8, 5).to(torch.float8_e4m3fn)),
             "data.pkl"),
        case("weights without bytes", hostile.with_state(layers__0__weight=torch.zeros(8, 5, device="meta")),
             "no place there"),
    ]  # fmt: skip


def integers_of(*values: int) -> bytes:
    return hostile.integers(values)


def parameter_of(
    node: bytes,
    rebuild: bytes = symbol("torch._utils", "_rebuild_parameter"),
    hooks: bytes = symbol("collections", "OrderedDict") + b")R",
) -> bytes:
    return rebuild + tuple_of(node, b"\x88", hooks) + b"R"


def storage(record: str, elements: int) -> bytes:
    kind = symbol("torch", "FloatStorage")
    return tuple_of(text("storage"), kind, text(record), text("cpu"), integer(elements)) + b"Q"


def attributes_of(items: dict[str, bytes]) -> bytes:
    return hostile.model_file(hostile.state_dict(hostile.tensors(), after=hostile.dict_of(items) + b"b"))


def metadata_of(items: dict[str, bytes]) -> bytes:
    filled = b"(" + b"".join(text(path) + node for path, node in items.items()) + b"u"
    return attributes_of({"_metadata": symbol("collections", "OrderedDict") + b")R" + filled})


def tied() -> bytes:
    state = hostile.network_state()
    state["layers.1.bias"] = state["layers.0.bias"].view(-1)[:4]
    return hostile.saved(state)


with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # torch and zipfile speak up while the hostile files are made
    CASES = [
        *bomb_cases(), *symbol_cases(), *pickle_cases(), *tensor_cases(), *layout_cases(), *value_cases(),
        *archive_cases(), *real_file_cases(),
    ]  # fmt: skip


@pytest.mark.parametrize("hostile_file", CASES, ids=lambda each: each.name)
def test_a_hostile_model_file_is_refused(hostile_file: Case, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    data = hostile_file.build(canary)

    with pytest.raises(ArtifactError) as refusal:
        read_model(data, LAYOUT)

    assert (type(refusal.value), hostile_file.says in refusal.value.sentence) == (hostile_file.error, True), (
        refusal.value
    )
    assert refusal.value.hint
    assert len(refusal.value.sentence) < 300
    assert not canary.exists()


def test_the_hand_written_file_without_a_lie_is_taken() -> None:
    expected = hostile.network_state()

    read = read_model(hostile.model_file(), LAYOUT)

    assert all((read[name] == expected[name].numpy()).all() for name in expected)


def test_the_builder_writes_byte_for_byte_what_torch_writes() -> None:
    real = hostile.saved(hostile.network_state())

    assert hostile.zipped(hostile.parts_of(real)) == real


@pytest.mark.parametrize("name", hostile.bombs(Path("canary")))
def test_the_bombs_are_live(name: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    pickled = b"\x80\x04" + hostile.bombs(canary)[name] + b"."

    pickle.loads(pickled)

    assert canary.exists()


@pytest.mark.parametrize("cut", range(0, 100, 4))
def test_a_truncated_model_file_is_refused(cut: int) -> None:
    whole = hostile.saved(hostile.network_state())

    with pytest.raises(ModelFileError):
        locate_tensors(whole[: len(whole) * cut // 100], LAYOUT)


def test_a_forged_long_descriptor_is_held_to_the_directory_too() -> None:
    forged = struct.pack("<4sIQQ", b"PK\x07\x08", 0, 32, 32)

    with pytest.raises(ModelFileError, match="something lies between"):
        locate_tensors(hostile.with_part("data/1", descriptor=forged), LAYOUT)
