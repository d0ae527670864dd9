"""A certificate read by us says what it says to a library that is made for it; what is none is refused."""

import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from contract.certificate_file import CertificatesError
from contract.certificates import certificates_in, read_certificate

NOW = datetime(2026, 11, 27, 11, 5, 59, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())
AUTHORITY = trustme.CA()


def der_of(leaf: trustme.LeafCert) -> bytes:
    return ssl.PEM_cert_to_DER_cert(leaf.cert_chain_pems[0].bytes().decode())


LEAF = der_of(AUTHORITY.issue_cert("director.example.org", "*.example.net", "10.1.2.3", "2001:db8::1"))


def named(**parts: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(getattr(NameOID, name), text) for name, text in parts.items()])


def made(subject: x509.Name, not_before: datetime, not_after: datetime) -> bytes:
    """Make a certificate with a subject and dates, and without other names."""
    builder = x509.CertificateBuilder(
        named(COMMON_NAME="An authority"), subject, KEY.public_key(), 7, not_before, not_after
    )
    return builder.sign(KEY, SHA256()).public_bytes(Encoding.DER)


def test_it_says_what_the_library_for_it_says() -> None:
    ours, theirs = read_certificate(LEAF), x509.load_der_x509_certificate(LEAF)
    assert (ours.not_before, ours.not_after) == (theirs.not_valid_before_utc, theirs.not_valid_after_utc)
    assert ours.names == ("director.example.org", "*.example.net", "10.1.2.3", "2001:db8::1")
    authority = read_certificate(ssl.PEM_cert_to_DER_cert(AUTHORITY.cert_pem.bytes().decode()))
    assert (ours.issuer_der, authority.is_self_signed, ours.is_self_signed) == (authority.subject_der, True, False)
    assert ours.issuer == authority.subject != ""


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
    # the library takes 64 bytes at most: X.520's upper bound of a common name
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=40).filter(
        lambda name: name.strip().strip("\\") and len(name.encode()) <= 64
    ),
)
def test_any_dates_and_any_name_are_read_as_they_were_written(at: datetime, name: str) -> None:
    before, after = at.replace(microsecond=0), at.replace(microsecond=0) + timedelta(days=1)
    found = read_certificate(made(named(ORGANIZATION_NAME="A hospital", COMMON_NAME=name), before, after))
    assert (found.not_before, found.not_after, found.names) == (before, after, ())
    assert found.subject.replace("\\", "") != ""
    if name.isascii() and "\\" not in name:
        assert found.subject == name.strip()


def test_without_a_common_name_the_organisation_is_named() -> None:
    assert read_certificate(made(named(ORGANIZATION_NAME="A hospital"), NOW, NOW + timedelta(days=1))).subject == (
        "A hospital"
    )


@pytest.mark.parametrize(
    ("host", "is_for"),
    [
        ("director.example.org", True),
        ("DIRECTOR.example.org", True),
        ("director.example.org.", True),
        ("example.org", False),
        ("a.example.net", True),
        ("a.b.example.net", False),
        ("example.net", False),
        ("10.1.2.3", True),
        ("10.1.2.4", False),
        ("2001:DB8:0::1", True),
        ("bücher.example.net", True),
    ],
)
def test_whom_it_is_made_out_to(host: str, is_for: bool) -> None:
    assert read_certificate(LEAF).is_for(host) is is_for


@given(st.integers(0, len(LEAF) - 1), st.binary(max_size=4), st.integers(0, 8))
def test_what_is_damaged_is_read_or_refused_and_fails_in_no_other_way(at: int, put: bytes, taken: int) -> None:
    damaged = LEAF[:at] + put + LEAF[at + taken :]
    with suppress(CertificatesError):  # a name, or a part that we do not read, may be another and be read
        read_certificate(damaged)


@given(st.binary(max_size=80))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(CertificatesError):
        read_certificate(data)


def test_a_file_gives_its_certificates_in_their_order_whatever_stands_between() -> None:
    leaf = AUTHORITY.issue_cert("a").cert_chain_pems[0].bytes()
    pem = b"# ours\n" + leaf + b"between\n" + AUTHORITY.cert_pem.bytes()
    first, second = certificates_in(pem.replace(b"\n", b"\r\n"))
    assert (read_certificate(first).issuer_der, read_certificate(second).is_self_signed) == (
        read_certificate(second).subject_der,
        True,
    )
    assert certificates_in(b"nothing") == []
    with pytest.raises(CertificatesError):
        certificates_in(leaf.replace(b"MII", b"M#I", 1))
