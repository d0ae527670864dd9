"""What goes in plain comes out plain where the key is, and nowhere else; by the real programs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from director.errors import DamagedArtifactError, UsageError
from director.upkeep.sealing import Seal, decrypting
from tests.keys import AgeKey, age_key, end_gpg_agent, gpg_key, needs_age, needs_gpg

PLAIN = bytes(range(256)) * 2000


@pytest.fixture
def key(tmp_path: Path) -> AgeKey:
    return age_key(tmp_path / "key.txt")


@pytest.fixture
def fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    yield gpg_key(tmp_path / "gpg", monkeypatch)
    end_gpg_agent()


def sealed(seal: Seal, file: Path, plain: bytes = PLAIN) -> Path:
    with file.open("wb") as target, seal.encrypting(target) as stream:
        stream.write(plain)
    return file


def opened(file: Path, identity: Path | None = None) -> bytes:
    with decrypting(file, identity) as plain:
        return plain.read()


@needs_age
def test_what_was_encrypted_with_age_opens_with_its_key(key: AgeKey, tmp_path: Path) -> None:
    file = sealed(Seal.to([key.recipient]), tmp_path / "a.age")
    assert PLAIN[:64] not in file.read_bytes()
    assert opened(file, key.file) == PLAIN


@needs_age
def test_each_of_several_recipients_opens_it_and_so_do_those_of_a_file(key: AgeKey, tmp_path: Path) -> None:
    other = age_key(tmp_path / "other.txt")
    (tmp_path / "recipients").write_text(f"# the second admin\n{other.recipient}\n")
    file = sealed(Seal.to([key.recipient, str(tmp_path / "recipients")]), tmp_path / "a.age")
    assert opened(file, key.file) == opened(file, other.file) == PLAIN


@needs_gpg
def test_what_was_encrypted_with_gpg_opens_with_the_key_in_its_ring(fingerprint: str, tmp_path: Path) -> None:
    file = sealed(Seal.to([fingerprint]), tmp_path / "a.gpg")
    assert PLAIN[:64] not in file.read_bytes()
    assert opened(file) == PLAIN


@needs_age
def test_another_key_opens_nothing_and_the_hint_says_so(key: AgeKey, tmp_path: Path) -> None:
    file, other = sealed(Seal.to([key.recipient]), tmp_path / "a.age"), age_key(tmp_path / "other.txt")
    with pytest.raises(UsageError, match=r"age did not open a\.age: .*no identity matched") as refused:
        opened(file, other.file)
    assert refused.value.hint == "Give the key that it was made for."
    for identity, sentence in ((None, "is encrypted with age"), (tmp_path / "nowhere", "There is no file")):
        with pytest.raises(UsageError, match=sentence):
            opened(file, identity)


@needs_age
def test_a_file_that_was_cut_or_changed_is_damaged(key: AgeKey, tmp_path: Path) -> None:
    whole = sealed(Seal.to([key.recipient]), tmp_path / "a.age").read_bytes()
    for spoilt in (whole[:-1], whole[: len(whole) // 2], whole[:-5] + b"x" + whole[-4:], whole + b"x"):
        (tmp_path / "a.age").write_bytes(spoilt)
        with pytest.raises(DamagedArtifactError, match=r"age did not open a\.age"):
            opened(tmp_path / "a.age", key.file)


@needs_gpg
def test_a_file_of_gpg_that_was_cut_is_damaged(fingerprint: str, tmp_path: Path) -> None:
    file = sealed(Seal.to([fingerprint]), tmp_path / "a.gpg")
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(DamagedArtifactError, match=r"gpg did not open a\.gpg"):
        opened(file)


@needs_age
def test_what_whoever_reads_finds_wrong_is_said_where_the_program_found_nothing(key: AgeKey, tmp_path: Path) -> None:
    file = sealed(Seal.to([key.recipient]), tmp_path / "a.age")
    with pytest.raises(DamagedArtifactError, match="no copy"), decrypting(file, key.file):
        raise DamagedArtifactError("It is no copy.")


def test_what_is_not_encrypted_is_no_backup(tmp_path: Path) -> None:
    for content in (b"", b"plain text"):
        (tmp_path / "a").write_bytes(content)
        with pytest.raises(UsageError, match="is no backup"):
            opened(tmp_path / "a")


@pytest.mark.parametrize("text", ["", "jane@example.org", "AGE-SECRET-KEY-1", "--output=/tmp/x", "0x1234", "age1"])
def test_what_is_no_recipient_is_refused_with_what_would_be_one(text: str) -> None:
    with pytest.raises(UsageError, match="is no recipient") as refused:
        Seal.to([text])
    assert "fingerprint" in refused.value.hint


def test_recipients_of_two_programs_are_refused() -> None:
    with pytest.raises(UsageError, match=r"Some of the recipients are age's"):
        Seal.to(["age1" + "q" * 58, "A" * 40])


@needs_age
def test_a_recipient_that_age_does_not_take_is_told_before_anything_is_written() -> None:
    with pytest.raises(UsageError, match=r"age did not encrypt: .*recipient"):
        Seal.to(["age1" + "q" * 58]).try_out()


@needs_gpg
def test_a_key_that_gpg_does_not_have_is_told(fingerprint: str) -> None:
    Seal.to([fingerprint]).try_out()
    with pytest.raises(UsageError, match="gpg did not encrypt: "):
        Seal.to(["A" * 40]).try_out()


def test_where_the_program_is_missing_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="The program age is not on this machine") as refused:
        Seal.to(["age1" + "q" * 58]).try_out()
    assert "apt install age" in refused.value.hint


@needs_age
def test_a_full_disk_is_said_to_be_full(key: AgeKey) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(Exception, match="disk of the backup is full"):
        sealed(Seal.to([key.recipient]), full)
