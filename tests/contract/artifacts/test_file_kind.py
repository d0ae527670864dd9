"""A file of another program is told by its first bytes, and ours are none of them."""

import gzip
import io
import pickle
import struct

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from contract.artifacts.file_kind import PHRASES, kind_of


def legacy() -> bytes:
    file = io.BytesIO()
    torch.save({"a": torch.zeros(1)}, file, _use_new_zipfile_serialization=False)
    return file.getvalue()


def array() -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros(2))
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (b"  <!DOCTYPE html><html>", "web page"),
        (b"\xef\xbb\xbf<html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "lfs"),
        (legacy(), "torch legacy"),
        (struct.pack("<Q", 2) + b"{}", "safetensors"),
        (b"\x89HDF\r\n\x1a\n" + bytes(8), "hdf5"),
        (b"PK\x03\x04", "zip"),
        (array(), "numpy"),
        (pickle.dumps({"a": 1}, 2), "pickle"),
        (pickle.dumps({"a": 1}), "pickle"),
        (gzip.compress(b"x"), "gzip"),
        (b"\x04\x22\x4d\x18", "lz4"),
        (b'{"mean": 3}', "json"),
        (struct.pack("<Q", 2**60) + b"{}", None),
        (b"not a model at all, sorry", None),
    ],
)
def test_a_kind_is_told_by_the_first_bytes(data: bytes, kind: str | None):
    assert kind_of(data) == kind
    assert kind is None or PHRASES[kind]


@given(st.binary(max_size=100))
def test_whatever_the_bytes_are_an_answer_comes(data: bytes):
    assert kind_of(data) in (None, *PHRASES)
