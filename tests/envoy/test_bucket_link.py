"""The way to an S3 server: what comes back is bounded, repeated where that helps, and never trusted."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from contract.link_words import Wait
from envoy import bucket_link
from envoy.address import read_address
from envoy.bucket_access import BucketAccess, Credentials
from envoy.bucket_link import PIECE_BYTES, BucketLink, ChangedObjectError, FoundObject
from envoy.errors import EnvoyError, SettingsError, TablesDeniedError, TablesUnreachableError
from tests.certificates import write_certificates
from tests.envoy.raw_server import raw_server, saying
from tests.faulty_ways import FAULTY_WAYS
from tests.s3_server import S3Bucket, S3Server, s3_server, surroundings
from tests.unruly_proxy import UnrulyProxy

KEY = Credentials("AKIAHOSPITAL", "hush-hush", "session-hush")
HEAD = (
    b'HTTP/1.1 206 Partial Content\r\nContent-Length: 1000\r\nContent-Range: bytes 0-999/1000\r\nETag: "e"\r\n'
    b"Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT\r\n\r\n"
)
FOUND = FoundObject("x", '"e"', 1000)


@pytest.fixture(autouse=True)
def no_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in surroundings that know no cloud and no proxy."""
    for name in dict(os.environ):
        if name not in surroundings():
            monkeypatch.delenv(name)


def link_to(url: str, bucket: str = "tables", **access: Any) -> BucketLink:
    usual = {"credentials": None, "timeout_seconds": 1.0, "attempts": 0, "region": "us-east-1"}
    return BucketLink(bucket, BucketAccess(read_address(url), **{**usual, **access}))


def read_all(link: BucketLink, found: FoundObject = FOUND) -> bytes:
    return b"".join(link.read(found))


def test_an_object_is_found_and_read_whole(s3: S3Server) -> None:
    bucket, data = s3.bucket(is_open=True), bytes(range(256)) * 40_000  # of three pieces
    bucket.put("a/x", data)
    link = BucketLink(bucket.name, s3.access())
    found = link.look("a/x")
    assert found is not None
    assert (found.key, found.size, found.tag[0], read_all(link, found) == data) == ("a/x", len(data), '"', True)
    assert link.look("a/y") is None
    assert BucketLink("tables-nowhere", s3.access()).look("a/x") is None


def test_an_object_of_no_bytes_is_read_without_a_request(s3: S3Server) -> None:
    bucket = s3.bucket(is_open=True)
    bucket.put("x", b"")
    found = BucketLink(bucket.name, s3.access()).look("x")
    assert found is not None
    assert list(link_to("http://127.0.0.1:1").read(found)) == []


def test_who_may_read_reads_and_who_may_not_learns_what_to_set(s3: S3Server) -> None:
    bucket = s3.bucket()
    bucket.put("x", b"rows")
    with s3.checking("s3:GetObject", "s3:ListBucket") as right:
        link = BucketLink(bucket.name, s3.access(credentials=right))
        found = link.look("x")
        assert found is not None
        assert (read_all(link, found), link.look("y")) == (b"rows", None)
        with pytest.raises(TablesDeniedError, match="with these credentials") as wrong:
            BucketLink(bucket.name, s3.access(credentials=Credentials(right.key_id, "hush-hush"))).look("x")
    assert "s3:GetObject" in wrong.value.hint
    assert "s3:ListBucket" in wrong.value.hint
    with pytest.raises(TablesDeniedError, match="anonymously") as nobody:
        BucketLink(bucket.name, s3.access()).look("x")
    assert "AWS_ACCESS_KEY_ID" in nobody.value.hint


def test_who_may_look_only_is_told_when_the_rows_are_asked_for(s3: S3Server) -> None:
    bucket = s3.bucket()
    bucket.put("x", b"rows")
    found = FoundObject("x", '"any"', 4)
    with s3.checking("s3:ListBucket") as looks_only, pytest.raises(TablesDeniedError):
        read_all(BucketLink(bucket.name, s3.access(credentials=looks_only)), found)


def test_an_object_that_was_replaced_or_removed_is_no_mixture(s3: S3Server) -> None:
    bucket = s3.bucket(is_open=True)
    bucket.put("x", b"a" * (3 * PIECE_BYTES))
    link = BucketLink(bucket.name, s3.access())
    for change in (lambda: bucket.put("x", b"b" * (3 * PIECE_BYTES)), lambda: bucket.remove("x")):
        found = link.look("x")
        assert found is not None
        chunks = link.read(found)
        assert set(next(chunks)) in ({97}, {98})
        change()
        with pytest.raises(ChangedObjectError):
            list(chunks)


def test_a_server_that_knows_no_condition_is_seen_through() -> None:
    for other in (HEAD.replace(b'"e"', b'"f"'), HEAD.replace(b"/1000", b"/1001")):
        with raw_server(saying(other, b"x" * 1000)) as server, pytest.raises(ChangedObjectError):
            read_all(link_to(server.url))


