"""The audit: every act is on record, is read in pages, and can be exported."""

import json
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from contract.names import EnvoyName
from contract.tasks import DIAGNOSIS_COUNT
from director.cli import app
from director.clock import utc_now
from director.errors import AuditDamagedError
from director.members.access import HOSPITAL, LOCAL_ADMIN, Principal
from director.members.events import EnvoyAdded
from director.records import audit
from director.records.chain import GENESIS, Walk, follow, read_lines
from director.records.database import Database
from director.records.ledger import Ledger
from director.records.schema import AuditRow
from tests.federation_simulator import FederationSimulator, SimulatedHospital


def acts(federation: FederationSimulator, **filters: str) -> list[str]:
    found = federation.http.get("/audit?limit=200", params=filters, headers=federation.admin)
    assert found.status_code == 200, found.text
    return [each["act"] for each in found.json()["items"]]


def tamper(federation: FederationSimulator, statement: str, *values: object) -> None:
    with sqlite3.connect(federation.file("director.db")) as connection:
        connection.execute(statement, values)


def run(federation: FederationSimulator, monkeypatch: pytest.MonkeyPatch, *arguments: object) -> Result:
    monkeypatch.setenv("DIRECTOR_DATA_DIR", str(federation.folder))
    return CliRunner().invoke(app, ["audit", *map(str, arguments)])


def test_an_empty_audit_is_whole(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'director.db'}")
    database.migrate()
    with database.read() as session:
        assert follow(audit.links(session), [audit.head(session, utc_now())]) == Walk(0, GENESIS)


