"""The audit's chain: whatever is done to the records is found, with its place."""

import json
import random
import sqlite3
import string
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from contract.messages.audit import Checkpoint
from contract.names import Digest
from director.clock import utc_now
from director.records import audit
from director.records.chain import GENESIS, Walk, content_of, follow, read_lines
from director.records.database import Database
from director.records.events import Event

COLUMNS = ("seq", "at", "actor", "act", "subject", "facts", "previous", "digest")
TAMPERINGS = 200
RECORDS = 40

Rows = list[dict[str, Any]]


class Said(Event, act="test.said"):
    """An act with facts of every kind."""

    about = ("where",)

    where: str
    version: int
    note: str = "Nyeri \u202e\x1b[31m"
    inputs: tuple[float | None, ...]
    task: str = "t"


@pytest.fixture(scope="module")
def chained(tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A database whose audit has forty records."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('audit') / 'director.db'}")
    database.migrate()
    for place in range(RECORDS):
        with database.write() as session:
            said = Said(where=f"KNH{place}", version=place, inputs=(place, None, 0.5))
            audit.record(session, said, at=utc_now(), actor="admin:cli")
    return database


@pytest.fixture
def table(chained: Database) -> Iterator["Table"]:
    table = Table(chained)
    yield table
    table.put(table.original)


class Table:
    """The audit's table, in the hands of somebody with the file."""

    def __init__(self, database: Database) -> None:
        assert database.file is not None
        self.database, self.file = database, database.file
        self.original = self.rows()

    def rows(self) -> Rows:
        with sqlite3.connect(self.file) as connection:
            found = connection.execute("SELECT * FROM audit ORDER BY seq").fetchall()
        return [dict(zip(COLUMNS, row, strict=True)) for row in found]

    def put(self, rows: Rows) -> None:
        with sqlite3.connect(self.file) as connection:
            connection.execute("PRAGMA synchronous=OFF")  # many times over, and nothing to lose
            connection.execute("DELETE FROM audit")
            statement = "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            connection.executemany(statement, [tuple(row.values()) for row in rows])

    def walk(self, *checkpoints: Checkpoint) -> Walk:
        with self.database.read() as session:
            return follow(audit.links(session), checkpoints)

    def exported(self) -> list[bytes]:
        with self.database.read() as session:
            return [link.line for link in audit.links(session)]

    def checkpoint(self, seq: int = RECORDS) -> Checkpoint:
        return Checkpoint(seq=seq, digest=self.original[seq - 1]["digest"], at=utc_now())


def digest_again(row: dict[str, Any]) -> None:
    """Digest a row as somebody would who has read the source."""
    at = audit._moment(row["at"])
    facts = json.loads(row["facts"])
    content = content_of(row["seq"], at, row["actor"], row["act"], row["subject"], facts, row["previous"])
    row["digest"] = Digest.of(content.encode())


def flip(rows: Rows, chance: random.Random, column: str | None = None) -> None:
    row = chance.choice(rows)
    column = column or chance.choice(COLUMNS[1:])
    text = str(row[column])
    place = chance.randrange(len(text))
    other = chance.choice([each for each in string.printable if each != text[place]])
    row[column] = text[:place] + other + text[place + 1 :]


def flip_and_digest_again(rows: Rows, chance: random.Random) -> None:
    row = chance.choice(rows)
    row["actor"] = f"admin:{chance.randrange(10**6)}"
    digest_again(row)


def delete(rows: Rows, chance: random.Random) -> None:
    del rows[chance.randrange(len(rows))]


def delete_and_number_anew(rows: Rows, chance: random.Random) -> None:
    delete(rows, chance)
    for seq, row in enumerate(rows, start=1):
        row["seq"] = seq


def cut(rows: Rows, chance: random.Random) -> None:
    del rows[chance.randrange(len(rows)) :]


def cut_the_beginning(rows: Rows, chance: random.Random) -> None:
    del rows[: chance.randrange(1, len(rows))]


def exchange(rows: Rows, chance: random.Random) -> None:
    one, other = sorted(chance.sample(range(len(rows)), 2))
    rows[one], rows[other] = {**rows[other], "seq": one + 1}, {**rows[one], "seq": other + 1}


def insert(rows: Rows, chance: random.Random) -> None:
    place = chance.randrange(len(rows))
    rows.insert(place, {**rows[place], "act": "token.issue", "subject": "somebody"})
    for seq, row in enumerate(rows, start=1):
        row["seq"] = seq


def insert_and_digest_it(rows: Rows, chance: random.Random) -> None:
    insert(rows, chance)
    for row in rows:
        if row["act"] == "token.issue":
            digest_again(row)


