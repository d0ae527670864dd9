"""How often: guesses of an address, uploads and requests of a token."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from director.errors import TooManyRequestsError
from director.members.access import ALL, Permission
from director.members.rates import MAX_KEYS, RateLimit, neighbourhood
from tests.federation_simulator import FederationSimulator, SimulatedHospital

NOW = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


def is_taken(rate: RateLimit, key: str, now: datetime) -> bool:
    try:
        rate.take(key, now)
    except TooManyRequestsError:
        return False
    return True


def test_a_minutes_worth_is_taken_at_once_and_then_as_fast_as_it_comes_back():
    rate = RateLimit(6, "questions")
    assert [is_taken(rate, "a", NOW) for _ in range(8)] == [True] * 6 + [False] * 2
    assert is_taken(rate, "b", NOW)
    with pytest.raises(TooManyRequestsError, match="questions") as refused:
        rate.take("a", NOW + timedelta(seconds=3.5))
    wait = refused.value.facts["retry_after_seconds"]
    assert wait == 7
    later = NOW + timedelta(seconds=3.5 + wait)
    assert [is_taken(rate, "a", later) for _ in range(2)] == [True, False]


@given(st.integers(1, 20), st.lists(st.floats(0, 30), min_size=1, max_size=200))
def test_no_minute_sees_more_than_one_rest_and_one_refill(per_minute: int, pauses: list[float]):
    rate, now, taken = RateLimit(per_minute, "questions"), NOW, []
    for pause in pauses:
        now += timedelta(seconds=pause)
        if is_taken(rate, "a", now):
            taken.append(now)
    for begin in taken:
        assert sum(begin <= each < begin + timedelta(minutes=1) for each in taken) <= 2 * per_minute


@given(st.integers(1, 20), st.lists(st.floats(0, 30), min_size=1, max_size=100))
def test_whoever_waits_as_long_as_told_is_taken(per_minute: int, pauses: list[float]):
    rate, now = RateLimit(per_minute, "questions"), NOW
    for pause in pauses:
        now += timedelta(seconds=pause)
        try:
            rate.take("a", now)
        except TooManyRequestsError as error:
            wait = error.facts["retry_after_seconds"]
            assert isinstance(wait, int)
            now += timedelta(seconds=wait)
            rate.take("a", now)


def test_an_attempt_that_succeeds_costs_nothing_and_one_that_fails_costs_one():
    rate = RateLimit(2, "guesses")

    def attempt(*, succeeds: bool) -> None:
        with rate.of_failures("a", NOW):
            if not succeeds:
                raise KeyError("no such code")

    for _ in range(5):
        attempt(succeeds=True)
    for _ in range(2):
        with pytest.raises(KeyError):
            attempt(succeeds=False)
    with pytest.raises(TooManyRequestsError):
        attempt(succeeds=True)


def test_no_limit_is_no_limit():
    rate = RateLimit(0, "questions")
    assert all(is_taken(rate, "a", NOW) for _ in range(10_000))


def test_a_flood_of_addresses_takes_no_more_memory():
    rate = RateLimit(2, "questions")
    for key in ("busy", "away", *map(str, range(MAX_KEYS - 2)), "busy"):
        rate.take(key, NOW)
    rate.take("one more", NOW)
    assert not is_taken(rate, "busy", NOW)
    assert [is_taken(rate, "away", NOW) for _ in range(3)] == [True, True, False]  # forgotten: it begins anew
    for number in range(MAX_KEYS):
        rate.take(f"more {number}", NOW)
    assert len(rate._used_until) == MAX_KEYS


def test_a_clock_that_is_set_back_shuts_nobody_out():
    rate = RateLimit(1, "questions")
    rate.take("a", NOW + timedelta(days=1))
    assert [is_taken(rate, "a", NOW) for _ in range(2)] == [True, False]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9%eth0", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_a_sender_is_known_by_what_it_can_hold_of_addresses(address: str, expected: str):
    assert neighbourhood(address) == expected


# --- at the front desk ------------------------------------------------------------------------------------------------


def guess(http: TestClient, token: str | None):
    return http.get("/tasks", headers={"Authorization": f"Bearer {token}"} if token is not None else {})


@pytest.fixture
def narrow(tmp_path):
    with FederationSimulator(tmp_path / "director", guesses_per_minute=6, uploads_per_minute=3) as federation:
        yield federation


def test_a_guesser_must_wait_and_the_hospital_at_its_address_gets_in_all_the_same(narrow: FederationSimulator):
    hospital = narrow.enrol("KUTRRH")
    expired = narrow.token("analyst", holds=timedelta(seconds=1))
    narrow.clock.pass_by(seconds=1)
    answers = [guess(narrow.http, token) for token in [expired, "fld_unknown"] * 4]
    assert [answer.status_code for answer in answers] == [401] * 6 + [429] * 2
    assert {answer.headers.get("retry-after") for answer in answers} == {None, "10"}
    assert (answers[-1].json()["code"], answers[-1].json()["hint"] != "") == ("too_many_requests", True)
    assert {**answers[-1].json(), "request_id": ""} == {**answers[-2].json(), "request_id": ""}
    assert hospital.train_and_upload()["verdict"] == "admitted"
    assert guess(TestClient(narrow.http.app, client=("192.0.2.9", 1)), "fld_unknown").status_code == 401
    assert guess(narrow.http, None).status_code == 401  # no token is no guess
    narrow.clock.pass_by(seconds=10)
    assert [guess(narrow.http, "fld_unknown").status_code for _ in range(2)] == [401, 429]


def test_guesses_of_codes_are_limited_before_they_reach_the_database(narrow: FederationSimulator, monkeypatch):
    code = narrow.http.post("/envoys", json={"envoy_name": "KNH"}, headers=narrow.admin).json()["code"]

    def join(text: str):
        return narrow.http.post("/join", json={"code": text})

    assert [join(f"join_{number}").status_code for number in range(6)] == [401] * 6
    with monkeypatch.context() as patched:
        patched.setattr(narrow.director.database, "write", lambda: pytest.fail("a guess took the write lock"))
        refused = join("join_7")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "10")
    assert join(code).status_code == 429  # unlike a token, a code is not known before it is tried
    narrow.clock.pass_by(seconds=10)
    assert join(code).status_code == 201


def test_hospitals_that_join_from_one_address_are_not_held_up(narrow: FederationSimulator):
    assert [narrow.enrol(f"Hospital{number}").name for number in range(20)]


def test_a_tokens_uploads_are_limited_before_their_body_is_read(narrow: FederationSimulator):
    hospital, other = narrow.enrol("KUTRRH"), narrow.enrol("MTRH")
    assert hospital.send_statistics().status_code == 201
    parcel = hospital.parcel()
    assert [hospital.upload(parcel).status_code for _ in range(3)] == [201, 200, 429]
    refused = hospital.send_statistics()
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "20")
    assert hospital.upload(parcel).headers["connection"] == "close"
    assert hospital.infer({"diagnosis_count": 3}).status_code == 200
    assert other.send_statistics().status_code == 201
    narrow.clock.pass_by(seconds=20)
    assert hospital.upload(parcel).status_code == 200


def test_all_requests_of_a_token_can_be_limited(tmp_path):
    with FederationSimulator(tmp_path / "director", requests_per_minute=40) as federation:
        hospital = federation.enrol("KUTRRH")
        statuses = [hospital.infer({"diagnosis_count": 3}).status_code for _ in range(50)]
        assert statuses == [409] * 40 + [429] * 10  # 409: it has no model yet
        assert federation.http.get("/tasks", headers=federation.analyst).status_code == 200
        assert federation.http.get("/health/live").status_code == 200


def test_inferences_are_not_limited_unless_asked_for(federation: FederationSimulator, hospital: SimulatedHospital):
    admit = federation.director.access.admit
    authorization = hospital.headers["Authorization"]
    for _ in range(20_000):
        assert admit(authorization, Permission(ALL), "192.0.2.1")
