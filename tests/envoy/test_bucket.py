"""Tables in a bucket: found by the same names as in a folder, with the same defects, and never in memory whole."""

import gzip
import hashlib
import io
import socket
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.tasks import DIAGNOSIS_COUNT
from envoy.bucket import Bucket, BucketTable, ObjectReader
from envoy.bucket_address import BucketAddress
from envoy.bucket_link import FIRST_PIECE_BYTES, ChangedObjectError, FoundObject
from envoy.errors import TablesUnreachableError
from envoy.found_tables import find_copies
from envoy.participation.patients import Patients
from envoy.reading import inspect, read_cohort, signatures
from envoy.table_files import TableFileError, read_chunks, read_header
from envoy.table_sources import names_of
from envoy.tables import Defect, inspect_tables, read_tables
from tests.envoy.conftest import DataFolder
from tests.envoy.own_table.heart import HEART, rows, table
from tests.envoy.places import DIAGNOSES, place
from tests.envoy.raw_server import raw_server
from tests.envoy.test_table_files import damaged
from tests.s3_server import S3Bucket, S3Server
from tests.unruly_proxy import UnrulyProxy


def the_first(source: Bucket, table: str) -> BucketTable:
    return next(source.copies(table))


@pytest.fixture
def bucket(s3: S3Server) -> S3Bucket:
    return s3.bucket(is_open=True)


@pytest.fixture
def twin(data_folder: DataFolder, bucket: S3Bucket) -> Callable[[], Bucket]:
    """Put what the folder holds now into a part of a bucket of its own."""
    parts = iter(range(100))

    def put() -> Bucket:
        return Bucket(bucket.put_folder(data_folder.path, f"part-{next(parts)}/mimic"), bucket.server.access())

    return put


def test_tables_in_a_bucket_read_as_those_in_a_folder(data_folder: DataFolder, twin: Callable[[], Bucket]) -> None:
    ours, theirs = read_tables(twin()), read_tables(data_folder.path)
    for name in ("diagnoses", "admissions", "patients"):
        assert getattr(ours, name).equals(getattr(theirs, name))
    assert inspect_tables(twin()) == ()


def test_every_object_of_a_table_is_found_the_first_name_first(bucket: S3Bucket) -> None:
    source = Bucket(BucketAddress(bucket.name, "a"), bucket.server.access())
    assert list(source.copies("patients")) == []
    names = [*names_of("patients")]
    for name in reversed(names):
        bucket.put(f"a/{name}", name.encode())
        found = the_first(source, "patients")
        with found.open() as stream:
            assert (found.name, stream.read()) == (name, name.encode())
    assert str(found) == f"s3://{bucket.name}/a/hosp/patients.csv"
    assert [each.name for each in source.copies("patients")] == names
    assert (source.absence, source.folder) == (None, None)


def test_a_table_that_is_there_twice_and_differs_is_a_defect_in_a_bucket_too(
    data_folder: DataFolder, twin: Callable[[], Bucket]
) -> None:
    text = (data_folder.path / DIAGNOSES).read_text()
    data_folder.put(f"core/{DIAGNOSES.removeprefix('hosp/')}.gz", text)
    assert inspect_tables(twin()) == ()
    data_folder.put(f"core/{DIAGNOSES.removeprefix('hosp/')}.gz", text.replace("0030", "0031"))
    (defect,) = inspect_tables(twin())
    assert (defect.kind, inspect_tables(data_folder.path)) == ("table_twice", (defect,))


def test_so_is_one_beside_parquet_which_nobody_could_hold_against_it(bucket: S3Bucket) -> None:
    bucket.put("a/hosp/patients.csv", b"rows")
    bucket.put("a/hosp/patients.parquet", b"PAR1")
    with pytest.raises(TableFileError, match=r"hosp/patients\.csv and hosp/patients\.parquet") as refused:
        find_copies(Bucket(BucketAddress(bucket.name, "a"), bucket.server.access()), "patients")
    assert refused.value.kind == "table_twice"


def test_a_hospitals_own_table_and_its_map_are_read_from_a_bucket_too(bucket: S3Bucket) -> None:
    source = Bucket(BucketAddress(bucket.name, "own"), bucket.server.access())
    lines = rows(40)
    bucket.put("own/heart.csv.gz", gzip.compress(table(*lines).replace("patient", "nr").encode()))
    before = signatures(HEART, source)
    bucket.put("own/heart.map.toml", b'patient = "nr"')
    assert len(read_cohort(HEART, source)) == 40
    assert signatures(HEART, source) != before
    bucket.put("own/heart.csv", b"")
    assert [each.kind for each in inspect(HEART, source).defects] == ["table_twice"]


