"""Which kept files rows refer to: every one of them, in a database of this version and of the one before."""

from sqlalchemy import select

from contract.artifacts.model_file import write_model
from contract.names import Digest
from director.records.references import referred_digests
from director.records.schema import SubmissionFileRow
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def test_every_file_on_the_disk_is_named_by_a_row_and_the_other_way_round(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    headers = {**federation.admin, "Content-Type": "text/csv"}
    table = b"label,diagnosis_count\nlow,3\nhigh,20\n"
    assert federation.http.put("/validation/diagnosis_count", content=table, headers=headers).status_code == 200
    for each in five_hospitals:
        each.train_and_upload()
    assert federation.aggregate().status_code == 201
    orphan, _ = federation.director.blobs.keep(b"an upload whose row was never written")
    with federation.director.database.read() as session:
        named = referred_digests(session)
        assert named == set(federation.director.blobs.digests()) - {orphan}
        some = {orphan, *sorted(named)[::2]}
        assert referred_digests(session, some) == some - {orphan}
        assert referred_digests(session, set()) == set()


def test_where_nothing_was_uploaded_only_the_tasks_starts_are_named(federation: FederationSimulator):
    tasks = federation.director.catalogue.values()
    starts = {Digest.of(write_model(task.initial_state(), task.layout)) for task in tasks}
    with federation.director.database.read() as session:
        assert referred_digests(session) == starts


def test_a_row_that_was_pruned_keeps_its_files_no_more(federation: FederationSimulator, hospital: SimulatedHospital):
    model = hospital.train_and_upload()["files"]["model"]["sha256"]
    with federation.director.ledger.act("director") as act:
        for file in act.session.scalars(select(SubmissionFileRow)):
            file.pruned_at = act.now
        act.session.flush()
        assert model not in referred_digests(act.session)
        assert referred_digests(act.session, {Digest(model)}) == set()
        assert referred_digests(act.session)  # the starts'
