"""Every way we know to lie in a ``scaler.pkl``: refused by name, nothing executed, cheaply."""

import bz2
import gzip
import lzma
import pickle
import zlib
from collections.abc import Callable
from pathlib import Path

import hostile_artifacts as hostile
import numpy as np
import pytest
from hostile_artifacts import (
    COMPRESSIONS,
    FEATURES,
    Case,
    array,
    doubles,
    dtype,
    integer,
    names_array,
    names_pickle,
    scaler_file,
    symbol,
    text,
    tuple_of,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from contract.artifacts.scaler_file import read_scaler_file
from contract.errors import ArtifactError, ScalerFileError


def case(name: str, data: bytes, says: str) -> Case:
    return Case(name, lambda canary: data, says, ScalerFileError)


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
        Case(f"{bomb}, {place}", lambda canary, b=bomb, p=put: p(hostile.bombs(canary)[b]), "no plain", ScalerFileError)
        for bomb in hostile.bombs(Path("canary"))
        for place, put in places.items()
    ]


def symbol_cases() -> list[Case]:
    return [
        case(f"it names {name}", scaler_file(mean_=symbol(*path, stacked=True) + b")R"), "which has no place there")
        for name, path in hostile.INNOCENT_LOOKING.items()
    ]


def attribute_cases() -> list[Case]:
    set_, without = hostile.scaler_with, hostile.scaler_without
    nan, inf = float("nan"), float("inf")
    rows = np.random.default_rng(0).normal(size=(20, FEATURES))
    return [
        case("a scale of 0", scaler_file(scale_=array(doubles(2.0, 0.0, 1.0))), "feature 2 of 3 has a scale"),
        case("a negative scale", scaler_file(scale_=array(doubles(2.0, -3.0, 1.0))), "feature 2 of 3 has a scale"),
        case("a scale of NaN", scaler_file(scale_=array(doubles(2.0, nan, 1.0))), "not finite"),
        case("an infinite scale", scaler_file(scale_=array(doubles(2.0, inf, 1.0))), "not finite"),
        case("a scale that is no root", scaler_file(scale_=array(doubles(2.0, 3.001, 1.0))),
             "the root of its variance"),
        case("a scale off by a hundred-millionth", scaler_file(scale_=array(doubles(2.0, 3.00000003, 1.0))),
             "the root of its variance"),
        case("a scale that is the variance", scaler_file(scale_=array(doubles(4.0, 9.0, 1.0))), "the root of its"),
        case("scales of two features exchanged", scaler_file(scale_=array(doubles(3.0, 2.0, 1.0))), "the root of its"),
        case("the smallest variance", scaler_file(mean_=array(doubles(0.0, 0.0, 0.0)),
             var_=array(doubles(5e-324, 9.0, 0.0)), scale_=array(doubles(2.2227587494850775e-162, 3.0, 1.0))),
             "neither 0 nor at least 1e-100"),
        case("a variance of minus the smallest number", scaler_file(var_=array(doubles(4.0, -5e-324, 0.0))),
             "a variance below 0"),
        case("a mean of NaN with bytes in it",
             scaler_file(mean_=array(doubles(1.0) + b"patient\x7f"[:6] + b"\xf8\x7f" + doubles(3.0))), "not finite"),
        case("a scale off by a millionth", scaler_file(scale_=array(doubles(2.0, 3.000003, 1.0))),
             "the root of its variance"),
        case("a constant feature's scale of 2", scaler_file(scale_=array(doubles(2.0, 3.0, 2.0))),
             "feature 3 of 3 has a scale"),
        case("a varying feature's scale of 1", scaler_file(scale_=array(doubles(1.0, 3.0, 1.0))),
             "feature 1 of 3 has a scale"),
        case("a negative variance", scaler_file(var_=array(doubles(4.0, -9.0, 0.0))), "a variance below 0"),
        case("a variance of NaN", scaler_file(var_=array(doubles(4.0, nan, 0.0))), "not finite"),
        case("an infinite variance", scaler_file(var_=array(doubles(4.0, inf, 0.0))), "not finite"),
        case("a variance of 1e300", scaler_file(var_=array(doubles(1e300, 9.0, 0.0))), "beyond 1e+100"),
        case("a mean of NaN", scaler_file(mean_=array(doubles(1.0, nan, 3.0))), "not finite"),
        case("an infinite mean", scaler_file(mean_=array(doubles(1.0, -inf, 3.0))), "not finite"),
        case("a mean whose square overflows", scaler_file(mean_=array(doubles(1e300, 2.0, 3.0))), "beyond 1e+100"),
        case("no mean", set_(mean_=None), "mean_ is not an array"),
        case("a mean that is a number", set_(mean_=1.0), "the instruction 0x47"),
        case("a mean that is a list", set_(mean_=[1.0]), "EMPTY_LIST"),
        case("a mean that is a tuple", set_(mean_=(1, 2, 3)), "mean_ is not an array"),
        case("a mean that is a mean of texts", set_(mean_=np.array(["a", "b", "c"], object)), "mean_ is not an array"),
        case("means of float32", set_(mean_=np.zeros(3, "f4")), "mean_ is not an array"),
        case("means of int64", set_(mean_=np.zeros(3, "i8")), "mean_ is not an array"),
        case("means of float16", set_(mean_=np.zeros(3, "f2")), "element type"),
        case("means of complex128", set_(mean_=np.zeros(3, "c16")), "element type"),
        case("means of text", set_(mean_=np.array(["a", "b", "c"])), "element type"),
        case("means with fields", set_(mean_=np.zeros(3, [("a", "f8"), ("b", "f8")])), "no plain"),
        case("means of dates", set_(mean_=np.zeros(3, "M8[s]")), "no plain"),
        case("big-endian means", set_(mean_=np.zeros(3, ">f8")), "element type"),
        case("means in two dimensions", set_(mean_=np.zeros((3, 1))), "not one row"),
        case("means in Fortran order", set_(mean_=np.asfortranarray(np.zeros((3, 2)))), "not one row"),
        case("means in no dimension", set_(mean_=np.array(1.0)), "not one row"),
        case("no means at all", set_(mean_=np.zeros(0)), "not one row"),
        case("too few means", set_(mean_=np.zeros(2)), "mean_ is not an array of 3"),
        case("too many means", set_(mean_=np.zeros(4)), "not one row"),
        case("rows in the mean", set_(mean_=rows), "not one row"),
        case("a masked array", set_(mean_=np.ma.zeros(3)), "no plain"),
        case("a matrix", set_(mean_=np.matrix([1.0, 2.0, 3.0])), "no plain"),
        case("fitted to fewer features", hostile.dumped(hostile.fitted(2)), "fitted to 2 features, the task has 3"),
        case("fitted to more features", hostile.dumped(hostile.fitted(4)), "not one row"),
        case("a lied number of features", set_(n_features_in_=4), "fitted to 4 features"),
        case("a number of features that is True", set_(n_features_in_=True), "an unknown number"),
        case("a number of features that is a text", set_(n_features_in_="3"), "an unknown number"),
        case("no rows", set_(n_samples_seen_=0), "whole number of rows"),
        case("negative rows", set_(n_samples_seen_=-5), "whole number of rows"),
        case("half a row", set_(n_samples_seen_=np.float64(20.5)), "whole number of rows"),
        case("rows of NaN", set_(n_samples_seen_=np.float64(nan)), "whole number of rows"),
        case("infinite rows", set_(n_samples_seen_=np.float64(inf)), "whole number of rows"),
        case("more rows than a float counts", set_(n_samples_seen_=np.int64(2**62)), "whole number of rows"),
        case("rows beyond 64 bits", set_(n_samples_seen_=2**80), "an integer of"),
        case("rows that are True", set_(n_samples_seen_=True), "whole number of rows"),
        case("rows that are a text", set_(n_samples_seen_="20"), "whole number of rows"),
        case("rows that are a dictionary", set_(n_samples_seen_={}), "whole number of rows"),
        case("rows that are nothing", set_(n_samples_seen_=None), "whole number of rows"),
        case("rows of a nested tuple", scaler_file(n_samples_seen_=b")" + b"\x85" * 1500), "whole number of rows"),
        case("rows that are names", set_(n_samples_seen_=np.array(["a", "a", "a"], object)), "whole number of rows"),
        case("rows in two numbers", set_(n_samples_seen_=np.array([20, 20])), "whole number of rows"),
        case("different rows for each feature", set_(n_samples_seen_=np.array([20, 19, 20])), "missing values"),
        case("more rows than a float counts, by one", set_(n_samples_seen_=2**53 + 1), "whole number of rows"),
        case("rows of 1e300", set_(n_samples_seen_=np.float64(1e300)), "whole number of rows"),
        case("rows of minus zero", set_(n_samples_seen_=np.float64(-0.0)), "whole number of rows"),
        case("rows of the smallest number", set_(n_samples_seen_=np.float64(5e-324)), "whole number of rows"),
        case("rows in an array of NaN", set_(n_samples_seen_=np.full(FEATURES, nan)), "missing values"),
        case("rows in an array of True", set_(n_samples_seen_=np.array([True])), "element type"),
        case("unsigned rows", set_(n_samples_seen_=np.uint64(20)), "element type"),
        case("a number of features that is a float", set_(n_features_in_=np.float64(3.0)), "an unknown number"),
        case("a number of 4 bytes that has 8", scaler_file(n_samples_seen_=scalar(dtype("f4"), bytes(8))),
             "wrong size"),
        case("a number without a type", scaler_file(n_samples_seen_=scalar(text("f8"), bytes(8))), "element type"),
        case("a number that is an object", scaler_file(n_samples_seen_=scalar(dtype("O8", "|", 63), bytes(8))),
             "wrong size"),
        case("with_mean is False", set_(with_mean=False), "with_mean is not True"),
        case("with_std is False", set_(with_std=False), "with_std is not True"),
        case("with_std is 1", set_(with_std=1), "with_std is not True"),
        case("copy is rows", set_(copy="patient 1"), "copy is neither"),
        case("rows in an attribute of their own", set_(training_rows=rows), "not one row"),
        case("a text in an attribute of its own", set_(notes="patient 1"), "'notes', which is no part"),
        case("a class attribute overshadowed", set_(transform=None), "'transform', which is no part"),
        case("a configuration", hostile.dumped(hostile.fitted().set_output(transform="pandas")),
             "'_sklearn_output_config'"),
        case("a version that is a number", scaler_file(_sklearn_version=integer(5)), "_sklearn_version"),
        case("a version that is a text of rows", scaler_file(_sklearn_version=text("patient 1, 74 years")),
             "_sklearn_version"),
        *(case(f"without {name}", without(name), f"it lacks '{name}'")
          for name in ("with_mean", "copy", "n_features_in_", "n_samples_seen_", "mean_", "var_", "scale_")),
        case("never fitted", hostile.dumped(StandardScaler()), "never fitted"),
        case("names for fewer features", scaler_file(feature_names_in_=names_array(names_pickle(length=2))),
             "no plain"),
        case("names that run backwards", set_(feature_names_in_=np.array(["\u202eega", "b", "c"], object)),
             "array of 3 names"),
        case("names with a terminal's escape", set_(feature_names_in_=np.array(["a\u009b2J", "b", "c"], object)),
             "array of 3 names"),
        case("names with a separator of lines", set_(feature_names_in_=np.array(["a\u2028b", "b", "c"], object)),
             "array of 3 names"),
        case("names with a lone surrogate", scaler_file(feature_names_in_=names_array(names_pickle(
             b"](" + text("\ud800") * 3 + b"e"))), "not UTF-8"),
        case("a list of names", scaler_file(feature_names_in_=b"](" + text("a") * 3 + b"e"), "EMPTY_LIST"),
        case("names that are None", set_(feature_names_in_=np.array([None] * 3, object)), "not one of names"),
        case("names that are bytes", set_(feature_names_in_=np.array([b"a", b"b", b"c"], object)), "no plain"),
        case("names that are numbers", set_(feature_names_in_=np.array([1, 2, 3], object)), "not one of names"),
        case("names that are an array of numbers", set_(feature_names_in_=np.zeros(3)), "array of 3 names"),
        case("names that are a text", set_(feature_names_in_="age"), "array of 3 names"),
        case("names with rows in them", set_(feature_names_in_=np.array(["x" * 5000, "b", "c"], object)),
             "longer than"),
        case("names of 1000 letters", set_(feature_names_in_=np.array(["x" * 1000, "b", "c"], object)),
             "array of 3 names"),
        case("names with a line's end", set_(feature_names_in_=np.array(["a\nb", "b", "c"], object)),
             "array of 3 names"),
        case("an empty name", set_(feature_names_in_=np.array(["", "b", "c"], object)), "array of 3 names"),
        case("names in names", set_(feature_names_in_=np.array([np.array(["a"], object), "b", "c"], object)),
             "no plain"),
    ]  # fmt: skip


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
    plain = hostile.dumped(hostile.fitted())
    framed = scaler_file()
    frame = b"\x95" + (2**40).to_bytes(8, "little")
    mean = array(doubles(1.0, -2.0, 3.0))
    return [
        case("an empty file", b"", "ends in the middle"),
        case("a text", b"mean,scale\n1,2\n", "expected protocol"),
        case("the file of a model", hostile.saved(hostile.network_state()), "expected protocol"),
        case("a plain pickle of protocol 2", pickle.dumps(hostile.fitted(), protocol=2), "expected protocol"),
        case("pickle.dump instead of joblib.dump", pickle.dumps(hostile.fitted()), "no plain"),
        case("a dictionary of numbers", hostile.dumped({"mean_": 1}), "something else than a StandardScaler"),
        case("a list of scalers", hostile.dumped([hostile.fitted()]), "EMPTY_LIST"),
        case("an array", hostile.dumped(np.zeros(3)), "something else than a StandardScaler"),
        case("a RobustScaler", hostile.dumped(RobustScaler().fit(np.eye(3))), "RobustScaler"),
        case("a MinMaxScaler", hostile.dumped(MinMaxScaler().fit(np.eye(3))), "MinMaxScaler"),
        case("a pipeline", hostile.dumped(make_pipeline(hostile.fitted())), "sklearn.pipeline"),
        case("a model of scikit-learn", hostile.dumped(LogisticRegression().fit(np.eye(3), [0, 1, 1])),
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
             scaler_file(mean_=wrapped_with(tuple_of(hostile.raw_bytes(bytes(200))))), "not one row"),
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
        case("a billion laughs", scaler_file(mean_=hostile.laughs(120).replace(b"q", b"\x94h\x00" + b"0")), "0x30"),
        case("30 000 instructions", b"\x80\x04" + b"N)" * 15_000 + b".", "more instructions"),
        case("10 000 memos", b"\x80\x04" + b")\x94" * 10_000 + b".", "more instructions"),
    ]  # fmt: skip


