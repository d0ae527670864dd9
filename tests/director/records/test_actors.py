"""Who acts is a text for the audit, and the house itself always may."""

from datetime import UTC, datetime

import pytest

from director.records.actors import Actor
from director.records.ledger import Ledger


def test_an_actor_is_its_name_for_the_audit():
    assert Actor("admin:cli") == "admin:cli"
    assert f"{Actor('admin:cli')}" == "admin:cli"


def test_who_acts_without_a_token_always_may(ledger: Ledger):
    with ledger.read() as session:
        Actor("admin:cli").require_right(session, datetime.max.replace(tzinfo=UTC))


def test_the_ledger_asks_under_its_lock_and_nothing_happens_where_the_answer_is_no(ledger: Ledger):
    class Banished(Actor):
        def require_right(self, session, now) -> None:
            assert session.in_transaction()
            assert now == ledger.clock()
            raise PermissionError("banished")

    with pytest.raises(PermissionError, match="banished"), ledger.act(Banished("somebody")):
        pytest.fail("somebody who may not has begun")
