"""Parcels that wait to be sent, in the envoy's home until the director has said what becomes of them.

There is one such place, whoever trained: ``fl-envoy participate`` for a round, ``fl-envoy train`` by itself.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contract.errors import ArtifactError
from contract.messages.uploads import UploadMetadata
from contract.names import Digest
from contract.parts import PARTS, Parcel
from envoy.errors import DataError, RefusedError
from envoy.kept_files import write_whole
from envoy.parcel import label_of, read_parcel

_FOLDER = "outbox"
_ROUND = re.compile(r"round-([1-9][0-9]{0,9})")
_OWN = re.compile(r"model-[0-9]{8}-[0-9]{6}-([0-9a-f]{16})")
NO_LONGER_WELCOME = (401, 403)
_OF_THE_WAY = ("unknown", "redirected")

Key = int | str
"""A round's number, or the name under which a model of the hospital's own waits."""


def is_settled(error: RefusedError) -> bool:
    """Tell whether a refusal is the director's word on the parcel: not on the token, nor a fault, nor a proxy's."""
    is_on_what_was_sent = 400 <= error.status < 500 and error.status not in NO_LONGER_WELCOME
    return is_on_what_was_sent and error.director_code not in _OF_THE_WAY


@dataclass(frozen=True)
class Outbox:
    """A folder of parcels; each is a BUNDLE that ``fl-envoy send`` takes too.

    Args:
        home: The envoy's home.
        director: For whom they are: another director counts its rounds from 1 too, and is sent none of these.
    """

    home: Path
    director: str

    def keep(self, key: Key, parcel: Parcel) -> Path:
        """Keep a parcel, whole or not at all; gives its folder."""
        place = self.place(key)
        arriving = self._folder / ("arriving" if isinstance(key, int) else "arriving-model")
        if place.exists():
            return place  # the same: a round's update is always the same bytes
        shutil.rmtree(arriving, ignore_errors=True)
        try:
            for part in PARTS:
                data = parcel.get(part.role)
                if data is not None:
                    write_whole(arriving / part.file_name, data)
            arriving.rename(place)
        except OSError:
            shutil.rmtree(arriving, ignore_errors=True)  # half a parcel takes the room that somebody will make
            raise
        return place

    def keep_own(self, parcel: Parcel) -> str:
        """Keep a model that is for no round; gives its key, which is the earlier one's if the same model waits already.

        Raises:
            DataError: The disk does not take it.
        """
        key = _own_key(parcel)
        try:
            same = next((kept for kept in self._own() if kept.endswith(key[-16:])), None)
            if same is None:
                self.keep(key, parcel)
        except OSError as error:
            raise DataError(
                f"The trained model can't be kept in {self.place(key)}: {error.strerror or error}; nothing was sent.",
                hint="Make room there and train again; or on another disk: fl-envoy train --offline FOLDER",
            ) from error
        return same or key

    def waiting(self) -> list[Key]:
        """List what waits: updates for rounds first, then models, oldest first."""
        return [*self.rounds(), *sorted(self._own())]

    def rounds(self) -> list[int]:
        """List the rounds whose parcels wait, oldest first."""
        return sorted(int(found[1]) for name in self._names() if (found := _ROUND.fullmatch(name)))

    def read(self, key: Key) -> Parcel:
        """Read a parcel; raises as ``read_parcel``."""
        return read_parcel(self.place(key))

    def label(self, key: Key) -> UploadMetadata | None:
        """Read what a parcel says of itself; None: it is damaged."""
        try:
            return label_of(self.read(key))
        except (DataError, ArtifactError, OSError):
            return None

    def take_out(self, key: Key) -> None:
        """Forget a parcel of which the director has said what becomes of it."""
        shutil.rmtree(self.place(key), ignore_errors=True)

    def key_of(self, folder: Path) -> Key | None:
        """Give the key of a folder that is one of these; None: it is none."""
        return next((key for key in self.waiting() if self.place(key).resolve() == folder.resolve()), None)

    def place(self, key: Key) -> Path:
        """Give the folder of a parcel."""
        return self._folder / (f"round-{key}" if isinstance(key, int) else key)

    def for_others(self) -> list[Path]:
        """List the folders of parcels that wait for another director than this."""
        places = sorted((self.home / _FOLDER).glob("*/*"))
        return [each for each in places if each.parent != self._folder and (_is_round(each) or _is_own(each))]

    @property
    def _folder(self) -> Path:
        return self.home / _FOLDER / Digest.of(self.director.encode())[:16]

    def _own(self) -> Iterator[str]:
        return (name for name in self._names() if _OWN.fullmatch(name))

    def _names(self) -> list[str]:
        try:
            return [each.name for each in self._folder.iterdir()]
        except FileNotFoundError:
            return []


def _is_round(place: Path) -> bool:
    return _ROUND.fullmatch(place.name) is not None


def _is_own(place: Path) -> bool:
    return _OWN.fullmatch(place.name) is not None


def _own_key(parcel: Parcel) -> str:
    """Name a model by when it was trained, which orders them, and by what makes it the same to a director."""
    label, digests = label_of(parcel), parcel.digests
    same = f"{label.task} {label.base} {digests['model']} {digests['scaler']} {label.num_examples}"
    when = f"{label.trained_at:%Y%m%d-%H%M%S}" if label.trained_at else "00000000-000000"
    return f"model-{when}-{Digest.of(same.encode())[:16]}"
