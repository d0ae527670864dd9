"""A file of certificates that is none says what it is, by its setting and its path."""

import os
import ssl
from pathlib import Path

import pytest
import trustme

from contract.certificate_file import CertificateReader, CertificatesError, trusted_file

READER = CertificateReader(lambda path: ssl.create_default_context(cafile=path), os.path.isdir)
AUTHORITY = trustme.CA()
PEM = AUTHORITY.cert_pem.bytes()
KEY = AUTHORITY.private_key_pem.bytes()
NONE = "which holds no certificates that can be read"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "which is empty"),
        (b" \r\n", "which is empty"),
        (b"This is not a certificate.\n", f"{NONE}: it is no PEM"),
        (KEY, "which holds a private key and no certificate"),
        (ssl.PEM_cert_to_DER_cert(PEM.decode()), "which is in DER or PKCS#12, not in PEM"),
        (b"-----BEGIN PKCS7-----\nMII=\n-----END PKCS7-----\n", "which is in PKCS#7"),
        (b"-----BEGIN CERTIFICATE REQUEST-----\nMII=\n", "which holds a request for a certificate"),
        (PEM[:200] + b"\n-----END CERTIFICATE-----\n", f"{NONE}: one is damaged"),
        (PEM.decode().encode("utf-16"), "which begins with a byte order mark, which no reader of PEM takes"),
        (b"\xef\xbb\xbf" + PEM, "which begins with a byte order mark, which no reader of PEM takes"),
        (bytes(range(256)), f"{NONE}: it is no PEM"),
    ],
)
def test_what_is_no_file_of_certificates_says_what_it_is(data: bytes, what: str, tmp_path: Path) -> None:
    path = tmp_path / "authority.pem"
    path.write_bytes(data)
    with pytest.raises(CertificatesError) as refused:
        trusted_file(str(path), "ENVOY_CA_FILE", {}, READER)
    assert refused.value.sentence == f"ENVOY_CA_FILE names {path}, {what}."
    assert refused.value.hint


@pytest.mark.parametrize("data", [PEM, b"# Our own\n" + PEM, KEY + PEM, PEM + PEM.replace(b"\n", b"\r\n")])
def test_certificates_are_taken_also_beside_other_things(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "authority.pem"
    path.write_bytes(data)
    assert trusted_file(str(path), "ENVOY_CA_FILE", {"REQUESTS_CA_BUNDLE": "/nowhere"}, READER) == str(path)


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, what in (("nowhere.pem", "is not there"), ("", "is a folder"), ("pipe", "is a pipe")):
        with pytest.raises(CertificatesError, match=what) as refused:
            trusted_file(str(tmp_path / name), "ca_file", {}, READER)
        assert refused.value.sentence.startswith(f"ca_file names {tmp_path}")


@pytest.mark.skipif(os.geteuid() == 0, reason="who is root may read any file")
def test_what_nobody_may_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "authority.pem"
    path.write_bytes(PEM)
    path.chmod(0)
    with pytest.raises(CertificatesError, match="may not read"):
        trusted_file(str(path), "ca_file", {}, READER)


def test_what_the_machines_programs_share_counts_where_nothing_is_given_and_may_be_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "authority.pem"
    path.write_bytes(PEM)
    assert trusted_file(None, "ca_file", {}, READER) is None
    assert trusted_file(None, "ca_file", {"REQUESTS_CA_BUNDLE": "", "CURL_CA_BUNDLE": str(path)}, READER) == str(path)
    assert trusted_file(None, "ca_file", {"REQUESTS_CA_BUNDLE": str(tmp_path)}, READER) == str(tmp_path)
    with pytest.raises(CertificatesError, match=r"^REQUESTS_CA_BUNDLE names /nowhere, which is not there"):
        trusted_file(None, "ca_file", {"REQUESTS_CA_BUNDLE": "/nowhere", "CURL_CA_BUNDLE": str(path)}, READER)