def test_after_breaks_it_goes_on_in_the_middle(s3: S3Server) -> None:
    bucket, data = s3.bucket(is_open=True), bytes(range(256)) * 4000
    bucket.put("x", data)
    with UnrulyProxy(int(s3.url.rpartition(":")[2]), seed=3, cut_share=0.05) as proxy:
        link = BucketLink(bucket.name, s3.access(proxy.url, attempts=8, timeout_seconds=1.0))
        found = link.look("x")
        assert found is not None
        assert read_all(link, found) == data
        assert proxy.cuts >= 3
        assert proxy.carried_bytes < 2 * len(data), "what was here is not fetched again"


def test_only_breaks_in_a_row_count() -> None:
    def one_chunk_each(connection: socket.socket, ended: object) -> None:
        connection.sendall(piece(len(server.heads)) + b"x" * 20_000)

    def piece(number: int) -> bytes:
        start = 20_000 * (number - 1)
        return HEAD.replace(b"Length: 1000", b"Length: %d" % (100_000 - start)).replace(
            b"0-999/1000", b"%d-99999/100000" % start
        )

    with raw_server(one_chunk_each) as server:
        assert read_all(link_to(server.url, attempts=1), FoundObject("x", '"e"', 100_000)) == b"x" * 100_000
        assert len(server.heads) == 5


@pytest.mark.parametrize(
    "answer",
    [
        saying(b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n"),
        saying(b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"),
        saying(b"SSH-2.0-OpenSSH\r\n"),
        saying(HEAD, b"x"),
        lambda connection, ended: None,
    ],
    ids=["it is busy", "it fails", "it is something else", "it breaks off", "it hangs up"],
)
def test_what_time_may_mend_is_tried_again_so_often(answer: Callable[..., None]) -> None:
    with raw_server(answer) as server, pytest.raises(TablesUnreachableError):
        read_all(link_to(server.url, attempts=2), FOUND)
    assert len(server.heads) >= 3


def test_a_server_that_falls_silent_is_waited_for_so_long() -> None:
    for answer in (saying(b"", every_seconds=60, for_ever=True), saying(HEAD, b"x", every_seconds=60, for_ever=True)):
        began = time.monotonic()
        with raw_server(answer) as server, pytest.raises(TablesUnreachableError, match="does not answer"):
            read_all(link_to(server.url, timeout_seconds=0.5))
        assert time.monotonic() - began < 10
        assert len(server.heads) == 1


def test_a_server_that_is_not_there_is_a_matter_of_the_link() -> None:
    with pytest.raises(TablesUnreachableError, match=r"127\.0\.0\.1:1 does not answer"):
        link_to("http://127.0.0.1:1").look("x")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"HTTP/1.1 400 Bad\r\nContent-Length: 9\r\n\r\n\x1b[2Jevil\n", r"status 400"),
        (
            b"HTTP/1.1 301 Moved\r\nx-amz-bucket-region: eu-west-1\r\nContent-Length: 0\r\n\r\n",
            "not in region us-east-1",
        ),
        (HEAD.replace(b"206", b"200").replace(b"Content-Range: bytes 0-999/1000\r\n", b""), "does not speak"),
        (HEAD.replace(b"0-999/1000", b"5-1004/2000"), "does not speak"),
        (HEAD.replace(b"Length: 1000", b"Length: 2000") + b"x" * 2000, "does not speak"),
        (HEAD.replace(b"Content-Length: 1000", b"Transfer-Encoding: chunked") + b"0\r\n\r\n", "does not speak"),
        (HEAD.replace(b"Content-Length: 1000", b"Content-Length: 0"), "does not speak"),
    ],
    ids=[
        "another request",
        "another region",
        "no range",
        "another range",
        "more than the range",
        "no length",
        "nothing",
    ],
)
def test_what_no_time_mends_is_said_at_once_and_shows_nothing_of_the_servers(answer: bytes, says: str) -> None:
    with raw_server(saying(answer, b"x" * 1000)) as server, pytest.raises(EnvoyError, match=says) as refused:
        read_all(link_to(server.url, attempts=5, credentials=KEY))
    assert len(server.heads) == 1
    shown = str(refused.value) + refused.value.hint
    assert not any(each in shown for each in ("\x1b", "evil", "AKIA", "hush"))


def test_whose_temporary_credentials_may_have_expired_is_told_so() -> None:
    lasting = Credentials("AKIAHOSPITAL", "hush-hush")
    for status, credentials, is_told in (
        (400, KEY, True),
        (400, lasting, False),
        (400, None, False),
        (405, KEY, False),
    ):
        answer = saying(b"HTTP/1.1 %d Bad\r\nContent-Length: 0\r\n\r\n" % status)
        with raw_server(answer) as server, pytest.raises(SettingsError, match=f"status {status}") as refused:
            link_to(server.url, credentials=credentials).look("x")
        assert ("have expired" in refused.value.hint) is is_told


