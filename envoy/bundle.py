"""A folder that a person names for a parcel: what is written over there is asked about, or refused, beforehand."""

from pathlib import Path

from contract.errors import ArtifactError
from contract.moments import shown_moment
from contract.parts import PARTS
from envoy.errors import DataError, SettingsError
from envoy.ledger import Ledger
from envoy.parcel import label_of, read_parcel

_OURS = frozenset(part.file_name for part in PARTS)


def lost_in(folder: Path, ledger: Ledger) -> str | None:
    """Say in a sentence what a new parcel in this folder would write over; None: nothing that did not leave already.

    Args:
        folder: Where the parcel shall lie.
        ledger: What left this hospital.

    Raises:
        SettingsError: Something of another's lies there.
    """
    try:
        names = sorted(each.name for each in folder.iterdir())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsError(
            f"--offline names {folder}, which can't be looked into: {error.strerror or error}.",
            hint="Name a new folder; nothing was done.",
        ) from None
    foreign = [name for name in names if name not in _OURS]
    if foreign:
        raise SettingsError(
            f"{folder} holds what is no parcel's: {', '.join(foreign[:3])}{', …' if len(foreign) > 3 else ''}.",
            hint="Name a new folder with --offline; nothing was written there.",
        )
    return _lost(folder, ledger) if names else None


def _lost(folder: Path, ledger: Ledger) -> str | None:
    try:
        parcel = read_parcel(folder)
    except (DataError, ArtifactError):
        return f"{folder} holds parts of a parcel, which is not whole; they would be written over."
    if ledger.has_taken(parcel.digests):
        return None
    label = label_of(parcel)
    when = f" of {shown_moment(label.trained_at)}" if label.trained_at else ""
    return (
        f"{folder} holds a parcel of task {label.task}{when} that was not sent, as far as {ledger.path} knows; it "
        f"would be written over. To send it: fl-envoy send {folder}."
    )
