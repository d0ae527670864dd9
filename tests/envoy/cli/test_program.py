"""What every command shares, and above all how it ends; whole days of commands are a journey."""

import json
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.ports import free_port
from envoy.cli.program import new_client
from envoy.settings import read_settings
from tests.envoy.answering import answering
from tests.envoy.cli.joining import ISSUED, Run, join
from tests.envoy.raw_server import raw_server, saying
from tests.s3_server import S3Bucket, S3Server, as_environment


@pytest.mark.parametrize("command", ["statistics", "train", "evaluate"])
def test_a_director_that_does_not_answer_ends_a_command_with_3(away: Run, command: str) -> None:
    ended = away(command)
    assert (ended.exit_code, ended.stdout) == (3, "")
    assert "does not answer" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["status"], 4, "has not joined"),
        (["statistics"], 4, "has not joined"),
        (["send", "nowhere"], 5, "nowhere is not there"),
        (["train", "--offline", "parcel", "--scaler", "mine"], 2, "no choice of scaler"),
        (["train", "--offline", "parcel", "--task", "No Such"], 2, "No Such"),
        (["train", "--offline", "parcel", "--data", "nowhere"], 5, "There is no folder nowhere"),
        (["train", "--offline", "blocked/parcel"], 2, "but blocked is a file, not a folder"),
        (["join", "--director", "nowhere", "--code", "code"], 2, "no address"),
        (["join", "--director", f"http://127.0.0.1:{free_port()}", "--code", "code"], 3, "does not answer"),
    ],
)
def test_each_failure_has_its_exit_code_and_its_sentence(
    run: Run, tmp_path: Path, arguments: list[str], code: int, sentence: str
) -> None:
    (tmp_path / "blocked").write_text("a file where a folder should be")
    ended = run(*arguments)
    assert ended.exit_code == code, ended.stderr
    assert ended.stdout == ""
    assert sentence in ended.stderr
    assert not (tmp_path / "parcel").exists()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("kutrrh.example:8080", "Write the scheme before it: https://kutrrh.example:8080"),
        ("http://127.0.0.1:99999", "99999 is no port"),
        ("http:/127.0.0.1", "Write it as http://127.0.0.1"),
        ("https://ho\u200bst", "nobody sees (U+200B)"),
        ("https://host/dashboard/", "Write what stands before it: https://host"),
    ],
)
def test_a_wrong_address_is_wrong_usage_with_what_is_right(run: Run, address: str, sentence: str) -> None:
    ended = run("join", "--director", address, "--code", "code")
    assert (ended.exit_code, ended.stdout) == (2, ""), ended.stderr
    assert sentence in ended.stderr


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("ENVOY_CA_FILE", "nowhere.pem", "ENVOY_CA_FILE names nowhere.pem, which is not there"),
        ("ENVOY_CA_FILE", ".", "ENVOY_CA_FILE names .,"),
        ("ENVOY_CA_FILE", "words.pem", "ENVOY_CA_FILE names words.pem, which holds no certificates"),
        ("REQUESTS_CA_BUNDLE", "words.pem", "REQUESTS_CA_BUNDLE names words.pem, which holds no certificates"),
        ("ALL_PROXY", "socks5://127.0.0.1:1080", "pip install requests[socks]"),
        ("HTTPS_PROXY", "http://pro xy:1", "HTTPS_PROXY is no address of a proxy"),
    ],
)
def test_what_the_surroundings_name_wrongly_is_named_before_a_code_is_spent(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, sentence: str
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "words.pem").write_text("not a certificate")
    monkeypatch.setenv(setting, value)
    ended = run("join", "--director", "https://director.invalid", "--code", "code")
    assert (ended.exit_code, ended.stdout) == (2, ""), ended.stderr
    assert sentence in ended.stderr


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_each_pause_is_said_on_standard_error_with_its_cause(
    away: Run, monkeypatch: pytest.MonkeyPatch, more: list[str]
) -> None:
    monkeypatch.setenv("ENVOY_ATTEMPTS", "2")
    ended = away("status", *more)
    assert (ended.exit_code, "error" in ended.stdout) == (3, bool(more))
    assert "no answer, trying again at once (1 of 2): refused\n" in ended.stderr
    assert re.search(r"no answer, trying again in [12] s \(2 of 2\): refused\n", ended.stderr)
    assert "nothing listens there (connection refused)" in (ended.stdout if more else ended.stderr)