def test_a_status_in_what_the_server_wrote_is_not_taken_for_its_own() -> None:
    lie = b"returned non-2xx status code: 503, HTTP error, InvalidCertificate, incorrectly configured region"
    answer = b"HTTP/1.1 400 Bad\r\nContent-Length: %d\r\n\r\n%b" % (len(lie), lie)
    with raw_server(saying(answer)) as server, pytest.raises(SettingsError, match="status 400"):
        link_to(server.url, attempts=5).look("x")
    with raw_server(saying(answer)) as server, pytest.raises(SettingsError, match="status 400"):
        read_all(link_to(server.url, attempts=5))


@pytest.mark.parametrize("tag", [b"", b'ETag: W/"e"\r\n'])
def test_an_object_without_a_tag_can_not_be_held_to(tag: bytes) -> None:
    without = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nLast-Modified: Wed, 21 Oct 2015 07:28:00 GMT\r\n"
    answer = saying(without + tag + b"\r\n")
    with raw_server(answer) as server, pytest.raises(TablesUnreachableError, match="does not speak"):
        link_to(server.url).look("x")


def test_a_slow_server_is_heard_out_and_one_that_will_never_end_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = saying(HEAD, b"x" * 100, every_seconds=0.15, for_ever=True)
    with raw_server(slow) as server:
        assert read_all(link_to(server.url, timeout_seconds=1.0)) == b"x" * 1000
    monkeypatch.setattr(bucket_link, "_SLOWEST_BYTES_PER_SECOND", 1e9)
    with raw_server(slow) as server, pytest.raises(TablesUnreachableError, match="does not answer"):
        read_all(link_to(server.url, timeout_seconds=0.5))