def compression_cases() -> list[Case]:
    cases = [
        case(f"a {kind} bomb of 16 MB", data, "inflates to more") for kind, data in hostile.squeezed_bombs().items()
    ]
    for kind in COMPRESSIONS:
        data = hostile.dumped(hostile.fitted(), compress=(kind, 3))
        cases += [
            case(f"{kind}: cut off", data[:-7], "no plain"),
            case(f"{kind}: bytes behind", data + b"x", "something follows its compressed stream"),
            case(f"{kind}: a second stream behind", data + data, "something follows its compressed stream"),
            case(f"{kind}: only its magic", data[:4], "no plain"),
            case(f"{kind}: rubbish in the middle", data[:40] + bytes(40) + data[80:], "no plain"),
        ]
    plain = hostile.dumped(hostile.fitted())
    return [
        *cases,
        case("zlib in zlib", zlib.compress(zlib.compress(plain)), "expected protocol"),
        case("xz in gzip", gzip.compress(lzma.compress(plain)), "expected protocol"),
        case("gzip in bz2", bz2.compress(gzip.compress(plain)), "expected protocol"),
        case("zlib with another checksum", flipped(zlib.compress(plain), -1), "compression is damaged"),
        case("gzip with another checksum", flipped(gzip.compress(plain), -8), "compression is damaged"),
        case("gzip with another length", flipped(gzip.compress(plain), -1), "compression is damaged"),
        case("bz2 with another checksum", flipped(bz2.compress(plain), 10), "compression is damaged"),
        case("xz with another checksum", flipped(lzma.compress(plain), -28), "compression is damaged"),
        case("xz followed by zeros", lzma.compress(plain) + bytes(4), "something follows its compressed stream"),
        case(
            "xz of a raw filter chain",
            lzma.compress(plain, lzma.FORMAT_XZ, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 2**27}]),
            "compression is damaged",
        ),
        case("gzip with an extra field", b"\x1f\x8b\x08\x04" + gzip.compress(plain)[4:], "expected protocol"),
        case("gzip with a comment", b"\x1f\x8b\x08\x10" + gzip.compress(plain)[4:], "expected protocol"),
        case("gzip that is a text", b"\x1f\x8b\x08\x01" + gzip.compress(plain)[4:], "expected protocol"),
        case("raw deflate", zlib.compress(plain, wbits=-15), "expected protocol"),
        case("zlib of a small window, cut", zlib.compress(plain, wbits=9)[:-5], "expected protocol"),
        case("zstandard", b"\x28\xb5\x2f\xfd" + bytes(40), "expected protocol"),
        case("joblib's format of 2010", b"ZF0x40 " + zlib.compress(plain), "expected protocol"),
        case("a zip with the scaler in it", zipped_scaler(plain), "expected protocol"),
        case("a bomb in a bomb", zlib.compress(hostile.squeezed_bombs()["zlib"]), "expected protocol"),
        case("zlib with a dictionary", with_dictionary(plain), "compression is damaged"),
        case("gzip that carries a file's name", b"\x1f\x8b\x08\x08" + gzip.compress(plain)[4:], "expected protocol"),
        case("lzma that asks for 2 GB", lzma_of_dictionary(2**31, plain), "compression is damaged"),
        case("bz2 of nothing", bz2.compress(b""), "ends in the middle"),
        case("lz4", b"\x04\x22\x4d\x18" + bytes(40), "expected protocol"),
    ]


