"""What an export and a checkpoint can say of the time after a copy, and what they can't."""

from datetime import timedelta
from pathlib import Path

import pytest

from contract.messages.audit import Checkpoint
from contract.names import Digest, EnvoyName
from director.errors import AuditDamagedError, UsageError
from director.members.access import LOCAL_ADMIN
from director.upkeep.backup import SoundCopy, read_backup
from director.upkeep.later_acts import NOTHING_KNOWN, Evidence, later_acts
from tests.federation_simulator import FederationSimulator, SimulatedHospital


@pytest.fixture
def copy(federation: FederationSimulator, hospital: SimulatedHospital, tmp_path: Path) -> SoundCopy:
    federation.director.upkeep.back_up(LOCAL_ADMIN, tmp_path / "copy")
    found = read_backup(tmp_path / "copy", federation.clock())
    federation.clock.pass_by(hours=1)
    return found


def exported(federation: FederationSimulator, file: Path) -> Path:
    file.write_bytes(b"".join(federation.director.upkeep.export_audit()))
    return file


def test_without_evidence_nobody_knows(copy: SoundCopy) -> None:
    assert later_acts(copy, NOTHING_KNOWN) is None


def test_a_later_export_says_what_was_done(federation: FederationSimulator, copy: SoundCopy, tmp_path: Path) -> None:
    token = federation.director.members.issue_token(LOCAL_ADMIN, "analyst")
    found = later_acts(copy, Evidence(exported(federation, tmp_path / "audit.jsonl")))
    assert found is not None
    assert found.head == copy.manifest.checkpoint.seq + 1
    assert token.id in found.tokens
    assert token.id not in copy.recorded.tokens


def test_an_export_that_does_not_go_on_from_the_copy_is_refused(
    federation: FederationSimulator, copy: SoundCopy, tmp_path: Path
) -> None:
    lines = exported(federation, tmp_path / "audit.jsonl").read_bytes().splitlines(keepends=True)
    spoilt = {
        "shorter": lines[:-1],
        "with a gap": [*lines[:3], *lines[4:]],
        "changed": [*lines[:2], lines[2].replace(b"director", b"somebody"), *lines[3:]],
        "none": [b"something else\n"],
        "empty": [],
    }
    for name, some in spoilt.items():
        file = tmp_path / f"{name}.jsonl"
        file.write_bytes(b"".join(some))
        with pytest.raises(AuditDamagedError, match="does not go on from the backup's audit") as refused:
            later_acts(copy, Evidence(file))
        assert "then no token holds" in refused.value.hint
    with pytest.raises(UsageError, match="nowhere"):
        later_acts(copy, Evidence(tmp_path / "nowhere"))


def test_an_export_that_was_cut_is_refused_by_a_checkpoint_of_later(
    federation: FederationSimulator, copy: SoundCopy, tmp_path: Path
) -> None:
    early = exported(federation, tmp_path / "early.jsonl")
    federation.director.members.issue_token(LOCAL_ADMIN, "analyst")
    last = federation.director.upkeep.checkpoint()
    with pytest.raises(AuditDamagedError, match="a checkpoint knows"):
        later_acts(copy, Evidence(early, (last,)))
    assert later_acts(copy, Evidence(exported(federation, tmp_path / "late.jsonl"), (last,))) is not None


def test_the_last_checkpoint_says_that_nothing_happened_where_it_knows_the_copys_head(
    federation: FederationSimulator, copy: SoundCopy
) -> None:
    head = federation.director.upkeep.checkpoint()
    assert (head.seq, head.at) == (copy.manifest.checkpoint.seq, copy.manifest.made_at + timedelta(hours=1))
    assert later_acts(copy, Evidence(last=head)) is copy.recorded


def test_the_checkpoint_of_a_night_says_nothing_of_the_day_after(
    federation: FederationSimulator, copy: SoundCopy
) -> None:
    of_the_night = federation.director.upkeep.checkpoint()
    federation.director.members.revoke_tokens_of(LOCAL_ADMIN, EnvoyName("KUTRRH"))
    assert later_acts(copy, Evidence(checkpoints=(of_the_night,))) is None


def test_a_last_checkpoint_of_the_copys_own_moment_says_nothing_of_later(copy: SoundCopy) -> None:
    assert later_acts(copy, Evidence(last=copy.manifest.checkpoint)) is None


def test_a_last_checkpoint_that_knows_more_than_the_copy_does_not_say_what(
    federation: FederationSimulator, copy: SoundCopy
) -> None:
    federation.director.members.issue_token(LOCAL_ADMIN, "analyst")
    assert later_acts(copy, Evidence(last=federation.director.upkeep.checkpoint())) is None


def test_a_copy_whose_audit_a_checkpoint_does_not_know_is_refused(
    federation: FederationSimulator, copy: SoundCopy
) -> None:
    other = Checkpoint(seq=3, digest=Digest("a" * 64), at=federation.clock())
    with pytest.raises(AuditDamagedError, match="record 3 is not the one that a checkpoint knows"):
        read_backup(copy.folder, federation.clock(), [other])