@pytest.mark.parametrize("credentials", [None, KEY], ids=["anonymous", "with credentials"])
def test_the_surroundings_decide_neither_where_it_asks_nor_as_whom(
    s3: S3Server, monkeypatch: pytest.MonkeyPatch, credentials: Credentials | None
) -> None:
    bucket = s3.bucket(is_open=True)
    bucket.put("x", b"rows")
    with raw_server(saying(b"HTTP/1.1 403 Elsewhere\r\nContent-Length: 0\r\n\r\n")) as elsewhere:
        for name in (
            "AWS_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_METADATA_ENDPOINT", "AWS_PROXY_URL",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI", "HTTP_PROXY", "http_proxy", "ALL_PROXY",
        ):  # fmt: skip
            monkeypatch.setenv(name, elsewhere.url)
        monkeypatch.setenv("AWS_SKIP_SIGNATURE", "false" if credentials is None else "true")
        monkeypatch.setenv("AWS_BUCKET", "another-one")
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        monkeypatch.setenv("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "true")
        link = BucketLink(bucket.name, s3.access(credentials=credentials))
        found = link.look("x")
        assert found is not None
        assert read_all(link, found) == b"rows"
        assert elsewhere.heads == []


def test_who_it_is_stands_in_a_signature_and_the_session_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
    with raw_server(saying(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")) as server:
        assert link_to(server.url, credentials=KEY, region="eu-north-1").look("a/x") is None
        monkeypatch.setenv("AWS_SKIP_SIGNATURE", "false")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_TOKEN"):
            monkeypatch.setenv(name, "hush-hush")
        assert link_to(server.url).look("a/x") is None
    signed, anonymous = server.heads
    assert b"Credential=AKIAHOSPITAL/" in signed
    assert b"/eu-north-1/s3/" in signed
    assert b"session-hush" in signed
    assert b"hush-hush" not in signed
    assert b"authorization" not in anonymous
    assert b"hush" not in anonymous


def test_the_rows_are_asked_for_by_the_tag_of_what_was_found() -> None:
    with raw_server(saying(HEAD, b"x" * 1000)) as server:
        assert read_all(link_to(server.url)) == b"x" * 1000
    assert b'if-match: "e"\r\n' in server.heads[0]
    assert b"range: bytes=0-999\r\n" in server.heads[0]


def test_variables_of_the_surroundings_that_fit_no_store_are_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CHECKSUM_ALGORITHM", "hush")
    with pytest.raises(SettingsError, match="by these settings") as refused:
        link_to("http://127.0.0.1:1")
    assert "begin with AWS_" in refused.value.hint


def test_a_redirect_to_another_machine_is_not_followed() -> None:
    with raw_server(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as other:
        to_other = other.url.replace("127.0.0.1", "localhost").encode()
        moved = b"HTTP/1.1 307 Moved\r\nLocation: " + to_other + b"/x\r\nContent-Length: 0\r\n\r\n"
        with raw_server(saying(moved)) as server, pytest.raises(TablesUnreachableError):
            link_to(server.url, credentials=KEY).look("x")
        assert other.heads == []


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def private_authority(certificates: Path) -> Iterator[S3Bucket]:
    """A bucket on a server over TLS, with an object."""
    with s3_server(certificates) as server:
        bucket = server.bucket(is_open=True)
        bucket.put("x", b"rows")
        yield bucket


def test_a_certificate_is_trusted_by_the_file_of_its_authority_alone(
    private_authority: S3Bucket, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = private_authority.server
    link = BucketLink(private_authority.name, server.access(ca_file=certificates / "authority.pem"))
    found = link.look("x")
    assert found is not None
    assert read_all(link, found) == b"rows"
    monkeypatch.setenv("AWS_ALLOW_INVALID_CERTIFICATES", "true")
    with pytest.raises(TablesUnreachableError, match="not trusted") as refused:
        BucketLink(private_authority.name, server.access(attempts=5)).look("x")
    assert "ENVOY_CA_FILE" in refused.value.hint


def test_a_file_of_certificates_that_holds_none_is_a_matter_of_settings(certificates: Path) -> None:
    for name in ("nonsense.pem", "nowhere.pem"):
        with pytest.raises(SettingsError, match=rf"ENVOY_CA_FILE names .*{name}, which "):
            link_to("https://127.0.0.1:1", ca_file=certificates / name)


def test_an_address_over_tls_is_never_asked_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    with raw_server(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as server:
        with pytest.raises(TablesUnreachableError):
            link_to(server.url.replace("http:", "https:"), credentials=KEY).look("x")
        assert all(head.startswith(b"\x16\x03") for head in server.heads), "a TLS greeting and nothing else"


def test_an_address_over_tls_is_never_left_for_one_without(certificates: Path) -> None:
    class Moved(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(307)
            self.send_header("Location", f"{open_server.url}/x")
            self.end_headers()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "director.pem", certificates / "director.key")
    with raw_server(saying(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")) as open_server:
        with HTTPServer(("127.0.0.1", 0), Moved) as server:
            server.socket = context.wrap_socket(server.socket, server_side=True)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            link = link_to(f"https://127.0.0.1:{server.server_port}", ca_file=certificates / "authority.pem")
            with pytest.raises(TablesUnreachableError):
                link.look("x")
            server.shutdown()
        assert open_server.heads == []


OF_A_BUCKET = [
    each for each in FAULTY_WAYS if "proxy" not in each and each not in ("no HTTP", "TLS there", "no connection")
]


@pytest.mark.parametrize("why", OF_A_BUCKET)
def test_why_no_answer_came_is_told_apart(why: str) -> None:
    make, sentence = FAULTY_WAYS[why]
    with make() as way:
        link = link_to(way.url, ca_file=way.ca_file, timeout_seconds=0.5)
        with pytest.raises(TablesUnreachableError, match=f"(The S3 server|What answers) at .*{sentence}") as told:
            link.look("x")
    assert "consortium" not in told.value.hint


def test_each_pause_is_told_before_it_begins() -> None:
    told: list[Wait] = []
    with pytest.raises(TablesUnreachableError):
        link_to("http://127.0.0.1:1", attempts=1, on_wait=told.append).look("x")
    assert [(each.why, each.attempt, each.attempts) for each in told] == [("refused, at the S3 server", 1, 1)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_ends_the_program_is_heard_while_a_server_is_silent(number: signal.Signals) -> None:
    script = (
        "import signal, sys\n"
        "signal.signal(signal.SIGTERM, signal.default_int_handler)\n"
        "from tests.envoy.test_bucket_link import link_to\n"
        "link_to(sys.argv[1], timeout_seconds=60).look('x')\n"
    )
    with raw_server(saying(b"", every_seconds=60, for_ever=True)) as server:
        process = subprocess.Popen(
            [sys.executable, "-c", script, server.url], stderr=subprocess.PIPE, env=surroundings(), text=True
        )
        while not server.heads:
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        began = time.monotonic()
        process.send_signal(number)
        assert "KeyboardInterrupt" in process.communicate(timeout=30)[1]
        assert time.monotonic() - began < 20


def test_without_the_library_it_is_said_what_to_install() -> None:
    script = (
        "import sys\n"
        "sys.modules['obstore'] = None\n"
        "from tests.envoy.test_bucket_link import link_to\n"
        "from envoy.errors import SettingsError\n"
        "try:\n    link_to('http://127.0.0.1:1')\n"
        "except SettingsError as error:\n    print(error.sentence, error.hint)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=surroundings()
    )
    assert "obstore, which is not installed" in done.stdout
    assert "pip install 'fl-director[s3]'" in done.stdout
