"""Parcels that could not be sent, in the envoy's home until the director has said what becomes of them."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from contract.names import Digest
from contract.parts import PARTS, Parcel
from envoy.kept_files import write_whole
from envoy.parcel import read_parcel

_FOLDER = "outbox"
_ROUND = re.compile(r"round-([1-9][0-9]{0,9})")


@dataclass(frozen=True)
class Outbox:
    """A folder of parcels, one for each round; each is a BUNDLE that ``fl-envoy send`` takes too.

    Args:
        home: The envoy's home.
        director: For whom they are: another director counts its rounds from 1 too, and is sent none of these.
    """

    home: Path
    director: str

    def keep(self, round_number: int, parcel: Parcel) -> Path:
        """Keep a parcel, whole or not at all; gives its folder."""
        place, arriving = self._place(round_number), self._folder / "arriving"
        if place.exists():
            return place  # the same: a round's update is always the same bytes
        shutil.rmtree(arriving, ignore_errors=True)
        for part in PARTS:
            data = parcel.get(part.role)
            if data is not None:
                write_whole(arriving / part.file_name, data)
        arriving.rename(place)
        return place

    def rounds(self) -> list[int]:
        """List the rounds whose parcels wait, oldest first."""
        try:
            names = [each.name for each in self._folder.iterdir()]
        except FileNotFoundError:
            return []
        return sorted(int(found[1]) for name in names if (found := _ROUND.fullmatch(name)))

    def read(self, round_number: int) -> Parcel:
        """Read a parcel; raises as ``read_parcel``."""
        return read_parcel(self._place(round_number))

    def take_out(self, round_number: int) -> None:
        """Forget a parcel of which the director has said what becomes of it."""
        shutil.rmtree(self._place(round_number), ignore_errors=True)

    @property
    def _folder(self) -> Path:
        return self.home / _FOLDER / Digest.of(self.director.encode())[:16]

    def _place(self, round_number: int) -> Path:
        return self._folder / f"round-{round_number}"
