"""The director's own certificate, made by a real authority."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trustme

from contract.certificates import certificates_in, read_certificate
from director.upkeep.doctor.certificates import file_findings, known_authorities, shown_findings

NOW = datetime.now(UTC)
AUTHORITY = trustme.CA()
SUBJECT = read_certificate(certificates_in(AUTHORITY.cert_pem.bytes())[0]).subject_der


def pem_of(*names: str, authority: trustme.CA = AUTHORITY, **dates: Any) -> bytes:
    return b"".join(each.bytes() for each in authority.issue_cert(*names, **dates).cert_chain_pems)


def test_a_good_one_is_named_with_who_vouches_for_it() -> None:
    pem = pem_of("director.example.org", not_after=NOW + timedelta(days=90))
    (known,) = file_findings(pem, "director.example.org", NOW, {SUBJECT})
    assert (known.state, known.sentence.endswith("A public authority stands behind it.")) == ("ok", True)
    (unknown,) = file_findings(pem, None, NOW, set())
    assert (unknown.state, "(ENVOY_CA_FILE)" in unknown.sentence) == ("ok", True)


@pytest.mark.parametrize(
    ("dates", "host", "state"),
    [
        ({"not_before": NOW - timedelta(days=9), "not_after": NOW - timedelta(days=1)}, None, "bad"),
        ({"not_before": NOW + timedelta(days=1), "not_after": NOW + timedelta(days=90)}, None, "bad"),
        ({"not_after": NOW + timedelta(days=13)}, None, "warn"),
        ({"not_after": NOW + timedelta(days=90)}, "elsewhere.example.org", "bad"),
    ],
)
def test_dates_and_names_are_judged(dates: dict[str, Any], host: str | None, state: str) -> None:
    (said,) = file_findings(pem_of("director.example.org", **dates), host, NOW, set())
    assert (said.about, said.state, bool(said.hint)) == ("certificate", state, True)


def test_a_chain_in_another_order_is_found() -> None:
    middle = AUTHORITY.create_child_ca()
    pem = pem_of("director.example.org", authority=middle, not_after=NOW + timedelta(days=90))
    leaf, below = pem.split(b"-----END CERTIFICATE-----\n")[:2]
    assert [each.state for each in file_findings(pem, None, NOW, set())] == ["ok"]
    end = b"-----END CERTIFICATE-----\n"
    turned = list(file_findings(below + end + leaf + end, None, NOW, set()))
    assert [each.state for each in turned if "out of order" in each.sentence] == ["bad"]


def test_a_file_without_a_certificate_is_bad() -> None:
    (said,) = file_findings(b"nothing", None, NOW, set())
    assert said.state == "bad"


def test_a_director_that_still_shows_the_certificate_of_before_must_be_restarted() -> None:
    old = pem_of("director.example.org", not_after=NOW + timedelta(days=2))
    new = pem_of("director.example.org", not_after=NOW + timedelta(days=90))
    (der,) = certificates_in(old)
    assert list(shown_findings(der, old, NOW)) == []
    (renewed,) = shown_findings(der, new, NOW)
    assert (renewed.state, "restart it" in renewed.hint) == ("warn", True)
    (too_late,) = shown_findings(der, new, NOW + timedelta(days=3))
    assert too_late.state == "bad"
    (unnamed,) = shown_findings(der, None, NOW)
    assert (unnamed.state, "ends in 1 days" in unnamed.sentence) == ("warn", True)


def test_those_whom_this_machine_trusts_are_read(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "all.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "all.pem"))
    assert SUBJECT in known_authorities()
