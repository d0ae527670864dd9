"""A director of a few scripted rounds, and an envoy that takes part in them within the test's own process."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from contract.messages.runs import Assignment
from contract.names import EnvoyName, TaskName
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT
from envoy.director_client import DirectorClient
from envoy.hours import Hours
from envoy.house_rules import USUAL_RULES, HouseRules
from envoy.ledger import Ledger
from envoy.membership import Membership
from envoy.outbox import Outbox
from envoy.participation.bulletin import Bulletin, Told
from envoy.participation.holds import Holds
from envoy.participation.loop import Participation
from envoy.participation.participant import House, Participant
from envoy.participation.patients import Patients
from envoy.participation.sender import Sender
from envoy.participation.switches import Switches
from tests.envoy.answering import Asked
from tests.envoy.playing import Answer, PlayedDirector

KNH = EnvoyName("KNH")
MERGED = ScalerState.from_moments(100, (9.0,), (9000.0,))
NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


@dataclass
class PlayedRounds(PlayedDirector):
    """One run: an invitation, then so many rounds, all from the same base.

    Args:
        rounds: How many.
        refuses: Round → the problem with which its update is refused, once.
        is_invited: Whether the hospital has not answered yet.
        returned: The parts of each update that came, as they were sent.
        answers: What was answered to the invitation.
    """

    scaler: ScalerState | None = MERGED
    rounds: int = 2
    proximal: float = 0.0
    refuses: dict[int, Answer] = field(default_factory=dict)
    is_invited: bool = True
    returned: dict[int, dict[str, Any]] = field(default_factory=dict)
    answers: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        path = asked.path.split("?")[0]
        if path in self.said:
            return super().answer(asked)
        if path == "/envoys/KNH/work":
            return 200, self._work()
        if path == "/runs/1":
            return 200, self._run()
        if path == "/runs/1/answers":
            self.answers.append(json.loads(asked.body))
            self.is_invited = False
            return 201, self._run()
        if path == "/upload/KNH":
            metadata = json.loads(asked.body.split(b"\r\n\r\n", 1)[1].split(b"\r\n--", 1)[0])
            if metadata["round"] in self.refuses:
                self.returned[metadata["round"]] = metadata
                return self.refuses[metadata["round"]]
            self.returned[metadata["round"]] = metadata
        return super().answer(asked)

    @property
    def _is_over(self) -> bool:
        refused = bool(self.answers) and self.answers[-1]["choice"] == "refuse"
        return refused or (not self.is_invited and len(self.returned) >= self.rounds)

    def _work(self) -> dict[str, Any]:
        task = self.task.name
        if self._is_over:
            return {"waits_for": "No run is open."}
        if self.is_invited:
            terms = {"rounds": self.rounds, "quorum": 2, "deadline_seconds": 600, "strategy": "fedavg", "invited": 3}
            return {"invitation": {"run": 1, "task": task, **terms}}
        return {"assignment": self.assignment(len(self.returned) + 1).model_dump(mode="json")}

    def assignment(self, number: int = 1, **changes: object) -> Assignment:
        start = self.start()
        base = {name: start[name] for name in ("base", "model_sha256", "scaler_sha256", "global_version")}
        which = {"n": number, "run": 1, "number": number, "rounds": self.rounds, "task": self.task.name, "seed": 5}
        closing = {"closes_at": NOW, "closes_in_seconds": 600, "awaited": ["KNH", "MTRH"]}
        return Assignment.model_validate({**base, **which, "proximal": self.proximal, **closing, **changes})

    def _run(self) -> dict[str, Any]:
        state = "finished" if self._is_over else "running"
        facts = {"id": 1, "task": self.task.name, "state": state, "rounds": self.rounds, "published": 0, "quorum": 2}
        how = {"deadline_seconds": 600, "strategy": "fedavg", "parameters": {}, "late": "refuse", "seed": 5}
        return {**facts, **how, "hospitals": [], "current": None, "opened_at": str(NOW)}


@dataclass
class Taking:
    """An envoy that takes part; ``sleep`` is told each pause and may change something meanwhile."""

    url: str
    home: Path
    tables: Path
    tasks: tuple[TaskName, ...] = (DIAGNOSIS_COUNT.name,)
    rules: HouseRules = USUAL_RULES
    hours: Hours | None = None
    local_time: Callable[[], datetime] = lambda: NOW
    sleep: Callable[[float], None] = lambda seconds: None
    between: Callable[[TaskName], None] = lambda task: None
    renew: Callable[[], bool] = lambda: False
    told: list[Told] = field(default_factory=list)

    @property
    def events(self) -> list[str]:
        return [each.event for each in self.told]

    def said(self, event: str) -> str:
        return next(each.sentence for each in self.told if each.event == event)

    @property
    def client(self) -> DirectorClient:
        return DirectorClient(self.url, "fld_x", timeout_seconds=5, attempts=0, ledger=Ledger(self.home))

    def participant(self, client: DirectorClient | None = None) -> Participant:
        expires = NOW + timedelta(days=90)
        membership = Membership(director=self.url, envoy_name=KNH, token="fld_x", expires_at=expires)
        patients = Patients(self.tables, seed=0, held_out_share=0.2)
        return Participant(client or self.client, membership, self.home, House(self.rules, self.tasks), patients)

    def take_part(self, runs: int | None = 1, in_run: int | None = None) -> None:
        client, bulletin = self.client, Bulletin(self.home, self.told.append)
        participant, sender = self.participant(client), Sender(client, KNH, Outbox(self.home, self.url), bulletin)
        holds = Holds(Switches(self.home), self.hours, self.local_time)
        loop = Participation(
            client,
            KNH,
            participant,
            sender,
            holds,
            bulletin,
            between=self.between,
            renew=self.renew,
            sleep=self.sleep,
        )
        loop.take_part(runs, in_run=in_run)
