"""Attributes that no fitted ``StandardScaler`` has."""

import numpy as np
from sklearn.preprocessing import StandardScaler

from fuzz.hostile import opcodes, scalers
from fuzz.hostile.case import Case
from fuzz.hostile.case import scaler_case as case
from fuzz.hostile.opcodes import integer, symbol, text, tuple_of
from fuzz.hostile.scalers import FEATURES, array, doubles, dtype, names_array, names_pickle, scaler_file


def attribute_cases() -> list[Case]:
    """Attributes with lies, attributes that are missing, and attributes of its own."""
    set_, without = scalers.scaler_with, scalers.scaler_without
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
        case("fitted to fewer features", scalers.dumped(scalers.fitted(2)), "fitted to 2 features, the task has 3"),
        case("fitted to more features", scalers.dumped(scalers.fitted(4)), "not one row"),
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
        *(case(f"an output configuration of {lie!r}"[:60], set_(_sklearn_output_config=lie), "_sklearn_output_config")
          for lie in ({}, {"transform": "patient 1"}, {"transform": None}, {"transform": True}, {"fit": "pandas"},
                      {"transform": "pandas", "rows": "patient 1"}, {"transform": {"transform": "pandas"}}, "pandas")),
        case("an output configuration with rows", set_(_sklearn_output_config={"transform": rows}), "not one row"),
        case("a version that is a number", scaler_file(_sklearn_version=integer(5)), "_sklearn_version"),
        case("a version that is a text of rows", scaler_file(_sklearn_version=text("patient 1, 74 years")),
             "_sklearn_version"),
        *(case(f"without {name}", without(name), f"it lacks '{name}'")
          for name in ("with_mean", "copy", "n_features_in_", "n_samples_seen_", "mean_", "var_", "scale_")),
        case("never fitted", scalers.dumped(StandardScaler()), "never fitted"),
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


def scalar(kind: bytes, raw: bytes) -> bytes:
    """One number as numpy pickles it."""
    reader = symbol("numpy._core.multiarray", "scalar", stacked=True)
    return reader + tuple_of(kind, opcodes.raw_bytes(raw)) + b"R"


CASES = attribute_cases()
