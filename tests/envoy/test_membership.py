"""What joining left at the hospital, and how its token is renewed."""

import json
from datetime import UTC, datetime

import pytest

from contract.names import EnvoyName
from envoy.errors import SettingsError
from envoy.membership import Membership

MEMBERSHIP = Membership(
    director="https://director.example",
    envoy_name=EnvoyName("KNH"),
    token="fld_old",
    expires_at=datetime(2026, 1, 1, tzinfo=UTC),
)


def issued(**changes: object) -> str:
    token = {"token": "fld_new", "id": "t2", "role": "hospital", "envoy_name": "KNH"}
    return json.dumps({**token, "expires_at": "2026-04-01T00:00:00Z", **changes})


def test_a_renewed_membership_is_the_same_but_for_its_token():
    renewed = MEMBERSHIP.renewed(issued())
    assert renewed == MEMBERSHIP.model_copy(update={"token": "fld_new", "expires_at": datetime(2026, 4, 1, tzinfo=UTC)})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("", "no issued token"),
        ("fld_new", "no issued token"),
        ('{"token": "fld_new"}', "no issued token"),
        (issued(envoy_name="MTRH"), "not KNH's"),
        (issued(role="admin", envoy_name=None), "not KNH's"),
    ],
)
def test_what_is_not_this_hospitals_token_is_refused(given: str, sentence: str):
    with pytest.raises(SettingsError, match=sentence):
        MEMBERSHIP.renewed(given)
