"""What is written behind ``--data``: a folder, or a part of a bucket, and nothing between."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoy.bucket_address import BucketAddress, read_place
from envoy.errors import SettingsError


@pytest.mark.parametrize(
    "text",
    [
        "/srv/mimic",
        "tables",
        ".",
        "../s3",
        "C:/tables",
        r"C:\Tables",
        r"D:",
        r"\\\\server\share\tables",
        "s3",
        "a b/s3:/c",
        "x/~",
    ],
)
def test_what_has_no_scheme_is_a_folder(text: str) -> None:
    assert read_place(text) == Path(text)


def test_a_folder_may_be_said_from_the_users_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/me")
    assert read_place("~/x") == Path("/me/x")
    with pytest.raises(SettingsError, match="is empty"):
        read_place("")


@pytest.mark.parametrize(
    ("text", "bucket", "prefix"),
    [
        ("s3://tables", "tables", ""),
        ("s3://tables/", "tables", ""),
        ("s3://tables/mimic-iv/2.2", "tables", "mimic-iv/2.2"),
        ("s3://tables/mimic-iv/", "tables", "mimic-iv"),
        ("s3://my.own-tables.2/Ä b/(1)", "my.own-tables.2", "Ä b/(1)"),
        ("s3://a1b/x%20y/..z", "a1b", "x%20y/..z"),
        (' "s3://tables/x" ', "tables", "x"),
    ],
)
def test_an_address_is_a_bucket_and_a_prefix(text: str, bucket: str, prefix: str) -> None:
    assert read_place(text) == BucketAddress(bucket, prefix)


def test_a_table_lies_below_the_prefix_if_there_is_one() -> None:
    assert BucketAddress("tables", "mimic").key("hosp/patients.csv") == "mimic/hosp/patients.csv"
    assert BucketAddress("tables").key("hosp/patients.csv") == "hosp/patients.csv"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("s3:/tables/x", "it begins with s3://, in small letters"),
        ("s3:tables", "it begins with s3://, in small letters"),
        ("S3://tables/x", "it begins with s3://, in small letters"),
        ("s3a://tables/x", "it begins with s3://, in small letters"),
        ("s3://", "names no bucket"),
        ("s3:///x", "names no bucket"),
        ("gs://tables/x", "can't be read from gs://"),
        ("https://tables.s3.amazonaws.com/x", "can't be read from https://"),
        ("file:///srv/mimic", "can't be read from file://"),
        ("s3://Tables/x", "'Tables' is no name of a bucket"),
        ("s3://ta/x", "is no name of a bucket"),
        ("s3://" + "a" * 64, "is no name of a bucket"),
        ("s3://-tables", "is no name of a bucket"),
        ("s3://tables-/x", "is no name of a bucket"),
        ("s3://ta..bles", "is no name of a bucket"),
        ("s3://ta_bles", "is no name of a bucket"),
        ("s3://192.168.1.5/x", "is no name of a bucket"),
        ("s3://tables?x", "is no name of a bucket"),
        ("s3://tables\n/x", "is no name of a bucket"),
        ("s3://tables/../other", "is no prefix of keys"),
        ("s3://tables/x/..", "is no prefix of keys"),
        ("s3://tables/./x", "is no prefix of keys"),
        ("s3://tables//x", "is no prefix of keys"),
        ("s3://tables/x//", "is no prefix of keys"),
        ("s3://tables/x?versionId=1", "is no prefix of keys"),
        ("s3://tables/x#y", "is no prefix of keys"),
        ("s3://tables/x\\y", "is no prefix of keys"),
        ("s3://tables/x\x1b[2J", "is no prefix of keys"),
        ("s3://tables/\udc80", "is no prefix of keys"),
        ("s3://tables/" + "ä" * 451, "is no prefix of keys"),
    ],
)
def test_a_malformed_address_is_one_clear_error_and_never_a_folder(text: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says) as refused:
        read_place(text)
    assert "s3://BUCKET/PREFIX" in refused.value.hint


@pytest.mark.parametrize("text", ["s3://AKIAKEY:hush-hush@tables/x", "s3://AKIAKEY:hush-hush/x", "s3://hush-hush@x"])
def test_a_key_in_an_address_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(SettingsError, match="no key") as refused:
        read_place(text)
    assert "hush" not in str(refused.value) + refused.value.hint


@given(st.text() | st.text().map("s3://tables/{}".format) | st.text().map("s3://{}".format))
def test_whatever_is_written_is_a_folder_or_an_address_that_reads_as_itself_or_refused(text: str) -> None:
    try:
        found = read_place(text)
    except SettingsError:
        return
    if isinstance(found, BucketAddress):
        assert read_place(str(found)) == found
        assert ".." not in found.key("x").split("/")
    else:
        assert not text.lower().startswith("s3:")
