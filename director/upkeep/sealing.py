"""Encryption by a program that people keep for it, age or gpg: what is plain goes through a pipe, and to no disk.

No key is made or kept here, and no cipher is written here. A program is run with a list of arguments, never by a
shell, and asked for nothing but to encrypt to those who are named, or to decrypt.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Literal, cast

from contract.visible_text import visible
from director.errors import DamagedArtifactError, StorageFullError, UsageError

Program = Literal["age", "gpg"]

_AGE_RECIPIENT = re.compile(r"age1[a-z0-9]{8,}|ssh-(ed25519|rsa) [A-Za-z0-9+/=]+( .*)?")
_GPG_FINGERPRINT = re.compile(r"(0x)?[0-9A-Fa-f]{40}")
_AGE_BEGINS = (b"age-encryption.org/v1", b"-----BEGIN AGE ENCRYPTED FILE-----")
_PGP_BEGINS = b"-----BEGIN PGP MESSAGE-----"
_WRONG_KEY = re.compile(r"identit|no secret key|passphrase|unknown recipient|malformed", re.IGNORECASE)
_MAX_SAID_CHARACTERS = 200


@dataclass(frozen=True)
class Seal:
    """How something is encrypted.

    Args:
        program: By which program.
        arguments: What it is told.
    """

    program: Program
    arguments: tuple[str, ...]

    @classmethod
    def to(cls, recipients: Sequence[str]) -> "Seal":
        """Read for whom something is encrypted.

        Args:
            recipients: age's (``age1…``, an SSH key, a file of them), or fingerprints of keys that gpg has.

        Raises:
            UsageError: One is none of these, or they are of both programs.
        """
        found = [_recipient(each) for each in recipients]
        programs = {program for program, _ in found}
        if len(programs) != 1:
            raise UsageError(
                "Some of the recipients are age's and some are gpg's.", hint="Encrypt to those of one program."
            )
        told = tuple(argument for _, arguments in found for argument in arguments)
        if programs == {"age"}:
            return cls("age", ("--encrypt", *told))
        # whoever gives a whole fingerprint has looked at the key: gpg need not know it otherwise
        return cls("gpg", ("--batch", "--quiet", "--trust-model", "always", "--encrypt", *told))

    def try_out(self) -> None:
        """Encrypt nothing, to see that it can be done.

        Raises:
            UsageError: The program is not here, or does not take a recipient.
        """
        with TemporaryFile() as nowhere, self.encrypting(nowhere):
            pass

    @contextmanager
    def encrypting(self, target: IO[bytes]) -> Iterator[IO[bytes]]:
        """Encrypt all that is written in the block to a file.

        Raises:
            UsageError: The program is not here, or did not do it.
            StorageFullError: The target's disk is full.
        """
        command = [_found(self.program), *self.arguments]
        with _running(command, stdin=subprocess.PIPE, stdout=target) as (process, said):
            has_taken_all, plain = True, cast(IO[bytes], process.stdin)
            try:
                yield plain
                plain.close()
            except BrokenPipeError:  # it has ended, and says why
                has_taken_all = False
            if process.wait() != 0 or not has_taken_all:
                why = _why(said)
                if "no space left" in why.lower():
                    raise StorageFullError("The disk of the backup is full; no backup was made.", hint="Free space.")
                raise UsageError(
                    f"{self.program} did not encrypt: {why}", hint="Look at --encrypt-to; no backup was made."
                )


@contextmanager
def decrypting(file: Path, identity: Path | None) -> Iterator[IO[bytes]]:
    """Decrypt a file; what was read in the block counts once the block has ended without an error.

    Args:
        file: What was encrypted with age or gpg.
        identity: age's key file; gpg looks for its own.

    Raises:
        UsageError: It is nothing that was encrypted, or the key is missing or another's, or the program is not here.
        DamagedArtifactError: It is not what was encrypted.
    """
    program = _sealed_with(file)
    if program == "age":
        if identity is None:
            raise UsageError(f"{file.name} is encrypted with age.", hint="Give the key: --identity FILE.")
        if not identity.is_file():
            raise UsageError(f"There is no file {identity}.", hint="Name the file of the key with --identity.")
        told = ["--decrypt", "--identity", str(identity.absolute()), str(file.absolute())]
    else:
        told = ["--batch", "--quiet", "--decrypt", "--output", "-", str(file.absolute())]
    with _running([_found(program), *told], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as (process, said):
        wrong, plain = None, cast(IO[bytes], process.stdout)
        try:
            yield plain
        except DamagedArtifactError as error:  # perhaps because the program gave up: then it says why
            wrong = error
        while plain.read(2**20):  # its end proves that all of it was whole
            pass
        if process.wait() != 0:
            why = _why(said)
            if _WRONG_KEY.search(why):
                raise UsageError(
                    f"{program} did not open {file.name}: {why}", hint="Give the key that it was made for."
                )
            raise DamagedArtifactError(
                f"The backup is damaged: {program} did not open {file.name}: {why}",
                hint="Use another backup; nothing was changed.",
            )
        if wrong is not None:
            raise wrong


def _recipient(text: str) -> tuple[Program, tuple[str, ...]]:
    if _AGE_RECIPIENT.fullmatch(text):
        return "age", ("--recipient", text)
    if _GPG_FINGERPRINT.fullmatch(text):
        return "gpg", ("--recipient", text)
    file = Path(text).expanduser()
    if file.is_file():
        return "age", ("--recipients-file", str(file.absolute()))
    raise UsageError(
        f"{text[:80]!r} is no recipient.",
        hint="Give age's (age1…), a file of them, or the whole fingerprint of a key that gpg has (gpg --fingerprint).",
    )


def _sealed_with(file: Path) -> Program:
    try:
        with file.open("rb") as opened:
            head = opened.read(64)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}.", hint="Correct the path.") from None
    if head.startswith(_AGE_BEGINS):
        return "age"
    if head.startswith(_PGP_BEGINS) or (head and head[0] & 0x80):  # OpenPGP's packets have their first bit set
        return "gpg"
    raise UsageError(f"{file} is no backup.", hint="Name what fl-director backup made.")


def _found(program: Program) -> str:
    path = shutil.which(program)
    if path is None:
        raise UsageError(
            f"The program {program} is not on this machine.", hint=f"Install it, on Debian with: apt install {program}"
        )
    return path


@contextmanager
def _running(
    command: Sequence[str], *, stdin: int, stdout: int | IO[bytes]
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """Run a program while the block runs, and not longer; gives what it says of itself too."""
    with TemporaryFile() as said:  # no pipe, which a program that says much would wait for
        process = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=said, env={**os.environ, "LC_ALL": "C"})
        try:
            yield process, said
        finally:
            if process.poll() is None:
                process.kill()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError, ValueError):
                    if pipe is not None:
                        pipe.close()
            process.wait()


def _why(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read(4096).decode("utf-8", "replace").split("\n")
    first = next((line.strip() for line in lines if line.strip()), "it gives no reason")
    return visible(first)[:_MAX_SAID_CHARACTERS]
