"""The audit's chain, as arithmetic: each record is digested together with the digest of the one before.

A record's content is the JSON of [seq, at, actor, act, subject, facts, previous]; its digest is the SHA-256 of that
text. A line of an export holds both, so that any program that knows JSON and SHA-256 can follow the chain.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, pairwise
from typing import Any

from contract.messages.audit import Checkpoint
from contract.names import Digest

GENESIS = Digest("0" * 64)

_LINE = re.compile(rb'\{"digest":"([0-9a-f]{64})","record":(\[.*\])\}')


@dataclass(frozen=True)
class Link:
    """A record as it is found: what it claims, and its content; None: it can't be read."""

    seq: int
    previous: str
    digest: str
    content: str | None

    @property
    def is_true(self) -> bool:
        """Tell whether its digest is that of its content."""
        return self.content is not None and Digest.of(self.content.encode()) == self.digest

    @property
    def line(self) -> bytes:
        """Its line in an export; JSON's escapes leave no control character and nothing outside ASCII."""
        return f'{{"digest":{json.dumps(self.digest)},"record":{self.content or "null"}}}\n'.encode()


@dataclass(frozen=True)
class Walk:
    """What following the chain found: how many records hold, the last one's digest, or the first that does not."""

    records: int
    last: str
    first_bad: int | None = None
    defect: str | None = None


def content_of(
    seq: int, at: datetime, actor: str, act: str, subject: str, facts: Mapping[str, Any], previous: str
) -> str:
    """Write a record's content in its one form."""
    return json.dumps(
        [seq, at.isoformat(), actor, act, subject, facts, previous], sort_keys=True, separators=(",", ":")
    )


def read_lines(lines: Iterable[bytes]) -> Iterator[Link]:
    """Read an export; a line that is none of ours becomes a link that can't be read."""
    for place, line in enumerate(lines, start=1):
        yield _read_line(line) or Link(place, "", "", None)


def follow(links: Iterable[Link], checkpoints: Sequence[Checkpoint] = ()) -> Walk:
    """Follow the chain from its beginning to the first record that does not hold, or to its end.

    Flips, deletions, insertions, exchanges and new numbers break it where they begin. What no chain shows by itself,
    records missing at its end or everything from a place on written anew, shows against a checkpoint.
    """
    known = {each.seq: each.digest for each in checkpoints}
    records, before_last, last = 0, "", str(GENESIS)
    for link, following in pairwise(chain(links, (None,))):
        if link is None:
            break
        place = records + 1
        found = _first_defect(link, following, place, before_last, last, known)
        if found is not None:
            bad, defect = found
            return Walk(max(0, bad - 1), "", bad, defect)
        records, before_last, last = place, last, link.digest
    missing = max((seq for seq in known if seq > records), default=0)
    if missing:
        return Walk(records, last, records + 1, f"is missing: a checkpoint knows {missing} records")
    return Walk(records, last)


def _first_defect(
    link: Link, following: Link | None, place: int, before_last: str, last: str, known: Mapping[int, str]
) -> tuple[int, str] | None:
    """Give the bad place and what is wrong with it; None: the link holds."""
    if link.seq > place:
        return place, f"is missing: the next one is {link.seq}"
    if link.seq < place:
        return link.seq, "is out of order"
    if link.content is None:
        return place, "can't be read"
    if link.previous != last:
        is_vouched_for = link.is_true and (
            known.get(place) == link.digest or (following is not None and following.previous == link.digest)
        )
        if place > 1 and (link.previous == before_last or is_vouched_for):
            return place - 1, "is not the one that the next record follows"
        return place, "does not follow the one before it"
    if not link.is_true:
        return place, "is not what was digested"
    if known.get(place, link.digest) != link.digest:
        return place, "is not the one that a checkpoint knows: it, or one before it, was written anew"
    return None


def _read_line(line: bytes) -> Link | None:
    found = _LINE.fullmatch(line.removesuffix(b"\n"))
    if found is None or not line.endswith(b"\n"):
        return None
    try:
        fields = json.loads(found[2])
    except (ValueError, RecursionError):
        return None
    if len(fields) != 7 or type(fields[0]) is not int:
        return None
    return Link(fields[0], str(fields[6]), found[1].decode(), found[2].decode())