@pytest.mark.parametrize(
    "break_file",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:-4],
        gzip.decompress,
        damaged,
        lambda data: data[:-8] + bytes(8),
        lambda data: b"",
        lambda data: b"\x1f",
        lambda data: gzip.compress(gzip.decompress(data).replace(b"0030", b"4.28E+03").replace(b",9\n", b",9,9\n", 1)),
        lambda data: gzip.compress(gzip.decompress(data).replace(b",", b";")),
    ],
)
def test_a_defect_is_the_same_as_a_files(
    data_folder: DataFolder, twin: Callable[[], Bucket], break_file: Callable[[bytes], bytes]
) -> None:
    file = data_folder.path / DIAGNOSES
    data_folder.put(f"{DIAGNOSES}.gz", break_file(gzip.compress(file.read_bytes())))
    file.unlink()
    (data_folder.path / "hosp/admissions.csv").write_bytes(gzip.compress(b"compressed, but not named so"))
    defects = inspect_tables(data_folder.path)
    assert len(defects) >= 2
    assert inspect_tables(twin()) == defects


def test_without_bucket_prefix_or_table_it_is_a_missing_file_as_in_a_folder(
    data_folder: DataFolder, twin: Callable[[], Bucket], s3: S3Server
) -> None:
    (data_folder.path / DIAGNOSES).unlink()
    as_in_a_folder = inspect_tables(data_folder.path)
    assert [each.kind for each in as_in_a_folder] == ["missing_file"]
    assert inspect_tables(twin()) == as_in_a_folder

    for address in (BucketAddress("tables-nowhere"), BucketAddress(s3.bucket(is_open=True).name, "nothing/here")):
        assert inspect_tables(Bucket(address, s3.access())) == as_in_a_folder


def test_a_table_replaced_between_its_header_and_its_rows_is_a_defect(
    data_folder: DataFolder, bucket: S3Bucket
) -> None:
    source = Bucket(bucket.put_folder(data_folder.path, "a"), bucket.server.access())
    table = the_first(source, "diagnoses_icd")
    header = read_header(table)
    bucket.put(f"a/{DIAGNOSES}", (data_folder.path / DIAGNOSES).read_bytes().replace(b"0030", b"0031"))
    with pytest.raises(TableFileError, match="replaced or removed") as changed:
        list(read_chunks(table, header))
    assert (changed.value.kind, changed.value.row) == ("changed_table", None)