def scalar(kind: bytes, raw: bytes) -> bytes:
    reader = symbol("numpy._core.multiarray", "scalar", stacked=True)
    return reader + tuple_of(kind, hostile.raw_bytes(raw)) + b"R"


def wrapped_with(arguments: bytes) -> bytes:
    """An honest array whose wrapper is made from arguments, which joblib's class takes without looking."""
    return array(doubles(1.0, -2.0, 3.0)).replace(b")\x81}", arguments + b"\x81}", 1)


def flipped(data: bytes, position: int) -> bytes:
    at = position % len(data)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def zipped_scaler(plain: bytes) -> bytes:
    return hostile.zipped([hostile.Part("scaler/scaler.pkl", plain)])


def with_dictionary(plain: bytes) -> bytes:
    compressor = zlib.compressobj(zdict=plain[:100])
    return compressor.compress(plain) + compressor.flush()


def lzma_of_dictionary(size: int, plain: bytes) -> bytes:
    squeezed = lzma.compress(plain, lzma.FORMAT_ALONE)
    return squeezed[:1] + size.to_bytes(4, "little") + squeezed[5:]


CASES = [
    *bomb_cases(), *symbol_cases(), *attribute_cases(), *names_cases(), *stream_cases(), *compression_cases(),
]  # fmt: skip


