"""How near each hospital is to what it may take of the disk: at the bound its next upload is refused."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from contract.findings import Finding, bad, ok, warn
from contract.machine_findings import shown_bytes
from director.records.database import Database
from director.records.schema import EnvoyRow

_ABOUT = "quotas"
_NEAR = 0.8
_PRUNE = (
    "Let files go that are no longer needed: fl-director prune; or raise max_versions_per_hospital or "
    "max_bytes_per_hospital."
)


@dataclass(frozen=True)
class Kept:
    """What is kept of a hospital.

    Args:
        hospital: Its name.
        versions: How many of its versions have their files here.
        bytes: What those files take.
    """

    hospital: str
    versions: int
    bytes: int


def kept_of_each(database: Database) -> list[Kept]:
    """Read what is kept of every hospital that may still send something."""
    query = select(EnvoyRow.name, EnvoyRow.kept_versions, EnvoyRow.kept_bytes).where(EnvoyRow.disabled_at.is_(None))
    with database.read() as session:
        return [Kept(row.name, row.kept_versions, row.kept_bytes) for row in session.execute(query)]


def quota_findings(kept: Iterable[Kept], most_versions: int, most_bytes: int) -> Iterator[Finding]:
    """Judge how much is left to each.

    Args:
        kept: What is kept of each.
        most_versions: The setting ``max_versions_per_hospital``.
        most_bytes: The setting ``max_bytes_per_hospital``.
    """
    is_well = True
    for each in sorted(kept, key=lambda one: one.hospital):
        share = max(each.versions / most_versions, each.bytes / most_bytes)
        if share < _NEAR:
            continue
        is_well = False
        said = (
            f"{each.versions:,} of {most_versions:,} versions and {shown_bytes(each.bytes)} of "
            f"{shown_bytes(most_bytes)} of {each.hospital} are kept"
        )
        if share >= 1:
            yield bad(_ABOUT, f"{said}: it can send nothing more.", _PRUNE)
        else:
            yield warn(_ABOUT, f"{said}.", _PRUNE)
    if is_well:
        yield ok(_ABOUT, f"no hospital has more than {_NEAR:.0%} of what it may take of the disk.")