def test_the_admin_reads_the_audit_in_pages_and_by_filters(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    for each in five_hospitals:
        each.train_and_upload()
    everything = acts(federation)
    paged: list[str] = []
    cursor: str | None = None
    while cursor is not None or not paged:
        asked: dict[str, str | int] = {"limit": 7, "cursor": cursor} if cursor else {"limit": 7}
        page = federation.http.get("/audit", params=asked, headers=federation.admin).json()
        paged += [each["act"] for each in page["items"]]
        cursor = page["next"]
    assert paged == everything
    assert acts(federation, act="upload.admit") == ["upload.admit"] * 5
    assert set(acts(federation, subject="KNH")) == {"envoy.add", "envoy.code", "statistics.keep", "upload.admit"}
    later = federation.clock.now.replace(year=2027).isoformat()
    assert acts(federation, since=later) == []
    assert federation.http.get("/audit?cursor=x", headers=federation.admin).status_code == 400
    assert federation.http.get("/audit?since=2026-01-01T00:00:00", headers=federation.admin).status_code == 422
    assert federation.http.get("/audit", headers=federation.analyst).status_code == 403


def test_the_export_over_http_is_what_verifies(federation: FederationSimulator, hospital: SimulatedHospital):
    hospital.train_and_upload()
    verified = federation.http.get("/audit/verify", headers=federation.admin).json()
    exported = federation.http.get("/audit/export", headers=federation.admin)
    assert exported.headers["content-type"] == "application/x-ndjson"
    walk = follow(read_lines(exported.content.splitlines(keepends=True)))
    assert (verified["is_whole"], verified["records"], verified["head"]["digest"]) == (True, walk.records, walk.last)


def test_a_tail_that_is_gone_after_a_stop_is_found_by_the_head_in_the_folder(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    hospital.train_and_upload()
    federation.restart()
    newest = json.loads(federation.file("audit.head").read_text())["seq"]
    tamper(federation, "DELETE FROM audit WHERE seq > ?", newest - 2)
    federation.restart()
    found = federation.http.get("/audit/verify", headers=federation.admin).json()
    assert (found["is_whole"], found["first_bad"]) == (False, newest - 1)
    assert json.loads(federation.file("audit.head").read_text())["seq"] == newest
    assert "audit.cut" in federation.file("logs", "director.log").read_text()


def test_a_record_that_can_not_be_read_is_named_and_not_an_error_of_the_director(
    federation: FederationSimulator, hospital: SimulatedHospital
):
    tamper(federation, "UPDATE audit SET facts = '{' WHERE seq = 3")
    found = federation.http.get("/audit/verify", headers=federation.admin).json()
    assert (found["first_bad"], found["defect"]) == (3, "Record 3 can't be read.")
    listed = federation.http.get("/audit", headers=federation.admin)
    assert (listed.status_code, listed.json()["code"]) == (503, "audit_damaged")
    assert b'"record":null' in federation.http.get("/audit/export", headers=federation.admin).content


def test_whatever_changes_something_or_reads_a_model_is_on_record(
    federation: FederationSimulator, five_hospitals: list[SimulatedHospital]
):
    writes = {
        "envoy.add": lambda: federation.enrol("Nyeri"),
        "statistics.keep": lambda: federation.hospitals["Nyeri"].send_statistics(),
        "upload.admit": lambda: five_hospitals[0].train_and_upload(),
        "model.aggregate": lambda: federation.aggregate(),
        "model.publish": lambda: federation.http.post("/global_models/1/publish", headers=federation.admin),
        "model.read": lambda: federation.http.get("/global_models/1/model.pt", headers=federation.analyst),
        "start.read": lambda: five_hospitals[1].blob(five_hospitals[1].start()["model_sha256"]),
        "model.answer": lambda: federation.director.models.answer(
            federation.let_hold(Principal("t1", HOSPITAL, EnvoyName("KNH"))), DIAGNOSIS_COUNT.name, 1, "accept"
        ),
        "envoy.expect": lambda: federation.director.members.expect(LOCAL_ADMIN, EnvoyName("Nyeri"), 400),
        "envoy.disable": lambda: federation.http.post("/envoys/Nyeri/disable", headers=federation.admin),
        "start.renew": lambda: None,  # follows from disabling: the merged scaler is another
    }
    for act, do in writes.items():
        if act == "model.publish":
            five_hospitals[0].train_and_upload(1)
            federation.aggregate()
        before = len(acts(federation, act=act))
        do()
        federation.director.readings.write()  # behind the answer
        expected = before + 1 if act != "start.renew" else before
        assert len(acts(federation, act=act)) == expected, act
    assert acts(federation)[:2] == ["start.renew", "envoy.disable"]
    federation.http.post("/envoys/Nyeri/enable", headers=federation.admin)
    assert acts(federation)[:2] == ["start.renew", "envoy.enable"]


def test_who_reaches_for_what_is_not_theirs_is_in_the_log(federation: FederationSimulator, hospital: SimulatedHospital):
    federation.enrol("MTRH")
    assert hospital.upload(hospital.parcel(), to="MTRH").status_code == 403
    assert hospital.http.get("/audit", headers=hospital.headers).status_code == 403
    logged = [json.loads(line) for line in federation.file("logs", "director.log").read_text().splitlines()]
    refused = [each for each in logged if each["event"] == "request.forbidden"]
    assert [each["path"] for each in refused] == ["/upload/MTRH", "/audit"]
    assert refused[0]["caller"].startswith("hospital:KUTRRH:")
    assert refused[1]["token_id"] == refused[0]["caller"].split(":")[2]


def test_the_commands_verify_the_database_and_an_export_against_checkpoints(
    federation: FederationSimulator, hospital: SimulatedHospital, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    kept, exported, cut_off = (tmp_path / name for name in ("kept.json", "audit.jsonl", "cut.jsonl"))
    hospital.train_and_upload()
    assert run(federation, monkeypatch, "checkpoint", "--out", kept).exit_code == 0
    assert run(federation, monkeypatch, "export", "--out", exported).exit_code == 0
    cut_off.write_bytes(b"".join(exported.read_bytes().splitlines(keepends=True)[:-1]))
    assert run(federation, monkeypatch, "verify", "--checkpoint", kept).exit_code == 0
    assert run(federation, monkeypatch, "verify", "--file", exported, "--checkpoint", kept).exit_code == 0
    assert run(federation, monkeypatch, "verify", "--file", cut_off).exit_code == 0
    newest = json.loads(kept.read_text())["seq"]
    missing = run(federation, monkeypatch, "verify", "--file", cut_off, "--checkpoint", kept, "--json")
    assert (missing.exit_code, json.loads(missing.stdout)["first_bad"]) == (5, newest)
    assert run(federation, monkeypatch, "verify", "--file", tmp_path / "none").exit_code == 2
    assert run(federation, monkeypatch, "verify", "--checkpoint", exported).exit_code == 5
    tamper(federation, "UPDATE audit SET actor = 'admin:nobody' WHERE seq = 2")
    found = run(federation, monkeypatch, "verify")
    assert (found.exit_code, found.stdout.strip()) == (5, "Record 2 is not what was digested.")
    assert any("record 2" in defect for defect in federation.director.upkeep.defects())


def test_the_list_escapes_what_a_terminal_would_obey(
    federation: FederationSimulator, hospital: SimulatedHospital, monkeypatch: pytest.MonkeyPatch
):
    tamper(federation, "UPDATE audit SET subject = ? WHERE act = 'envoy.add'", "\x1b[31m[red]\u202e")
    shown = run(federation, monkeypatch, "list", "--act", "envoy.add", "--json")
    assert json.loads(shown.stdout)[0]["subject"] == "\x1b[31m[red]\u202e"
    monkeypatch.setenv("COLUMNS", "300")
    shown = run(federation, monkeypatch, "list", "--act", "envoy.add")
    assert shown.exit_code == 0
    assert "\x1b" not in shown.stdout
    assert "\u202e" not in shown.stdout
    assert "\\x1b[31m[red]" in shown.stdout


def test_every_act_is_on_record_and_chained(federation: FederationSimulator, five_hospitals: list[SimulatedHospital]):
    for each in five_hospitals:
        each.train_and_upload()
    federation.aggregate()
    spoilt = five_hospitals[0].parcel(9)
    spoilt.model = b"x"
    five_hospitals[0].upload(spoilt)
    with federation.director.database.read() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
    previous: str = GENESIS
    for place, row in enumerate(rows, start=1):
        assert (row.seq, row.previous, row.digest) == (place, previous, audit.chained_digest(row))
        previous = row.digest
    acts = [row.act for row in rows]
    assert {"token.issue", "envoy.add", "envoy.code", "statistics.keep", "upload.admit", "model.aggregate"} < set(acts)
    assert acts[-1] == "upload.reject"


# --- what readers ask of it -------------------------------------------------------------------------------------------


def test_what_was_told_after_a_place_is_given_in_order_and_a_stretch_at_a_time(ledger: Ledger):
    names = [EnvoyName(f"Hospital{number}") for number in range(5)]
    for name in names:
        with ledger.act("admin:cli") as act:
            act.tell(EnvoyAdded(envoy=name))
    with ledger.read() as session:
        assert audit.newest_seq(session) == 5
        assert [each.event for each in audit.told_after(session, 2)] == [EnvoyAdded(envoy=name) for name in names[2:]]
        assert [each.seq for each in audit.told_after(session, 1, limit=2)] == [2, 3]
        assert audit.told_after(session, 5) == []


def test_an_audit_without_records_has_no_newest_one(ledger: Ledger):
    with ledger.read() as session:
        assert audit.newest_seq(session) == 0
        assert audit.told_after(session, 0) == []


def test_the_head_file_follows_the_chain_and_is_no_checkpoint_if_it_is_damaged(ledger: Ledger, tmp_path: Path):
    kept = audit.HeadFile(tmp_path / "audit.head")
    assert kept.read() is None
    for _ in range(2):
        with ledger.act("admin:cli") as act:
            act.tell(EnvoyAdded(envoy=EnvoyName("KNH")))
        with ledger.read() as session:
            kept.renew(session, ledger.clock())
            assert kept.read() == audit.head(session, ledger.clock())
    kept.path.write_bytes(b"{}")
    with pytest.raises(AuditDamagedError, match=r"audit\.head"):
        kept.read()
    with ledger.read() as session:
        kept.renew(session, ledger.clock())
    assert kept.path.read_bytes() == b"{}"  # it stays, as the evidence
