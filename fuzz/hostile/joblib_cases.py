"""Every way we know to lie in the pickle of a ``scaler.pkl``."""

import pickle
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler

from contract.errors import ScalerFileError
from fuzz.hostile import models, opcodes, scalers
from fuzz.hostile.case import Case
from fuzz.hostile.case import scaler_case as case
from fuzz.hostile.opcodes import integer, symbol, text, tuple_of
from fuzz.hostile.scalers import array, doubles, dtype, names_array, names_pickle, scaler_file


def bomb_cases() -> list[Case]:
    """Each bomb as the whole file, as an attribute, in the names, in an array's dtype, behind, and compressed."""
    places: dict[str, Callable[[bytes], bytes]] = {
        "as the whole file": lambda bomb: b"\x80\x04" + bomb + b".",
        "as an attribute": lambda bomb: scaler_file(mean_=bomb),
        "as an array's type": lambda bomb: scaler_file(mean_=array(bytes(24), kind=bomb)),
        "in the names' own pickle": lambda bomb: scaler_file(feature_names_in_=names_array(b"\x80\x05" + bomb + b".")),
        "as a name": lambda bomb: scaler_file(feature_names_in_=names_array(names_pickle(b"](" + bomb * 3 + b"e"))),
        "behind the scaler": lambda bomb: scaler_file(after=bomb + b"0"),
        "as the scaler's state": lambda bomb: scaler_file(after=bomb + b"b"),
        "compressed": lambda bomb: zlib.compress(b"\x80\x04" + bomb + b"."),
    }
    return [
        Case(f"{bomb}, {place}", opcodes.bombed(bomb, put), "no plain", ScalerFileError)
        for bomb in opcodes.bombs(Path("canary"))
        for place, put in places.items()
    ]


def symbol_cases() -> list[Case]:
    """Names that loaders with an allow list by package let through."""
    return [
        case(f"it names {name}", scaler_file(mean_=symbol(*path, stacked=True) + b")R"), "which has no place there")
        for name, path in opcodes.INNOCENT_LOOKING.items()
    ]


def names_cases() -> list[Case]:
    """Lies in the pickle that joblib nests in the stream for an array of names."""

    def names(inner: bytes) -> bytes:
        return scaler_file(feature_names_in_=names_array(inner))

    return [
        case("names: nothing", names(b""), "no plain"),
        case("names: another protocol", names(b"\x80\x04)."), "expected protocol"),
        case("names: a tuple", names(b"\x80\x05)."), "not one of names"),
        case("names: appended to a tuple", names(names_pickle(b")(" + text("a") + b"e")), "no list"),
        case("names: fewer than stated", names(names_pickle(b"](" + text("a") + b"e")), "not one of names"),
        case("names: more than stated", names(names_pickle(b"](" + text("a") * 4 + b"e")), "not one of names"),
        case("names: another shape than the wrapper's", names(names_pickle(length=2)), "not one of names"),
        case("names: an array of numbers", names(names_pickle(kind=dtype())), "not one of names"),
        case("names: a wrapper in the nested pickle", names(b"\x80\x05" + array(bytes(24)) + b"."), "no place there"),
        case("names: a scaler in the nested pickle", names(scaler_file(protocol=5)), "no place there"),
        case("names: 10 000 memos", names(b"\x80\x05" + b")\x94" * 10_000 + b"."), "more instructions"),
    ]


