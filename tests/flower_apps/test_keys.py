"""A node's key: made once, its private half readable by its owner alone."""

import stat
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization.ssh import load_ssh_private_key, load_ssh_public_key

from flower_apps.errors import FlowerError
from flower_apps.keys import make_key


def test_a_pair_fits_together_and_is_private(tmp_path: Path):
    public = make_key(tmp_path / "own")
    private = load_ssh_private_key((tmp_path / "own" / "node.key").read_bytes(), password=None)
    shown = load_ssh_public_key(public.read_bytes())
    assert isinstance(private, EllipticCurvePrivateKey)
    assert isinstance(shown, EllipticCurvePublicKey)
    assert isinstance(private.curve, SECP384R1)
    assert private.public_key().public_numbers() == shown.public_numbers()
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "own" / "node.key").stat().st_mode) == 0o600


def test_a_key_that_is_there_is_never_written_over(tmp_path: Path):
    make_key(tmp_path)
    before = (tmp_path / "node.key").read_bytes()
    with pytest.raises(FlowerError, match="is there already"):
        make_key(tmp_path)
    assert (tmp_path / "node.key").read_bytes() == before
