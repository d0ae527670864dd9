"""``fl-director alert test``."""

import pytest

from director.assembly import Director
from director.cli.failures import EXIT_NETWORK, EXIT_USAGE
from director.settings import read_settings
from tests.alert_servers import mail_server
from tests.director.cli.conftest import Run


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch):
    with mail_server() as box:
        for name, value in (
            ("SMTP_HOST", "127.0.0.1"), ("SMTP_PORT", str(box.port)), ("SMTP_TLS", "none"),
            ("MAIL_FROM", "director@example.org"), ("MAIL_TO", '["it@example.org"]'),
        ):  # fmt: skip
            monkeypatch.setenv(f"DIRECTOR_ALERTS__{name}", value)
        yield box


def test_a_test_arrives(served: Run, mail) -> None:
    ran = served("alert", "test")
    assert (ran.exit_code, ran.stdout) == (0, "mail: taken\n")
    assert "A test: alerts arrive here." in mail.mails[0]


def test_who_takes_no_mail_is_named_with_the_reason(served: Run, mail) -> None:
    mail.refuses = True
    ran = served("alert", "test")
    assert ran.exit_code == EXIT_NETWORK
    assert "The mail server did not take it: 451 not now." in ran.stderr


def test_without_alerts_it_says_what_to_set(served: Run) -> None:
    ran = served("alert", "test")
    assert ran.exit_code == EXIT_USAGE
    assert "[alerts]" in ran.stderr


def test_a_channel_that_fails_is_in_the_status(served: Run, federation, mail) -> None:
    assert "alerts" not in served("status").stdout
    mail.refuses = True
    director = Director(read_settings(), federation.clock)
    federation.clock.pass_by(days=8)
    (channel,) = director.alerts.channels
    director.learn_tasks()
    director.alerts.look(channel)
    assert (
        "alerts by mail fail since 2026-01-09 08:00 UTC: The mail server did not take it: 451 not now."
        in served("status").stdout
    )
