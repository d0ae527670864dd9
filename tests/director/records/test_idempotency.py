"""One key, one act: what a caller did under a key is found again, and by nobody else."""

import pytest
from sqlalchemy import func, select

from director.errors import IdempotencyKeyReusedError, MalformedRequestError
from director.records import idempotency
from director.records.ledger import Ledger
from director.records.schema import IdempotencyKeyRow

REQUEST = ["issue_token", "analyst", "", "None"]


def found(ledger: Ledger, caller: str, key: str | None, request: list[str]) -> str | None:
    with ledger.read() as session:
        return idempotency.find(session, caller, key, request)


@pytest.fixture
def used(ledger: Ledger) -> Ledger:
    """A ledger in which one caller has used one key."""
    with ledger.act("admin:cli") as act:
        idempotency.keep(act, "mine", REQUEST, "token-1")
    return ledger


def test_the_same_request_under_its_key_finds_what_the_first_one_left(used: Ledger):
    assert found(used, "admin:cli", "mine", REQUEST) == "token-1"


def test_another_key_another_caller_and_no_key_find_nothing(used: Ledger):
    assert found(used, "admin:cli", "yours", REQUEST) is None
    assert found(used, "admin:t2", "mine", REQUEST) is None
    assert found(used, "admin:cli", None, REQUEST) is None


def test_another_request_under_the_same_key_is_refused(used: Ledger):
    with pytest.raises(IdempotencyKeyReusedError):
        found(used, "admin:cli", "mine", ["issue_token", "admin", "", "None"])


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_that_is_empty_or_too_long_is_refused(ledger: Ledger, key: str):
    with pytest.raises(MalformedRequestError, match="1 to 200"):
        found(ledger, "admin:cli", key, REQUEST)
    assert found(ledger, "admin:cli", "k" * 200, REQUEST) is None


def test_without_a_key_nothing_is_remembered(ledger: Ledger):
    with ledger.act("admin:cli") as act:
        idempotency.keep(act, None, REQUEST, "token-1")
    with ledger.read() as session:
        assert session.scalar(select(func.count()).select_from(IdempotencyKeyRow)) == 0


def test_a_key_of_an_act_that_failed_is_fresh(ledger: Ledger):
    def fail() -> None:
        with ledger.act("admin:cli") as act:
            idempotency.keep(act, "mine", REQUEST, "token-1")
            act.session.flush()
            raise RuntimeError("after all")

    with pytest.raises(RuntimeError):
        fail()
    assert found(ledger, "admin:cli", "mine", REQUEST) is None
