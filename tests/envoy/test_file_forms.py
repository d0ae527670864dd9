"""What a file is, by its first bytes."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoy.file_forms import HEAD_BYTES, form_of

TEXT = b"subject_id,hadm_id\n1,2\n"


def tarred() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        entry = tarfile.TarInfo("a.csv")
        entry.size = len(TEXT)
        archive.addfile(entry, io.BytesIO(TEXT))
    return made.getvalue()


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, TEXT)
    return made.getvalue()


def parquet() -> bytes:
    made = io.BytesIO()
    pl.DataFrame({"a": [1]}).write_parquet(made)
    return made.getvalue()


FORMS = {
    "UTF-16": TEXT.decode().encode("utf-16"),
    "UTF-32": TEXT.decode().encode("utf-32"),
    "zero bytes": TEXT.decode().encode("utf-16-le"),
    "zip archive": zipped("a.csv"),
    "empty zip": zipped(),
    ".xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99),
    "Parquet": parquet(),
    "bzip2": bz2.compress(TEXT),
    "xz": lzma.compress(TEXT),
    "zstd": b"\x28\xb5\x2f\xfd" + bytes(9),
    "7-Zip": b"7z\xbc\xaf\x27\x1c" + bytes(9),
    "SQLite": b"SQLite format 3\0" + bytes(9),
    "PDF": b"%PDF-1.7\n",
    "Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    "git-annex": b"/annex/objects/SHA256E-s1--0.csv\n",
    "PGP": b"-----BEGIN PGP MESSAGE-----\n",
    "compressed twice": gzip.compress(TEXT),
    "web page": b"\xef\xbb\xbf \n<!DOCTYPE html><html><title>Sign in</title>",
    "tar archive": tarred(),
    "nothing but zero bytes": bytes(4096),
}


@pytest.mark.parametrize("named", FORMS)
def test_each_form_is_named_with_what_to_do(named: str) -> None:
    form = form_of(FORMS[named][:HEAD_BYTES])
    assert form is not None
    assert named in form.is_a
    assert form.hint.endswith(".")


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1).filter(lambda text: "<" not in text)
)
def test_a_line_of_columns_is_a_text(header: str) -> None:
    assert form_of(f"subject_id,{header}\n1,2\n".encode()) is None
    assert form_of(f"\ufeffsubject_id,{header}\r\n".encode()) is None


def test_nothing_is_no_form() -> None:
    assert form_of(b"") is None