def stream_cases() -> list[Case]:
    """Other objects, frames and arrays than joblib writes for a scaler."""
    plain = scalers.dumped(scalers.fitted())
    framed = scaler_file()
    frame = b"\x95" + (2**40).to_bytes(8, "little")
    mean = array(doubles(1.0, -2.0, 3.0))
    return [
        case("an empty file", b"", "ends in the middle"),
        case("a text", b"mean,scale\n1,2\n", "expected protocol"),
        case("the file of a model", models.saved(models.network_state()), "a ZIP archive"),
        case("a plain pickle of protocol 2", pickle.dumps(scalers.fitted(), protocol=2), "protocol 2 of pickle"),
        case("pickle.dump instead of joblib.dump", pickle.dumps(scalers.fitted()), "with pickle, not with joblib"),
        case("a dictionary of numbers", scalers.dumped({"mean_": 1}), "a dictionary"),
        case("a list of scalers", scalers.dumped([scalers.fitted()]), "a list"),
        case("an array", scalers.dumped(np.zeros(3)), "something else than a StandardScaler"),
        case("a RobustScaler", scalers.dumped(RobustScaler().fit(np.eye(3))), "it is a RobustScaler"),
        case("a MinMaxScaler", scalers.dumped(MinMaxScaler().fit(np.eye(3))), "it is a MinMaxScaler"),
        case("a pipeline", scalers.dumped(make_pipeline(scalers.fitted())), "it is a Pipeline"),
        case("a model of scikit-learn", scalers.dumped(LogisticRegression().fit(np.eye(3), [0, 1, 1])),
             "LogisticRegression"),
        case("a scaler without its state", b"\x80\x04" + framed[2:].split(b"}(", 1)[0] + b".", "something else than"),
        case("a scaler made from arguments", framed.replace(b")\x81}", text("x") + b"\x85\x81}", 1),
             "something else than"),
        case("a scaler called", framed.replace(b")\x81}", b")R}", 1), "REDUCE"),
        case("bytes behind it", plain + b"x", "something follows"),
        case("a second scaler behind it", plain + plain, "something follows"),
        case("an array behind it", plain + doubles(1.0, 2.0, 3.0), "something follows"),
        case("an attribute twice", scaler_file().replace(text("copy"), text("with_std")), "comes twice"),
        case("an attribute whose name is no text", framed.replace(text("copy"), b")"), "a key is no text"),
        case("a state that is None", b"\x80\x04" + framed[2:].split(b"}(", 1)[0] + b"Nb.", "has none"),
        case("a frame longer than the file", b"\x80\x04" + frame + framed[2:], "longer than the file"),
        case("a frame in a frame", b"\x80\x04\x95" + (50).to_bytes(8, "little") + b"\x95" + bytes(8) + framed[2:],
             "a frame is"),
        case("a frame that ends in an instruction", b"\x80\x04\x95" + (9).to_bytes(8, "little") + framed[2:],
             "shorter than"),
        case("a frame that covers an array", b"\x80\x04\x95" + len(framed[2:]).to_bytes(8, "little") + framed[2:],
             "longer than"),
        case("an array that is cut off", framed[: framed.index(mean) + len(mean) - 8], "ends in the middle"),
        case("an array of 4 TB", scaler_file(mean_=array(b"", (2**39,))), "not one row"),
        case("an array whose size overflows", scaler_file(mean_=array(b"", (2**62, 4))), "not one row"),
        case("an array of a negative size", scaler_file(mean_=array(b"", (-3,))), "not one row"),
        case("an array without a shape", scaler_file(mean_=array(bytes(24), more={"shape": b"N"})), "not one row"),
        case("an array of another class", scaler_file(mean_=array(bytes(24), subclass=dtype())), "not one row"),
        case("an array in Fortran order", scaler_file(mean_=array(bytes(24), order="F")), "not one row"),
        case("an array with an attribute more", scaler_file(mean_=array(bytes(24), more={"rows": integer(1)})),
             "not one row"),
        case("an array aligned to a text", scaler_file(mean_=array(
             bytes(24), more={"numpy_array_alignment_bytes": text("patient 1")})), "not one row"),
        case("an array aligned to 0 bytes", scaler_file(mean_=array(
             b"\0" + bytes(24), more={"numpy_array_alignment_bytes": integer(0)})), "not one row"),
        case("an array behind padding that hides bytes", scaler_file(mean_=array(bytes(24), padding=b"\x04evil")),
             "lies before"),
        case("an array behind 200 bytes of padding",
             scaler_file(mean_=array(bytes(24), padding=b"\xc8" + b"\xff" * 200)),
             "lies before"),
        case("an array's wrapper made from rows", scaler_file(mean_=wrapped_with(tuple_of(text("patient 1")))),
             "not one row"),
        case("an array's wrapper made from bytes",
             scaler_file(mean_=wrapped_with(tuple_of(opcodes.raw_bytes(bytes(200))))), "not one row"),
        case("an array's wrapper called", scaler_file(mean_=array(bytes(24)).replace(b")\x81}", b")R}", 1)), "REDUCE"),
        case("an array's wrapper without a state", scaler_file(mean_=wrapped_with(b")").split(b"}(")[0]),
             "mean_ is not"),
        case("an array's wrapper with items", scaler_file(mean_=wrapped_with(b")").replace(
             b"}(", b"(" + text("rows") + b")u}(", 1)), "SETITEMS"),
        case("an array mapped from another file", scaler_file(mean_=array(bytes(24), more={
             "allow_mmap": text("/etc/passwd")})), "not one row"),
        case("an array whose class is a text", scaler_file(mean_=array(bytes(24), subclass=text("numpy"))), "not one"),
        case("an array read through another wrapper", scaler_file(mean_=array(bytes(24)).replace(
             text("NumpyArrayWrapper"), text("NDArrayWrapper"))), "NDArrayWrapper"),
        case("an array from a compressed file of its own", scaler_file(mean_=array(bytes(24)).replace(
             text("NumpyArrayWrapper"), text("ZNDArrayWrapper"))), "ZNDArrayWrapper"),
        case("a type that is a subclass's", scaler_file(mean_=array(bytes(24), kind=dtype("f8", ">"))), "element type"),
        case("a type of the machine's own order", scaler_file(mean_=array(bytes(24), kind=dtype("f8", "="))),
             "element type"),
        case("a type with metadata", scaler_file(mean_=array(bytes(24), kind=dtype(state=tuple_of(
            integer(4), text("<"), b"NNN", integer(-1), integer(-1), integer(0), b"}")))), "element type"),
        case("a type from the wrong size", scaler_file(mean_=array(bytes(24), kind=dtype("f4"))), "no plain"),
        case("an array of an unknown type", scaler_file(mean_=array(bytes(24), kind=dtype("V8"))), "element type"),
        case("a type with fields", scaler_file(mean_=array(bytes(24), kind=dtype(state=tuple_of(
            integer(3), text("|"), b"N", tuple_of(text("a")), b"}", integer(8), integer(1), integer(16))))),
                "element type"),
        case("a type that is never completed", scaler_file(mean_=array(bytes(24), kind=dtype()[:-1] + b"0")),
             "no plain"),
        case("a type that is completed twice", scaler_file(mean_=array(bytes(24), kind=dtype() + b"}b")), "has none"),
        case("objects that claim to be numbers", scaler_file(mean_=array(bytes(24), kind=dtype(flags=63))),
             "element type"),
        case("larger than any scaler", plain + bytes(2**21), "larger than"),
        case("a name that is a dictionary", scaler_file(mean_=b"}" + text("system") + b"\x93"), "a name is no text"),
        case("a tuple nested 1500 deep", scaler_file(mean_=b")" + b"\x85" * 1500), "mean_ is not an array"),
        case("a billion laughs", scaler_file(mean_=opcodes.laughs(120).replace(b"q", b"\x94h\x00" + b"0")), "0x30"),
        case("30 000 instructions", b"\x80\x04" + b"N)" * 15_000 + b".", "more instructions"),
        case("10 000 memos", b"\x80\x04" + b")\x94" * 10_000 + b".", "more instructions"),
    ]  # fmt: skip


def wrapped_with(arguments: bytes) -> bytes:
    """An honest array whose wrapper is made from arguments, which joblib's class takes without looking."""
    return array(doubles(1.0, -2.0, 3.0)).replace(b")\x81}", arguments + b"\x81}", 1)


CASES = [*bomb_cases(), *symbol_cases(), *names_cases(), *stream_cases()]
