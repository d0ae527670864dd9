"""How MLflow's client is set, and what it raises in this house's words."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from mlflow.exceptions import MlflowException

from contract.names import Digest, TaskName
from director.errors import StorageFullError, TrackerConflictError, TrackerError
from director.tracking.mlflow_door import IS_THERE, explained, milliseconds, new_client, unless
from director.tracking.mlflow_store import MlflowStore


@pytest.fixture
def redirecting() -> Iterator[tuple[str, list[str]]]:
    """A server that sends whoever asks elsewhere; and what it was asked where it sent them."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append(self.path)
            self.send_response(307)
            self.send_header("Location", f"http://localhost:{server.server_port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = answer  # noqa: N815 - the library's names

        def log_message(self, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_what_it_tells_an_mlflow_it_tells_nobody_that_mlflow_names(redirecting: tuple[str, list[str]]):
    url, asked = redirecting
    with pytest.raises(TrackerError), explained():
        new_client(url).create_experiment("kenya")
    assert asked
    assert "/elsewhere" not in asked


def test_what_a_server_says_is_shown_as_text():
    with pytest.raises(TrackerError) as raised, explained():
        raise MlflowException("\x1b[2Jall is well\nreally " + "x" * 1000)
    assert "\\x1b[2Jall is well really" in raised.value.sentence
    assert len(raised.value.sentence) < 500


@pytest.mark.parametrize("error", [KeyError("runs"), TypeError("'list'"), ImportError("No module named 'boto3'")])
def test_whatever_its_client_ends_with_is_one_error(error: Exception):
    with pytest.raises(TrackerError, match=type(error).__name__), explained():
        raise error


def test_an_error_of_this_house_stays_what_it_is():
    with pytest.raises(StorageFullError), explained():
        raise StorageFullError("No space is left.", hint="Make some.")


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Sign in</html>",
        b"[]",
        b"null",
        b'{"experiment": []}',
        b'{"experiment": {"experiment_id": {}}}',
        b'{"experiment": {"tags": [{"key": "fl.place"}]}}',
        b'{"experiment": {"lifecycle_stage": "x"}}',
        b"{" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_server_that_answers_anything_is_said_to_be_in_trouble(body: bytes):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        store = MlflowStore(f"http://127.0.0.1:{server.server_port}", "kenya", Digest("0" * 64), None)
        with pytest.raises((TrackerError, TrackerConflictError)):
            store.place(TaskName("diagnosis_count"))
        server.shutdown()


def test_a_database_that_is_none_is_said(tmp_path):
    (tmp_path / "mlflow.db").write_bytes(b"no database" * 100)
    with pytest.raises(TrackerError, match="MLflow can't be reached"):
        new_client(f"sqlite:///{tmp_path / 'mlflow.db'}").search_experiments()


def test_only_what_was_expected_passes():
    with unless(IS_THERE):
        raise MlflowException("there", error_code=3001)
    with pytest.raises(MlflowException), unless(IS_THERE):
        raise MlflowException("gone", error_code=16)


def test_a_moment_is_in_milliseconds():
    assert milliseconds(datetime(1970, 1, 1, 0, 0, 1, 499_600, tzinfo=UTC)) == 1500