def test_a_table_replaced_while_it_is_read_is_named_as_any_defect(
    data_folder: DataFolder, bucket: S3Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Bucket(bucket.put_folder(data_folder.path, "a"), bucket.server.access())
    copies = Bucket.copies

    def replaced(self: Bucket, table: str) -> Iterator[BucketTable]:
        found = list(copies(self, table))
        bucket.put(f"a/{DIAGNOSES}", b"other")
        return iter(found)

    monkeypatch.setattr(Bucket, "copies", replaced)
    (defect,) = inspect_tables(source)
    assert place(defect) == (DIAGNOSES, None, None, "changed_table")
    assert isinstance(defect, Defect)


def test_over_a_bad_link_the_tables_are_the_same(data_folder: DataFolder, bucket: S3Bucket) -> None:
    rows = "".join(f"{10000001 + i},{20000001 + i},1,0030,9\n" for i in range(20_000))
    data_folder.put(f"{DIAGNOSES}", "subject_id,hadm_id,seq_num,icd_code,icd_version\n" + rows)
    for name in ("admissions", "patients"):
        (data_folder.path / f"hosp/{name}.csv").unlink()
    address = bucket.put_folder(data_folder.path, "a")
    with UnrulyProxy(int(bucket.server.url.rpartition(":")[2]), seed=1, cut_share=0.1) as proxy:
        source = Bucket(address, bucket.server.access(proxy.url, attempts=8, timeout_seconds=1.0))
        assert read_tables(source).diagnoses.equals(read_tables(data_folder.path).diagnoses)
        assert proxy.cuts >= 3
        proxy.go_dark(60)
        with pytest.raises(TablesUnreachableError):
            inspect_tables(Bucket(address, bucket.server.access(proxy.url, attempts=1)))


def test_patients_are_read_again_only_where_a_table_changed(data_folder: DataFolder, bucket: S3Bucket) -> None:
    address = bucket.put_folder(data_folder.path, "a")
    with UnrulyProxy(int(bucket.server.url.rpartition(":")[2]), seed=1, cut_share=0.001) as proxy:
        patients = Patients(Bucket(address, bucket.server.access(proxy.url)), seed=0, held_out_share=0.5)
        first = patients.of(DIAGNOSIS_COUNT)
        size, carried = sum(map(len, first_bytes(data_folder))), proxy.carried_bytes
        assert carried > size
        assert patients.of(DIAGNOSIS_COUNT) is first
        text = (data_folder.path / DIAGNOSES).read_text()
        bucket.put(f"a/{DIAGNOSES}", text.encode())  # the same bytes again
        assert patients.of(DIAGNOSIS_COUNT) is first
        bucket.put(f"a/{DIAGNOSES}", text.replace("0030", "0031").encode())  # as many bytes
        assert patients.of(DIAGNOSIS_COUNT) is not first


def first_bytes(folder: DataFolder) -> list[bytes]:
    return [path.read_bytes() for path in folder.path.rglob("*.csv")]


def test_asking_whether_a_table_changed_moves_none_of_its_bytes(bucket: S3Bucket) -> None:
    bucket.put("diagnoses_icd.csv", b"x" * 5_000_000)

    with UnrulyProxy(int(bucket.server.url.rpartition(":")[2]), seed=1, cut_share=0.001) as proxy:
        found = the_first(Bucket(BucketAddress(bucket.name), bucket.server.access(proxy.url)), "diagnoses_icd")
        assert found.signature[2] == 5_000_000
        assert proxy.carried_bytes < 20_000


class Counted(bytes):
    """A chunk that says when it is gone."""

    alive = 0

    def __new__(cls, data: bytes) -> "Counted":
        cls.alive += len(data)
        return super().__new__(cls, data)

    def __del__(self) -> None:
        type(self).alive -= len(self)


def test_a_table_of_60_mb_lies_in_memory_only_a_chunk_at_a_time() -> None:
    chunk_bytes, held = 64 * 1024, []

    def chunks() -> Iterator[bytes]:
        for number in range(960):
            held.append(Counted.alive)
            yield Counted(bytes([number % 256]) * chunk_bytes)

    total, digest = 0, hashlib.sha256()
    with io.BufferedReader(ObjectReader(chunks())) as stream:
        while data := stream.read(10_000):
            total += len(data)
            digest.update(data)
    assert total == 60 << 20
    assert digest.digest() == hashlib.sha256(b"".join(bytes([n % 256]) * chunk_bytes for n in range(960))).digest()
    assert max(held) <= chunk_bytes
    assert len(held) == 960


def test_what_nobody_has_read_yet_stays_at_the_server(s3: S3Server) -> None:
    size: int = 60 << 20
    sent: list[int] = []

    def answer(connection: socket.socket, ended: object) -> None:
        head = server.heads[-1]
        length = size
        if head.startswith(b"GET"):
            start, end = (int(each) for each in head.split(b"bytes=")[1].split(b"\r\n")[0].split(b"-"))
            length = end + 1 - start
            ranged = b"Content-Range: bytes %d-%d/%d\r\n" % (start, end, size)
        else:
            ranged = b""
        status = b"206 Partial Content" if ranged else b"200 OK"
        connection.sendall(
            b"HTTP/1.1 %b\r\nContent-Length: %d\r\n%bETag: \"e\"\r\n"
            b"Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT\r\nConnection: close\r\n\r\n" % (status, length, ranged)
        )  # fmt: skip
        if ranged:
            for _ in range(length // 32768):
                connection.sendall(b"x" * 32768)
                sent.append(32768)

    with raw_server(answer) as server:
        table = the_first(Bucket(BucketAddress("tables"), s3.access(server.url)), "diagnoses_icd")
        with table.open() as stream:
            read = len(stream.read(2 << 20))
            assert read == 2 << 20
            first = next(head for head in server.heads if head.startswith(b"GET"))
            assert b"range: bytes=0-%d\r\n" % (FIRST_PIECE_BYTES - 1) in first, "a header needs no more"
            assert sum(sent) <= 5 << 20, "two pieces at most were asked for, of fifteen"
            while data := stream.read(1 << 20):
                read += len(data)
        assert read == size == sum(sent)


@given(st.lists(st.binary(min_size=1, max_size=50)), st.integers(1, 70))
def test_bytes_come_once_and_in_their_order_however_they_are_cut(chunks: list[bytes], size: int) -> None:
    stream = io.BufferedReader(ObjectReader(iter(chunks)), buffer_size=16)
    assert b"".join(iter(lambda: stream.read(size), b"")) == b"".join(chunks)


def test_a_change_leaves_as_a_defect_of_the_table() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"a"
        raise ChangedObjectError

    with io.BufferedReader(ObjectReader(chunks())) as stream, pytest.raises(TableFileError, match="replaced"):
        stream.read()


def test_a_signature_is_the_key_the_tag_and_the_size(bucket: S3Bucket) -> None:

    bucket.put("x/patients.csv", b"rows")
    found = the_first(Bucket(BucketAddress(bucket.name, "x"), bucket.server.access()), "patients")
    assert found.found == FoundObject("x/patients.csv", '"' + hashlib.md5(b"rows").hexdigest() + '"', 4)  # noqa: S324
    assert found.signature == ("x/patients.csv", found.found.tag, 4)