@pytest.mark.parametrize("hostile_file", CASES, ids=lambda each: each.name)
def test_a_hostile_scaler_file_is_refused(hostile_file: Case, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    data = hostile_file.build(canary)

    with pytest.raises(ArtifactError) as refusal:
        read_scaler_file(data, FEATURES)

    assert (type(refusal.value), hostile_file.says in refusal.value.sentence) == (hostile_file.error, True), (
        refusal.value
    )
    assert refusal.value.hint
    assert len(refusal.value.sentence) < 300
    assert not canary.exists()


@pytest.mark.parametrize("names", [None, names_array(names_pickle())], ids=["without names", "with names"])
def test_the_hand_written_scaler_without_a_lie_is_taken(names: bytes | None) -> None:
    read = read_scaler_file(scaler_file(feature_names_in_=names), FEATURES)

    assert read.state.mean == (1.0, -2.0, 3.0)
    assert read.state.num_examples == 20
    assert read.feature_names == (None if names is None else ("feature 0", "feature 1", "feature 2"))


@pytest.mark.parametrize("cut", range(0, 100, 4))
def test_a_truncated_scaler_file_is_refused(cut: int) -> None:
    whole = hostile.dumped(hostile.fitted())

    with pytest.raises(ScalerFileError):
        read_scaler_file(whole[: len(whole) * cut // 100], FEATURES)
