"""A node's key pair: P-384, in the form that Flower reads. The private half stays at the hospital."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from envoy.kept_files import write_whole
from flower_apps.errors import FlowerError

PRIVATE_KEY, PUBLIC_KEY = "node.key", "node.pub"


def make_key(folder: Path) -> Path:
    """Make a pair where there is none; give the public half's file.

    Raises:
        FlowerError: There is one already.
    """
    private, public = folder / PRIVATE_KEY, folder / PUBLIC_KEY
    if private.exists():
        raise FlowerError(f"{private} is there already.", hint=f"Give the coordinator {public}.")
    key = ec.generate_private_key(ec.SECP384R1())
    write_whole(private, key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    write_whole(public, key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH) + b"\n")
    return public
