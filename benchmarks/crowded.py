"""A database of a large federation, filled with direct rows: many hospitals, uploads, versions, a long run."""

from datetime import datetime, timedelta

import numpy as np

from contract.artifacts.model_file import write_model
from contract.artifacts.scaler_file import write_scaler
from contract.names import Digest, EnvoyName
from contract.scaler import ScalerState
from director.assembly import Director
from director.records.run_schema import ContributionRow, InvitationRow, RoundClosingRow, RoundRow, RunRow
from director.records.schema import (
    EnvoyRow,
    GlobalModelFileRow,
    GlobalModelRow,
    PublicationRow,
    SubmissionFileRow,
    SubmissionRow,
    TokenRow,
)
from simulation.demonstration import DEMONSTRATION

_METRICS = {"accuracy": 0.7, "macro_f1": 0.6, "loss": 0.8, "held_out": 40, "confusion": [[9, 1, 0]] * 3}


def crowd(director: Director, now: datetime, *, hospitals: int, uploads: int, versions: int, rounds: int) -> None:
    """Fill a federation that is new: ``uploads`` of each hospital, ``rounds`` of one open run."""
    task = DEMONSTRATION
    digest = Digest.of(b"x")
    files = {
        "model": director.blobs.keep(write_model(task.initial_state(), task.layout))[0],
        "scaler": director.blobs.keep(write_scaler(ScalerState.fitted(np.arange(1.0, 51.0)[:, None])))[0],
        "card": director.blobs.keep(b"{}")[0],
    }
    with director.database.write() as session:
        envoys = [
            EnvoyRow(name=EnvoyName(f"H{n:03}"), folded_name=f"h{n:03}", created_at=now, joined_at=now)
            for n in range(hospitals)
        ]
        session.add_all(envoys)
        session.flush()
        for row in envoys:
            session.add(
                TokenRow(
                    id=f"{row.id:012x}", sha256=Digest.of(row.name.encode()), role="hospital", envoy_id=row.id,
                    created_at=now, expires_at=now + timedelta(days=90), last_used_at=now,
                )
            )  # fmt: skip
            for number in range(1, uploads + 1):
                submission = f"{row.id:08x}{number:08x}"
                session.add(
                    SubmissionRow(
                        id=submission, envoy_id=row.id, task=task.name, task_digest=task.digest, version=number,
                        verdict="quarantined" if row.id % 9 == 0 else "admitted", base=digest, num_examples=50,
                        parcel=Digest.of(submission.encode()), created_at=now, decision=None,
                        metadata_json={
                            "task": task.name, "num_examples": 50, "base": digest, "metrics": _METRICS, "round": number
                        },
                        checks=[{"name": "norm", "passed": row.id % 9 > 0, "seen": "1", "bound": "2", "sentence": "s"}],
                        files=[
                            SubmissionFileRow(role=role, sha256=files[role], bytes=2000) for role in ("model", "scaler")
                        ],
                    )
                )  # fmt: skip
        run = RunRow(
            task=task.name, task_digest=task.digest, state="running", rounds=rounds, quorum=1, deadline_seconds=3600,
            strategy="clip+fedavg", parameters={}, late="refuse", seed=0, opened_at=now,
            invitations=[InvitationRow(envoy_id=each.id, choice="take_part", answered_at=now) for each in envoys],
        )  # fmt: skip
        session.add(run)
        session.flush()
        for number in range(1, rounds + 1):
            is_open = number == rounds
            opened = RoundRow(
                run_id=run.id, number=number, attempt=1, state="collecting" if is_open else "published", start_id=1,
                opened_at=now, closes_at=now + timedelta(hours=1), score=0.8,
            )  # fmt: skip
            session.add(opened)
            session.flush()
            if not is_open:
                session.add(RoundClosingRow(round_id=opened.id, closed_at=now))
            for each in envoys[: len(envoys) // 2 if is_open else None]:
                submission = f"{each.id:08x}{(number - 1) % uploads + 1:08x}"
                session.add(
                    ContributionRow(round_id=opened.id, envoy_id=each.id, submission_id=submission, returned_at=now)
                )
        for number in range(1, versions + 1):
            inputs = [
                {
                    "envoy_name": each.name, "version": 1, "submission_id": f"{each.id:08x}{1:08x}",
                    "model_sha256": digest, "scaler_sha256": digest, "num_examples": 50, "weight": 1 / hospitals,
                    "checks": [], "norm": 1.0, "cosine": 0.5, "distance": 0.2,
                }
                for each in envoys
            ]  # fmt: skip
            version = GlobalModelRow(
                task=task.name, task_digest=task.digest, version=number, strategy="clip+fedavg", parameters={},
                scaler="merged", num_examples=50 * hospitals, inputs=inputs, quarantined=[], standing=[], notes=[],
                metrics={each.name: _METRICS for each in envoys}, held_out=None, created_at=now,
                parent=number - 1 or None, round_id=number if number < rounds else None,
                files=[GlobalModelFileRow(role=role, sha256=sha256) for role, sha256 in files.items()],
            )  # fmt: skip
            session.add(version)
            session.flush()
            session.add(PublicationRow(task=task.name, global_model_id=version.id, actor="admin", created_at=now))