def number_from_elsewhere(rows: Rows, chance: random.Random) -> None:
    place = chance.randrange(len(rows))
    step = chance.choice([-100, 100])
    for row in rows[:place] if step < 0 and place else rows[place:]:
        row["seq"] = int(str(row["seq"])) + abs(step) * (-1 if step < 0 and place else 1)


def replace_by_bytes(rows: Rows, chance: random.Random) -> None:
    chance.choice(rows)[chance.choice(COLUMNS[1:])] = b"\xff\xfe"


def write_anew_from(rows: Rows, chance: random.Random) -> None:
    """Change a record, and every later one so that the chain holds again."""
    place = chance.randrange(len(rows))
    rows[place]["subject"] = "somebody else"
    for before, row in zip([None, *rows], rows[: len(rows)], strict=False):
        if int(str(row["seq"])) > place:
            row["previous"] = before["digest"] if before else GENESIS
            digest_again(row)


KINDS: tuple[Callable[[Rows, random.Random], None], ...] = (
    flip,
    flip_and_digest_again,
    delete,
    delete_and_number_anew,
    cut,
    cut_the_beginning,
    exchange,
    insert,
    insert_and_digest_it,
    number_from_elsewhere,
    replace_by_bytes,
)


def first_difference(before: Rows, after: Rows) -> int:
    """Give the first seq at which the table is not what it was."""
    for seq in sorted({int(str(row["seq"])) for row in before + after}):
        one, other = ([row for row in rows if row["seq"] == seq] for rows in (before, after))
        if one != other:
            return seq
    return 0


def test_two_hundred_tamperings_are_found_with_their_places(table: Table):
    chance = random.Random(17)
    assert table.walk(table.checkpoint()) == Walk(RECORDS, table.original[-1]["digest"])
    for number in range(TAMPERINGS):
        kind = KINDS[number % len(KINDS)]
        rows = [dict(row) for row in table.original]
        kind(rows, chance)
        table.put(rows)
        found, expected = table.walk(table.checkpoint()), first_difference(table.original, rows)
        assert found.first_bad == expected, (kind.__name__, found, expected)
        in_file = follow(read_lines(table.exported()), [table.checkpoint()])
        assert in_file.first_bad is not None, kind.__name__


@pytest.mark.parametrize("column", COLUMNS[1:])
def test_a_flip_in_any_field_is_found(table: Table, column: str):
    chance = random.Random(3)
    for _ in range(20):
        rows = [dict(row) for row in table.original]
        flip(rows, chance, column)
        table.put(rows)
        assert table.walk(table.checkpoint()).first_bad == first_difference(table.original, rows)


def test_a_tail_that_was_cut_off_is_only_found_against_a_checkpoint(table: Table):
    table.put(table.original[:-3])
    assert table.walk().first_bad is None
    assert table.walk(table.checkpoint()).first_bad == RECORDS - 2
    assert table.walk(table.checkpoint(RECORDS - 3)).first_bad is None


def test_a_chain_that_was_written_anew_is_only_found_against_checkpoints(table: Table):
    chance = random.Random(5)
    for _ in range(10):
        rows = [dict(row) for row in table.original]
        write_anew_from(rows, chance)
        table.put(rows)
        changed = first_difference(table.original, rows)
        assert table.walk().first_bad is None
        assert table.walk(table.checkpoint()).first_bad == RECORDS
        often = [table.checkpoint(seq) for seq in range(5, RECORDS + 1, 5)]
        assert table.walk(*often).first_bad == -(-changed // 5) * 5  # the first checkpoint from the change on


def test_a_flip_of_any_byte_of_an_export_is_found_in_its_line(table: Table):
    chance, lines = random.Random(7), table.exported()
    for _ in range(200):
        place = chance.randrange(RECORDS)
        line = bytearray(lines[place])
        line[chance.randrange(len(line))] ^= 1 << chance.randrange(7)
        spoilt = [*lines[:place], bytes(line), *lines[place + 1 :]]
        assert follow(read_lines(spoilt), [table.checkpoint()]).first_bad in (place + 1, place + 2)


def test_an_export_that_was_cut_in_a_line_is_found(table: Table):
    lines = table.exported()
    assert follow(read_lines([*lines[:9], lines[9][:-1]])).first_bad == 10
    assert follow(read_lines([*lines[:9], lines[9]])).first_bad is None


def test_an_export_holds_no_control_character_and_its_digests_are_those_of_its_text(table: Table):
    for line, row in zip(table.exported(), table.original, strict=True):
        assert all(32 <= byte < 127 for byte in line[:-1])
        found = json.loads(line)
        text = line.removeprefix(f'{{"digest":"{row["digest"]}","record":'.encode()).removesuffix(b"}\n")
        assert Digest.of(text) == found["digest"] == row["digest"]
        assert found["record"][5]["note"] == "Nyeri \u202e\x1b[31m"
