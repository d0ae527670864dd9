"""What is said of a certificate: its dates, its names, its chain."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from contract.certificate_findings import certificate_findings, chain_findings
from contract.certificates import CertificateFacts
from contract.findings import Finding

NOW = datetime(2026, 11, 27, 11, 5, tzinfo=UTC)
DAY = timedelta(days=1)
GOOD = CertificateFacts("d", "An authority", ("d.example.org", "10.0.0.1"), NOW - DAY, NOW + 90 * DAY, b"d", b"a")
ABOVE = CertificateFacts("An authority", "A root", (), NOW - DAY, NOW + 900 * DAY, b"a", b"r")


def found(facts: CertificateFacts, host: str | None = None) -> list[Finding]:
    return list(certificate_findings("certificate", facts, NOW, renewal="Renew it.", host=host, signer="It is known."))


def test_of_a_good_one_is_said_whose_it_is_and_until_when() -> None:
    (said,) = found(GOOD, "d.example.org")
    assert said.state == "ok"
    assert said.sentence == (
        "made out to d.example.org, 10.0.0.1, signed by An authority, holds until 2027-02-25 11:05 UTC. It is known."
    )


@pytest.mark.parametrize(
    ("facts", "state", "says"),
    [
        (replace(GOOD, not_after=NOW), "bad", "expired 2026-11-27 11:05 UTC"),
        (replace(GOOD, not_before=NOW + DAY), "bad", "holds only from 2026-11-28"),
        (replace(GOOD, not_after=NOW + 14 * DAY - timedelta(seconds=1)), "warn", "ends in 13 days"),
        (replace(GOOD, not_after=NOW + 14 * DAY), "ok", "holds until"),
        (replace(GOOD, names=()), "bad", "names no host (it has no subjectAltName, only d)"),
        (replace(GOOD, names=tuple("abcdefg")), "ok", "a, b, c, d, e and 2 more"),
        (replace(GOOD, issuer_der=b"d"), "ok", "signed by itself"),
    ],
)
def test_what_is_wrong_with_its_dates_and_names(facts: CertificateFacts, state: str, says: str) -> None:
    (said,) = found(facts)
    assert (said.state, says in said.sentence, bool(said.hint)) == (state, True, state != "ok"), said


def test_another_host_and_several_mistakes_are_each_said() -> None:
    (other,) = found(GOOD, "e.example.org")
    assert (other.state, other.sentence) == ("bad", "made out to d.example.org, 10.0.0.1, not to e.example.org.")
    assert [each.state for each in found(replace(GOOD, not_after=NOW - DAY), "e.example.org")] == ["bad", "bad"]


def test_a_chain_stands_in_its_order_and_none_of_it_has_expired() -> None:
    root = replace(ABOVE, subject="A root", subject_der=b"r", issuer_der=b"r")
    assert list(chain_findings("c", [GOOD, ABOVE, root], NOW)) == []
    (turned,) = chain_findings("c", [ABOVE, GOOD], NOW)
    assert (turned.state, "out of order" in turned.sentence) == ("bad", True)
    (expired,) = chain_findings("c", [GOOD, replace(ABOVE, not_after=NOW)], NOW)
    assert (expired.state, "An authority in the chain expired" in expired.sentence) == ("bad", True)
