"""Keys for the tests of encrypted backups, made by the real programs; where one is not there, its tests are skipped."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

needs_age = pytest.mark.skipif(shutil.which("age") is None, reason="age is not on this machine")
needs_gpg = pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not on this machine")


@dataclass(frozen=True)
class AgeKey:
    """A key of age: its file, and whom to encrypt to."""

    file: Path
    recipient: str


def age_key(file: Path) -> AgeKey:
    made = subprocess.run(["age-keygen", "--output", str(file)], check=True, capture_output=True, text=True)
    (recipient,) = re.findall(r"age1[a-z0-9]+", made.stderr)
    return AgeKey(file, recipient)


def gpg_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make a key in a keyring of its own, which gpg uses from now on; gives its fingerprint."""
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    making = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "backup@example.org", "rsa2048"]
    subprocess.run([*making, "encrypt,sign"], check=True, capture_output=True)
    listed = subprocess.run(["gpg", "--list-keys", "--with-colons"], check=True, capture_output=True, text=True)
    return re.findall(r"^fpr:+([0-9A-F]{40}):", listed.stdout, re.MULTILINE)[0]


def end_gpg_agent() -> None:
    subprocess.run(["gpgconf", "--kill", "gpg-agent"], env=os.environ, check=False, capture_output=True)
