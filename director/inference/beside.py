"""What stands beside each answer of a batch where it is asked for: its row's id, its model, what is wrong with it.

The answers are written as they always are, many at once; here each is taken up once more and put beside its own. An id
is given back as it came, and is nowhere else: nothing here keeps it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import to_json

from contract.errors import CallerError
from contract.messages.inference import AnsweringModel, RowError
from director.errors import InvalidRequestError


@dataclass(frozen=True)
class Wanted:
    """What shall stand beside the answers.

    Args:
        id: The column, or the member of each question, that is passed through; None: none.
        keeps_bad: Whether a wrong row is answered by its error; else it refuses the batch.
        model: Whether each line of a CSV says which model answered, and what its reader must know.
    """

    id: str | None = None
    keeps_bad: bool = False
    model: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether nothing is wanted but the answers."""
        return self.id is None and not self.keeps_bad and not self.model


PLAIN = Wanted()
"""Nothing but the answers."""


@dataclass(frozen=True)
class Beside:
    """What was found of the rows of a batch.

    Args:
        wanted: What was asked for.
        ids: Each row's id as the answer writes it: a cell of CSV, or a value of JSON.
        faults: By its number from 1, what is wrong with a row.
    """

    wanted: Wanted = PLAIN
    ids: Sequence[bytes] = ()
    faults: Mapping[int, CallerError] = field(default_factory=dict)

    def as_csv(self, blocks: Iterator[bytes], model: AnsweringModel, notice: str) -> Iterator[bytes]:
        """Put into a CSV what is wanted: the id first; behind the answer the model, and last the error.

        Args:
            blocks: The head's line, then some whole lines at a time, in the order of the rows.
            model: Which answers.
            notice: What a reader must know.

        Raises:
            InvalidRequestError: The id is called as a column of the answer.
        """
        if self.wanted.is_plain:
            return blocks
        head = next(blocks).rstrip(b"\n")
        names = [*head.decode().split(","), *(_MODEL if self.wanted.model else ()), "error"]
        if self.wanted.id in names:
            raise InvalidRequestError(
                f"id: the answer has a column {self.wanted.id} of its own.", hint="Call yours otherwise.", field="id"
            )
        return self._lines(head, blocks, _cells(str(model.version), model.sha256, notice))

    def _lines(self, head: bytes, blocks: Iterator[bytes], model: bytes) -> Iterator[bytes]:
        yield self._line(_cell(self.wanted.id or ""), head, ",".join(_MODEL).encode(), b"error")
        silent, row = b"," * head.count(b","), 0
        for block in blocks:
            written = []
            for line in block.split(b"\n")[:-1]:
                row += 1
                fault, id_ = self.faults.get(row), self.ids[row - 1] if self.ids else b""
                error = b"" if fault is None else _cell(fault.sentence)
                written.append(self._line(id_, line if fault is None else silent, model, error))
            yield b"".join(written)

    def _line(self, id_: bytes, answer: bytes, model: bytes, error: bytes) -> bytes:
        cells = [answer]
        if self.wanted.id is not None:
            cells.insert(0, id_)
        if self.wanted.model:
            cells.append(model)
        if self.wanted.keeps_bad:
            cells.append(error)
        return b",".join(cells) + b"\n"

    def in_json(self, items: Sequence[bytes], rows_before: int) -> list[bytes]:
        """Put into objects of JSON, one a row, the id; in place of a wrong row's the error.

        Args:
            items: The answers.
            rows_before: How many rows stand before them.
        """
        found = []
        for row, item in enumerate(items, start=rows_before + 1):
            fault = self.faults.get(row)
            said = item if fault is None else b'{"error":' + to_json(_error(row, fault)) + b"}"
            found.append(b'{"id":' + self.ids[row - 1] + b"," + said[1:] if self.ids else said)
        return found


_MODEL = ("model_version", "model_sha256", "notice")


def _error(row: int, fault: CallerError) -> dict[str, Any]:
    sentence = fault.sentence.removeprefix(f"Row {row}: ")
    feature = fault.facts.get("feature")
    return RowError(
        row=row, detail=sentence, hint=fault.hint, feature=feature if isinstance(feature, str) else None
    ).model_dump()


def _cells(*texts: str) -> bytes:
    return b",".join(map(_cell, texts))


def _cell(text: str) -> bytes:
    """Write a text as a cell of one line."""
    text = " ".join(text.splitlines())
    return (f'"{text.replace(chr(34), chr(34) * 2)}"' if set(text) & set(',"') else text).encode()


NOTHING = Beside()
"""What stands beside plain answers."""
