"""Envoys that wait for work, hundreds in one process: each a connection on which one long poll is under way."""

import asyncio
import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from contract.messages.runs import RunRequest
from contract.names import Digest, EnvoyName
from director.assembly import Director
from director.members.access import LOCAL_ADMIN
from director.records.run_schema import InvitationRow
from director.records.schema import EnvoyRow, TokenRow
from director.settings import DirectorSettings
from tests.real_processes import RealDirector


@dataclass(frozen=True)
class Waiter:
    """A hospital that has joined."""

    name: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def asking(self, seconds: float) -> bytes:
        return (
            f"GET /envoys/{self.name}/work?wait={seconds} HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {self.token}\r\n\r\n"
        ).encode()


def joined(director: RealDirector, number: int) -> list[Waiter]:
    """Make so many hospitals of a federation that is not served yet, with their tokens: rows, without the ceremony."""
    waiters = [Waiter(f"Hospital{place}", f"fld_{secrets.token_urlsafe(32)}") for place in range(number)]
    now = datetime.now(UTC)
    house = Director(DirectorSettings(data_dir=director.folder))
    with house.database.write() as session:
        for each in waiters:
            name = EnvoyName(each.name)
            envoy = EnvoyRow(name=name, folded_name=name.folded, created_at=now, joined_at=now)
            session.add(envoy)
            session.flush()
            digest = Digest(hashlib.sha256(each.token.encode()).hexdigest())
            until = now + timedelta(days=1)
            session.add(
                TokenRow(
                    id=digest[:12],
                    sha256=digest,
                    role="hospital",
                    envoy_id=envoy.id,
                    created_at=now,
                    expires_at=until,
                )
            )
    house.close()
    return waiters


def open_run(director: RealDirector) -> int:
    """Open a run in which everybody takes part but the first hospital, whose answer is awaited."""
    house = Director(DirectorSettings(data_dir=director.folder))
    run = house.rounds.open(LOCAL_ADMIN, RunRequest(deadline_seconds=3600))
    with house.database.write() as session:
        for place in session.query(InvitationRow).order_by(InvitationRow.envoy_id).offset(1):
            place.choice, place.answered_at = "take_part", datetime.now(UTC)
    house.close()
    return run.id


_AT_ONCE = 10
"""So many are strangers to the director at one time, however slow it is."""


class Waiting:
    """Their long polls, all under way."""

    def __init__(self, director: RealDirector, waiters: list[Waiter], seconds: float = 60) -> None:
        self._port, self._waiters, self._seconds = director.port, waiters, seconds
        self._lines: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def __aenter__(self) -> Self:
        probe = await self._line()
        for first in range(0, len(self._waiters), _AT_ONCE):
            for each in self._waiters[first : first + _AT_ONCE]:
                line = await self._line()
                line[1].write(each.asking(self._seconds))
                self._lines.append(line)
            # behind them, one that waits for nothing: once it is answered they are at rest, or nearly
            probe[1].write(self._waiters[0].asking(0))
            await _answer(probe[0])
        await asyncio.sleep(0.5)
        probe[1].close()
        return self

    async def _line(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)

    async def __aexit__(self, *exception: object) -> None:
        for _, writer in self._lines:
            writer.close()

    async def answers(self) -> list[tuple[float, int, dict[str, Any]]]:
        """Read every answer: when it was whole, its status, its body."""
        return list(await asyncio.gather(*(_answer(reader) for reader, _ in self._lines)))

    @property
    def are_all_waiting(self) -> bool:
        """Whether nobody was told anything, or sent away."""
        return not any(reader.at_eof() or reader._buffer for reader, _ in self._lines)  # type: ignore[attr-defined]


async def _answer(reader: asyncio.StreamReader) -> tuple[float, int, dict[str, Any]]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    body = await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
    return time.monotonic(), int(head.split(" ")[1]), json.loads(body)
