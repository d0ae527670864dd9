"""Certificates of a private authority, and files that are none."""

import subprocess
from pathlib import Path

import trustme


def write_certificates(folder: Path) -> Path:
    """Fill a folder with the files of two certificates of one private authority."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    for name in ("director", "other"):
        issued = authority.issue_cert("127.0.0.1", "localhost")
        issued.private_key_pem.write_to_path(str(folder / f"{name}.key"))
        for number, blob in enumerate(issued.cert_chain_pems):
            blob.write_to_path(str(folder / f"{name}.pem"), append=number > 0)
    (folder / "nonsense.pem").write_text("no certificate")
    encrypt = ["openssl", "pkey", "-in", "director.key", "-out", "encrypted.key", "-aes256", "-passout", "pass:secret"]
    subprocess.run(encrypt, cwd=folder, check=True, capture_output=True)
    return folder
