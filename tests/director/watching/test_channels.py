"""Mail and webhook, against real servers: what arrives, with what secret, and what is said where it does not."""

import email
import time
from pathlib import Path
from typing import Any

import pytest

from director.alert_settings import AlertSettings
from director.errors import AlertError
from director.watching.channels import Message, channels_of
from tests.alert_servers import hook_server, mail_server, silent_server

MESSAGE = Message("fl-director on here: 1 new", "NEW: silent hospitals: 1 (KNH)\n", {"conditions": [{"kind": "x"}]})


def send(**settings: Any) -> None:
    (channel,) = channels_of(AlertSettings(**settings))
    channel.send(MESSAGE)


def mail(port: int, **more: Any) -> dict[str, Any]:
    to = {"mail_from": "director@example.org", "mail_to": ["it@example.org", "night@example.org"]}
    return {"smtp_host": "127.0.0.1", "smtp_port": port, **to, **more}


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_mail_arrives_over_tls_with_a_password_from_a_file(certificates: Path, tmp_path: Path, tls: str):
    (tmp_path / "password").write_text("horse staple\n")
    secret = {"smtp_user": "director", "smtp_password_file": tmp_path / "password"}
    with mail_server(certificates, implicit=tls == "implicit") as box:
        send(**mail(box.port, smtp_tls=tls, ca_file=certificates / "authority.pem", **secret))
    (text,) = box.mails
    found = email.message_from_string(text)
    assert (found["From"], found["To"]) == ("director@example.org", "it@example.org, night@example.org")
    assert (found["Subject"], found.get_payload()) == (MESSAGE.subject, MESSAGE.text.replace("\n", "\r\n"))
    assert (box.logins, box.was_secure, len(box.readers)) == (["director horse staple"], [True], 2)
    assert found["Auto-Submitted"] == "auto-generated"


def test_a_relay_without_tls_takes_a_mail_of_nobody_in_particular():
    with mail_server() as box:
        send(**mail(box.port, smtp_tls="none"))
    assert (len(box.mails), box.logins, box.was_secure) == (1, [], [False])


def test_a_webhook_takes_json_and_a_bearer_token_from_a_file(certificates: Path, tmp_path: Path):
    (tmp_path / "token").write_text("t0ken\n")
    with hook_server(certificates) as hook:
        send(webhook_url=hook.url, webhook_token_file=tmp_path / "token", ca_file=certificates / "authority.pem")
        (tmp_path / "token").write_text("rotated\n")  # read anew for each message
        send(webhook_url=hook.url, webhook_token_file=tmp_path / "token", ca_file=certificates / "authority.pem")
    assert hook.posts == [{"conditions": [{"kind": "x"}], "text": MESSAGE.text}] * 2
    assert hook.authorizations == ["Bearer t0ken", "Bearer rotated"]
    assert hook.paths[0] == "/hooks/1?key=secret"


def test_a_certificate_that_nobody_trusts_gets_no_message(certificates: Path):
    with hook_server(certificates) as hook, pytest.raises(AlertError, match="its certificate or its TLS does not do"):
        send(webhook_url=hook.url)
    with mail_server(certificates) as box, pytest.raises(AlertError, match="its certificate or its TLS does not do"):
        send(**mail(box.port))
    assert (hook.posts, box.mails) == ([], [])


def test_a_mail_server_without_tls_gets_no_message_where_it_is_asked_for():
    with mail_server() as box, pytest.raises(AlertError, match="did not take it"):
        send(**mail(box.port))
    assert box.mails == []


@pytest.mark.parametrize("status", [302, 401, 500])
def test_an_answer_other_than_yes_is_a_failure_and_no_redirect_is_followed(certificates: Path, status: int):
    with hook_server(certificates) as hook:
        hook.status = status
        with pytest.raises(AlertError, match=f"The webhook answered {status}"):
            send(webhook_url=hook.url, ca_file=certificates / "authority.pem")
    assert len(hook.posts) == 1


def test_a_refusal_says_what_the_mail_server_says():
    with mail_server() as box:
        box.refuses = True
        with pytest.raises(AlertError, match="451 not now"):
            send(**mail(box.port, smtp_tls="none"))


def test_a_server_that_is_away_or_says_nothing_is_a_failure_in_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("director.watching.channels._SECONDS", 0.3)
    with silent_server() as port:
        for settings in (mail(port, smtp_tls="none"), {"webhook_url": f"https://127.0.0.1:{port}/"}):
            began = time.monotonic()
            with pytest.raises(AlertError):
                send(**settings)
            assert time.monotonic() - began < 10
    with pytest.raises(AlertError, match="Connection refused"):
        send(**mail(port, smtp_tls="none"))


@pytest.mark.parametrize("content", [None, b"\xff", b"x" * 5000])
def test_a_secret_that_can_not_be_read_is_named_by_its_file(certificates: Path, tmp_path: Path, content: bytes | None):
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with hook_server(certificates) as hook, pytest.raises(AlertError):
        send(webhook_url=hook.url, webhook_token_file=tmp_path / "token", ca_file=certificates / "authority.pem")
    assert hook.posts == []


def test_no_failure_tells_the_address_or_the_secret(certificates: Path, tmp_path: Path):
    (tmp_path / "token").write_text("bad\r\ntoken")
    with hook_server(certificates) as hook, pytest.raises(AlertError) as refused:
        send(webhook_url=hook.url, webhook_token_file=tmp_path / "token", ca_file=certificates / "authority.pem")
    assert "secret" not in refused.value.sentence
    assert "bad" not in refused.value.sentence


def test_what_is_not_set_is_no_channel():
    assert channels_of(AlertSettings()) == []
    assert [each.name for each in channels_of(AlertSettings(**mail(25), webhook_url="https://example.org"))] == [
        "mail", "webhook",
    ]  # fmt: skip