def test_with_json_an_error_is_one_document_with_the_same_exit_code(run: Run, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file where a folder should be")
    for command in (["status"], ["send", "nowhere"], ["train", "--offline", "blocked/parcel"]):
        ended, as_json = run(*command), run(*command, "--json")
        failed = json.loads(as_json.stdout)["error"]
        assert (failed["exit_code"], as_json.exit_code, as_json.stderr) == (ended.exit_code, ended.exit_code, "")
        assert ended.stderr.startswith(f"error: {failed['detail']}\n")


def test_an_operation_that_a_director_speaks_of_is_said_as_a_command(run: Run) -> None:
    problem = {"code": "not_found", "detail": "No such task.", "hint": "See GET /tasks. See GET /docs."}
    with answering((201, ISSUED), (404, problem)) as director:
        assert join(run, director.url).exit_code == 0
        ended = run("status")
    assert "No such task." in ended.stderr
    assert ended.stderr.endswith("See fl-envoy task list.\n")


def test_no_folder_of_tables_is_wrong_usage(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ENVOY_DATA")
    ended = run("check")
    assert (ended.exit_code, "No folder of tables was named" in ended.stderr) == (2, True)


@pytest.fixture
def bucket(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Bucket:
    """An empty bucket that is open to everybody, on a server that is set; no credentials."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENVOY_S3_ENDPOINT", s3.url)
    return s3.bucket(is_open=True)


def test_tables_are_read_from_a_bucket_as_from_a_folder(
    run: Run, bucket: S3Bucket, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put_folder(tables, "mimic")
    monkeypatch.setenv("ENVOY_S3_ANONYMOUS", "1")
    found = run("check", "--data", f"s3://{bucket.name}/mimic").stdout
    assert found.startswith(f"Tables in s3://{bucket.name}/mimic:\n  hosp/diagnoses_icd.csv.gz: ")
    assert found.endswith("No defects.\n")
    monkeypatch.setenv("ENVOY_DATA", f"s3://{bucket.name}/mimic/")
    assert run("check").stdout == found
    missing = run("train", "--offline", "parcel", "--data", f"s3://{bucket.name}/other")
    assert (missing.exit_code, "There is no hosp/diagnoses_icd.csv" in missing.stderr) == (5, True)
    assert f"fl-envoy check --data s3://{bucket.name}/other" in missing.stderr


@pytest.mark.parametrize(
    ("data", "environment", "code", "sentence"),
    [
        ("s3://tables/x", {}, 2, "There are no credentials for s3://tables/x"),
        ("s3://tables/x", {"AWS_ACCESS_KEY_ID": "hush"}, 2, "only one is set"),
        ("s3:/tables/x", {}, 2, "it begins with s3://"),
        ("gs://tables/x", {}, 2, "can't be read from gs://"),
        ("s3://hush:hush@tables/x", {}, 2, "holds no user's name"),
        ("s3://tables/x", {"ENVOY_S3_ANONYMOUS": "1", "ENVOY_S3_ENDPOINT": "hush"}, 2, "is no address of an S3 server"),
        ("s3://tables/x", {"ENVOY_S3_ANONYMOUS": "1", "ENVOY_S3_ENDPOINT": "http://s3.example"}, 6, "not encrypted"),
        ("s3://tables/x", {"ENVOY_S3_ANONYMOUS": "1", "ENVOY_S3_ENDPOINT": "http://127.0.0.1:1"}, 3, "does not answer"),
        ("s3://tables/x", {"ENVOY_S3_ANONYMOUS": "1", "ENVOY_CA_FILE": "nowhere"}, 2, "ENVOY_CA_FILE names nowhere"),
    ],
)
def test_what_is_wrong_with_a_bucket_has_its_exit_code_and_shows_no_key(
    run: Run,
    bucket: S3Bucket,
    monkeypatch: pytest.MonkeyPatch,
    data: str,
    environment: dict[str, str],
    code: int,
    sentence: str,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ended = run("check", "--data", data)
    assert (ended.exit_code, ended.stdout) == (code, ""), ended.stderr
    assert sentence in ended.stderr
    assert "hush" not in ended.stderr


def test_a_bucket_that_may_not_be_read_ends_a_command_with_4(
    run: Run, s3: S3Server, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = s3.bucket()
    private.put_folder(tables, "mimic")
    monkeypatch.setenv("ENVOY_S3_ENDPOINT", s3.url)
    with s3.checking("s3:GetObject", "s3:ListBucket") as right:
        for secret, code in (("hush-hush", 4), (right.secret, 0)):
            for name, value in as_environment(replace(right, secret=secret)).items():
                monkeypatch.setenv(name, value)
            ended = run("check", "--data", f"s3://{private.name}/mimic")
            assert ended.exit_code == code, ended.stderr
            assert ("s3:ListBucket" in ended.stderr, "hush" in ended.stderr) == (code == 4, False)


def test_without_credentials_a_cloud_is_not_asked_for_some(
    run: Run, bucket: S3Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with raw_server(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as metadata:
        for name in ("AWS_METADATA_ENDPOINT", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_STS_ENDPOINT"):
            monkeypatch.setenv(name, metadata.url)
        for anonymous, code in (("0", 2), ("1", 5)):
            monkeypatch.setenv("ENVOY_S3_ANONYMOUS", anonymous)
            assert run("check", "--data", f"s3://{bucket.name}/x").exit_code == code
        assert metadata.heads == []


def test_every_command_keeps_to_the_bandwidth_that_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENVOY_KILOBYTES_PER_SECOND", "4")
    with answering((200, {"items": [], "next": None, "beside": "x" * 2000})) as director:
        asked = new_client(read_settings(), director.url, "fld_x")
        began = time.monotonic()
        asked.submissions(limit=1)
    assert time.monotonic() - began >= 0.5
