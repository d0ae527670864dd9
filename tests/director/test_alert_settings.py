"""What may be set of alerts, and what is refused before anything is sent."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from director.alert_settings import AlertSettings
from director.settings import DirectorSettings
from director.upkeep.centre import describe_settings

MAIL = {"smtp_host": "mail.example.org", "mail_from": "a@example.org", "mail_to": ["b@example.org"]}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"smtp_host": "mail.example.org"}, "mail_from and mail_to"),
        ({**MAIL, "smtp_user": "u"}, "smtp_password_file"),
        ({**MAIL, "smtp_user": "u", "smtp_password": "p", "smtp_tls": "none"}, "without TLS"),
        ({**MAIL, "mail_from": "a@example.org\r\nBcc: c@example.org"}, "mail_from"),
        ({"webhook_url": "http://example.org/x"}, "https"),
        ({"webhook_url": "https://user:word@example.org/x"}, "https"),
        ({"webhook_url": "https:///x"}, "https"),
        ({"webhook_url": "https://example.org:port/x"}, "https"),
        ({"webhook_url": "https://example.org/x y"}, "https"),
        ({"kinds": ["mind_read"]}, "kinds"),
        ({"mail_too": []}, "mail_too"),
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, Any], why: str):
    with pytest.raises(ValidationError, match=why):
        AlertSettings(**given)


@pytest.mark.parametrize(("tls", "port"), [("starttls", 587), ("implicit", 465), ("none", 25)])
def test_each_way_has_its_port(tls: Any, port: int):
    assert AlertSettings(smtp_tls=tls).port == port
    assert AlertSettings(smtp_tls=tls, smtp_port=2525).port == 2525


def test_no_secret_is_shown_among_the_settings(tmp_path: Path):
    alerts = AlertSettings(**MAIL, smtp_user="u", smtp_password="horse", webhook_url="https://example.org/hooks/staple")
    (shown,) = [
        each for each in describe_settings(DirectorSettings(data_dir=tmp_path, alerts=alerts)) if each.name == "alerts"
    ]
    assert "mail.example.org" in str(shown.value)
    assert "horse" not in str(shown.value)
    assert "staple" not in str(shown.value)


def test_they_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("DIRECTOR_ALERTS__WEBHOOK_URL", "https://example.org/x")
    monkeypatch.setenv("DIRECTOR_ALERTS__AGAIN_HOURS", "6")
    found = DirectorSettings(data_dir=tmp_path).alerts
    assert found.webhook_url is not None
    assert (found.webhook_url.get_secret_value(), found.again_hours) == ("https://example.org/x", 6)
