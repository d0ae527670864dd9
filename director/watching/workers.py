"""What the workers of one director tell each other of themselves, so that whichever is asked answers for all.

A file for each, replaced every few seconds and whenever it is asked itself: so no figure is ever smaller than it was
when somebody last saw it. A worker by itself writes nothing.
"""

import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from director.records.files import replace_whole
from director.watching.figures import Sample, Times

GONE_SECONDS = 60
"""A worker that told nothing for so long has ended."""


class Workers:
    """Knows this worker and the others.

    Args:
        folder: Where they tell; None: this one is alone.
        name: This one's.
    """

    def __init__(self, folder: Path | None = None, name: str = "") -> None:
        self._folder = folder
        self._name = name or str(os.getpid())

    @property
    def is_one_of_many(self) -> bool:
        """Whether there may be others."""
        return self._folder is not None

    def tell(self, samples: Iterable[Sample]) -> None:
        """Tell the others how this one is; the disk may refuse, and is only asked again."""
        if self._folder is None:
            return
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            replace_whole(self._file(), [json.dumps([_packed(each) for each in samples]).encode()], is_durable=False)

    def all(self, own: Iterable[Sample]) -> Iterator[Sample]:
        """Give this one's figures and what the others told, each with its worker's name."""
        yield from _named(own, self._name)
        for file in sorted(self._folder.glob("[0-9]*.json")) if self._folder is not None else ():
            if file != self._file():
                with suppress(OSError, ValueError, TypeError, KeyError):  # it ended, or is no figure of ours
                    if time.time() - file.stat().st_mtime > GONE_SECONDS:
                        file.unlink()
                        continue
                    yield from _named([_unpacked(each) for each in json.loads(file.read_bytes())], file.stem)

    def end(self) -> None:
        """Tell nothing any more."""
        if self._folder is not None:
            with suppress(OSError):
                self._file().unlink(missing_ok=True)

    def _file(self) -> Path:
        assert self._folder is not None  # noqa: S101 - whoever is alone has none
        return self._folder / f"{self._name}.json"


def _named(samples: Iterable[Sample], worker: str) -> Iterator[Sample]:
    return (Sample(each.figure, each.value, (*each.labels, worker)) for each in samples)


def _packed(sample: Sample) -> list[object]:
    value = sample.value
    return [sample.figure, sample.labels, [value.counts, value.seconds] if isinstance(value, Times) else value]


def _unpacked(packed: list[object]) -> Sample:
    figure, labels, value = packed
    if not isinstance(figure, str) or not isinstance(labels, list):
        raise TypeError("no sample")
    if isinstance(value, list):
        counts, seconds = value
        return Sample(figure, Times(tuple(map(int, counts)), float(seconds)), tuple(map(str, labels)))
    return Sample(figure, float(value), tuple(map(str, labels)))  # type: ignore[arg-type]  # else TypeError, as above
