"""Submissions as they are kept: pages of them, and who sees which."""

from federation_simulator import FederationSimulator, SimulatedHospital


def test_a_hospital_does_not_see_another_ones_submissions(federation: FederationSimulator, hospital: SimulatedHospital):
    other = federation.enrol("MTRH")
    receipt = hospital.train_and_upload()
    assert other.http.get(f"/submissions/{receipt['id']}", headers=other.headers).status_code == 404
    assert other.http.get("/submissions?envoy_name=KUTRRH", headers=other.headers).status_code == 403
    assert other.http.get("/submissions", headers=other.headers).json() == {"items": [], "next": None}
    everything = federation.http.get("/submissions", headers=federation.admin).json()
    assert [each["id"] for each in everything["items"]] == [receipt["id"]]


def test_submissions_come_in_pages_newest_first(federation: FederationSimulator, hospital: SimulatedHospital):
    for nudge in range(5):
        federation.clock.pass_by(minutes=1)
        hospital.train_and_upload(nudge)
    seen, cursor = [], None
    while True:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = hospital.http.get("/submissions", params=query, headers=hospital.headers).json()
        seen += [each["version"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [5, 4, 3, 2, 1]
