"""Many at once, on two processes that serve one folder."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
import requests

from contract.names import Digest
from tests.faults.house import House, Sender, found_house
from tests.faults.scale import record, scaled
from tests.real_processes import ForkedDirector, RealDirector

ROUNDS = scaled(1, 10)
RETRIES = 50
FILES = 20

T = TypeVar("T")

pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def busy_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A director of two worker processes."""
    house = found_house(ForkedDirector(tmp_path_factory.mktemp("house") / "director"))
    house.director.stop()
    house.move_to(RealDirector(house.director.folder, {"DIRECTOR_WORKERS": "2"}))
    house.director.start()
    yield house
    house.director.stop()


def at_once(acts: Sequence[Callable[[], T]]) -> list[T]:
    """Do all acts at the same time, each on a connection of its own."""
    with ThreadPoolExecutor(len(acts)) as threads:
        return [each.result() for each in [threads.submit(act) for act in acts]]


def assert_all_workers_answer_from(digest: str, sender: Sender) -> None:
    """Twenty answers in a row come from the version, soon."""
    right, until = 0, time.monotonic() + 10
    while right < 20:
        assert time.monotonic() < until
        right = right + 1 if sender.infer().json()["model"]["sha256"] == digest else 0


def test_one_key_sent_fifty_times_at_once_is_one_version(busy_house: House):
    sender, statuses = busy_house.senders[0], Counter[int]()
    for number in range(ROUNDS):
        before = len(sender.kept())
        model = sender.train()
        answers = at_once([partial(sender.send, model, **{"Idempotency-Key": f"key {number}"})] * RETRIES)
        statuses.update(answer.status_code for answer in answers)
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len(sender.kept()) == before + 1
    assert statuses == {201: ROUNDS, 200: ROUNDS * (RETRIES - 1)}
    busy_house.assert_whole()
    record(
        f"the same Idempotency-Key {RETRIES} × at once, {ROUNDS} times, 2 workers",
        bar="one version",
        reached=f"one version each; statuses {dict(statuses)}",
    )


def test_twenty_files_of_one_hospital_at_once_are_twenty_versions(busy_house: House):
    sender, statuses = busy_house.senders[1], Counter[int]()
    for _ in range(ROUNDS):
        before = len(sender.kept())
        models = [sender.train() for _ in range(FILES)]
        answers = at_once([partial(sender.send, model) for model in models])
        statuses.update(answer.status_code for answer in answers)
        made = {answer.json()["version"]: model for answer, model in zip(answers, models, strict=True) if answer.ok}
        assert sorted(made) == list(range(before + 1, before + 1 + len(made)))
        assert all(answer.ok or answer.status_code == 409 for answer in answers)
        assert_all_workers_answer_from(Digest.of(made[max(made)]), sender)
    busy_house.assert_whole()
    record(
        f"one hospital sends {FILES} files at once, {ROUNDS} times, 2 workers",
        bar="20 versions or clear 409s, current = last committed",
        reached=f"statuses {dict(statuses)}, the current one is the last committed on both workers",
    )


def test_aggregates_during_uploads_rest_on_versions_that_were_current_together(busy_house: House):
    acts: list[Callable[[], requests.Response]] = []
    for sender in busy_house.senders:
        acts += [partial(sender.send, sender.train()) for _ in range(6)]
    acts += [busy_house.aggregate] * 6
    answers = [answer for _ in range(ROUNDS) for answer in at_once(acts)]
    assert {answer.status_code for answer in answers} <= {200, 201}
    kept = {sender.name: sender.kept() for sender in busy_house.senders}
    for model in busy_house.listed():
        for each in model["inputs"]:
            assert kept[each["envoy_name"]][each["version"]] == each["model_sha256"]
    busy_house.assert_whole()
    record(
        "6 aggregates during 18 uploads, 2 workers",
        bar="each rests on admitted versions; nothing lost",
        reached=f"{len(answers)} acts, all 2xx; every input is a version under its digest",
    )


def test_of_two_aggregates_at_once_one_makes_the_version_and_the_other_is_told_that_nothing_is_new(busy_house: House):
    for _ in range(ROUNDS):
        busy_house.senders[0].upload()
        answers = at_once([busy_house.aggregate] * 2)
        assert sorted(answer.status_code for answer in answers) == [200, 201]
        one, other = (answer.json() for answer in answers)
        assert (one["version"], one["sha256"]) == (other["version"], other["sha256"])
    busy_house.senders[0].upload()
    again = at_once([partial(busy_house.aggregate, **{"Idempotency-Key": "once"})] * 10)
    assert {answer.status_code for answer in again} == {201}
    assert len({answer.json()["version"] for answer in again}) == 1
    busy_house.assert_whole()


def test_publishing_against_aggregating_leaves_one_current_version(busy_house: House):
    for _ in range(ROUNDS * 3):
        busy_house.senders[0].upload()
        acts: list[Callable[[], requests.Response]] = [busy_house.aggregate, partial(busy_house.publish, 1)]
        answers = at_once(acts * 3)
        assert {answer.status_code for answer in answers} <= {200, 201, 409}  # 409: others published all the while
        assert {answer.json()["code"] for answer in answers if not answer.ok} <= {"conflict"}
        current = [each for each in busy_house.listed() if each["published"]]
        assert len(current) == 1
    busy_house.assert_whole()
    record(
        "publishing against aggregating, 3 and 3 at once, 2 workers",
        bar="one current version; view, pointer and answers agree",
        reached=f"{ROUNDS * 3} of {ROUNDS * 3} times",
    )


def test_a_backup_under_load_holds_all_that_was_acknowledged_before_it(busy_house: House, tmp_path: Path):
    stop = False

    def keep_sending(sender: Sender) -> None:
        while not stop:
            assert sender.send(sender.train()).ok

    with ThreadPoolExecutor(len(busy_house.senders)) as threads:
        busy = [threads.submit(keep_sending, sender) for sender in busy_house.senders]
        try:
            for number in range(scaled(1, 5)):
                before = {sender.name: dict(sender.acknowledged) for sender in busy_house.senders}
                busy_house.director.run("backup", str(tmp_path / f"copy-{number}"))
        finally:
            stop = True
        for each in busy:
            each.result()
    elsewhere = ForkedDirector(tmp_path / "elsewhere")
    busy_house.director.run("audit", "export", "--out", str(tmp_path / "audit.jsonl"))
    elsewhere.run("restore", str(tmp_path / f"copy-{number}"), "--audit-export", str(tmp_path / "audit.jsonl"))
    assert House(elsewhere).defects() == []
    elsewhere.start()
    original = busy_house.director
    busy_house.move_to(elsewhere)  # the tokens hold, by the audit as it was at last
    for sender in busy_house.senders:
        assert before[sender.name].items() <= sender.kept().items()
    assert busy_house.global_models.items() <= {each["version"]: each["sha256"] for each in busy_house.listed()}.items()
    busy_house.move_to(original)
    elsewhere.stop()
    acknowledged = sum(len(each) for each in before.values())
    record(
        "backup under load, restored elsewhere",
        bar="all that was acknowledged before is there, fsck clean",
        reached=f"{acknowledged} of {acknowledged} uploads, fsck clean",
    )
