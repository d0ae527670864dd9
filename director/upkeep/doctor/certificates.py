"""The director's own certificate: the one in its file, and the one that it shows. It knows no link."""

import ssl
from collections.abc import Iterator, Set
from datetime import datetime

from contract.certificate_file import CertificatesError
from contract.certificate_findings import certificate_findings, chain_findings
from contract.certificates import CertificateFacts, certificates_in, read_certificate
from contract.findings import Finding, bad, warn
from contract.moments import shown_moment

ABOUT = "certificate"
_RENEWAL = "Renew it, put the new chain and key in the place of the old ones, then restart the director."


def file_findings(pem: bytes, host: str | None, now: datetime, authorities: Set[bytes]) -> Iterator[Finding]:
    """Judge the certificate that is configured, with its chain.

    Args:
        pem: The file.
        host: The name that it must be made out to; None: hospitals may dial any that it has.
        now: The time.
        authorities: The subjects, as DER, of whom this machine trusts.

    Raises:
        CertificatesError: It can't be read.
    """
    chain = [read_certificate(each) for each in certificates_in(pem)]
    if not chain:
        yield bad(ABOUT, "the file holds no certificate.", "It begins with -----BEGIN CERTIFICATE-----.")
        return
    signer = _who_vouches(chain, authorities)
    yield from certificate_findings(ABOUT, chain[0], now, renewal=_RENEWAL, host=host, signer=signer)
    yield from chain_findings(ABOUT, chain, now)


def shown_findings(der: bytes, pem: bytes | None, now: datetime) -> Iterator[Finding]:
    """Judge the certificate that the director shows, where it is not the one of the file.

    Args:
        der: What it shows.
        pem: The file that is configured; None: none is, it was named when it was started.
        now: The time.

    Raises:
        CertificatesError: It can't be read.
    """
    about, shown = "certificate shown", read_certificate(der)
    if pem is None:
        yield from certificate_findings(about, shown, now, renewal=_RENEWAL)
    elif certificates_in(pem)[:1] != [der]:
        until = shown_moment(shown.not_after)
        make = bad if shown.not_after <= now else warn
        yield make(
            about,
            f"the running director shows another certificate than the file's, of {until}.",
            "It reads its files when it starts: restart it.",
        )


def known_authorities() -> frozenset[bytes]:
    """Give the subjects of the authorities that this machine trusts; of those that can be read."""
    found = set()
    for der in ssl.create_default_context().get_ca_certs(binary_form=True):
        try:
            found.add(read_certificate(der).subject_der)
        except CertificatesError:  # one of a kind that nobody uses for servers
            continue
    return frozenset(found)


def _who_vouches(chain: list[CertificateFacts], authorities: Set[bytes]) -> str:
    last = chain[-1]
    if last.issuer_der in authorities:
        return "A public authority stands behind it."
    return (
        f"This machine trusts no {last.issuer or 'such signer'}: hospitals need that authority's file (ENVOY_CA_FILE), "
        "unless the chain's file lacks a certificate."
    )
