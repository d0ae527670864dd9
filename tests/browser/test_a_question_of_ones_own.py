"""A consortium's own question: a task that was added, asked about by the form, answered with a probability."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx
import numpy as np
from playwright.sync_api import ViewportSize, expect

from contract.scaler import ScalerState
from contract.tasks.task_file import read_task_file
from tests.browser.album import Album
from tests.browser.hands import Hands
from tests.browser.signed_in import Visitor
from tests.federation_simulator import SimulatedHospital
from tests.real_processes import RealDirector
from tests.table_task import PATIENT, TEXT

OF_RECORDS = """\
name = "stays_long"
title = "A stay of more than a week"
notice = "Made up for tests."
source = "mimic-iv"
index = "admission"
availability = ["static", "at_admission", "history"]

[[features]]
name = "age"
source = "age"
kind = "number"
unit = "years"
availability = "static"
minimum = 18
maximum = 120

[[features]]
name = "admission_type"
source = "admission_type"
kind = "category"
availability = "at_admission"
categories = ["ELECTIVE", "EW EMER.", "URGENT"]

[outcome]
kind = "binary"
source = "stayed_longer"
label = "stayed more than 7 days"
days = 7

[model]
kind = "logistic"

[plan]
optimizer = "sgd"
learning_rate = 0.1
batch_size = 32
epochs = 2

[split]
validation = 0.15
test = 0.2

[risk]
bounds = [0.1, 0.3]
"""
Look = tuple[str, ViewportSize]
WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)
BOTH_LOOKS: tuple[Look, ...] = (("light", WIDE), ("dark", NARROW))
_SETTLED_MS = 300


@dataclass
class Ward(SimulatedHospital):
    """A hospital of the task's own table."""

    raw: np.ndarray = field(default_factory=lambda: np.empty((0, 4)), repr=False)

    @property
    def own_scaler(self) -> ScalerState:
        return self.task.fit_scaler(self.task.encode(self.raw))


def learned(director: RealDirector) -> None:
    """Add both tasks, and let two hospitals learn them until there are global models."""
    client = httpx.Client(base_url=director.url, headers=director.admin, timeout=30)
    tokens = []
    for name in ("KNH", "Embu"):
        code = client.post("/envoys", json={"envoy_name": name}).json()["code"]
        tokens.append((name, client.post("/join", json={"code": code}).json()["token"]))
    for text, below in ((TEXT, (90, 5, 2, 3)), (OF_RECORDS, (90, 3))):
        added = client.post("/tasks", content=text, headers={"Content-Type": "application/toml"})
        assert added.status_code == 201, added.text
        task = read_task_file(text.encode())
        for seed, (name, token) in enumerate(tokens):
            random = np.random.default_rng(seed)
            raw = np.stack([random.integers(0, most, 60) for most in below], axis=1).astype(np.float64)
            raw[:, 0] += 18
            ward = Ward(name, client, token, raw[:, 0], task, raw=raw)
            assert ward.send_statistics().status_code == 201
            ward.train_and_upload(nudge=seed)
        made = client.post("/aggregations", json={"task": task.name})
        assert made.status_code == 201, made.text


def asked(director: RealDirector, task: str, inputs: object) -> dict[str, Any]:
    question = {"task": task, "inputs": inputs}
    answer = httpx.post(f"{director.url}/infer_global", json=question, headers=director.admin)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def is_for_everybody(visitor: Visitor, album: Album | None, name: str, looks: Sequence[Look] = BOTH_LOOKS) -> None:
    for scheme, size in BOTH_LOOKS if album is not None else looks:
        visitor.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of two
        visitor.page.set_viewport_size(size)
        visitor.page.wait_for_timeout(_SETTLED_MS)
        assert visitor.violations() == [], (name, scheme)
        assert not visitor.scrolls_sideways(), (name, scheme)
        if album is not None:
            album.keep(visitor.page, f"{name}-{scheme}")
    visitor.page.set_viewport_size(WIDE)


def test_it_is_asked_by_the_form_by_a_file_and_by_a_record(
    admin: Visitor, director: RealDirector, album: Album | None
) -> None:
    learned(director)
    page, hands = admin.page, Hands(admin.page)
    main = page.get_by_role("main")
    admin.goes_to("/patient")
    page.get_by_label("Task", exact=True).select_option("falls")

    # by keyboard, with what is not known said to be so
    age = page.get_by_role("textbox", name="age")
    hands.write(age, "71.5")
    hands.write(page.get_by_role("textbox", name="earlier_falls"), "2")
    hands.press(page.get_by_role("radio", name="yes"), "Space")
    page.get_by_role("combobox", name="ward").select_option("not known")
    hands.press(page.get_by_role("button", name="Ask", exact=True))
    found = asked(director, "falls", {**PATIENT, "ward": None})
    expect(main).to_contain_text(f"{found['probability']:.1%}")
    expect(main).to_contain_text(f"{found['risk_level'].capitalize()} risk")
    expect(main).to_contain_text("the declared value stands for it: ward")
    adds = page.get_by_role("table", name="What each feature adds")
    expect(adds).to_contain_text("what every patient has")
    expect(adds.get_by_role("row")).to_have_count(len(found["contributions"]) + 2)
    is_for_everybody(admin, album, "patient-binary")

    # whom the task leaves out has no low risk
    hands.write(age, "12")
    hands.press(page.get_by_role("button", name="Ask", exact=True))
    expect(main).to_contain_text("The task leaves out patients with age < 18.")
    expect(main).to_contain_text("That is no low risk")
    expect(main.get_by_text("Low risk", exact=True)).to_have_count(0)
    is_for_everybody(admin, album, "patient-abstained", BOTH_LOOKS[:1])

    # a file of three, of whom one is left out
    page.get_by_role("tab", name="A file of patients").click()
    rows = "age,earlier_falls,walks_alone,ward\n71.5,2,1,\n12,0,true,surgical\n40,,0,medical\n"
    file = {"name": "patients.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]  # Playwright's own form
    page.get_by_role("button", name="Ask for all").click()
    expect(main).to_contain_text("2 rows answered, 1 without an answer")
    expect(page.get_by_role("row").filter(has_text="no answer")).to_contain_text("33.3%")
    is_for_everybody(admin, album, "patient-binary-file", BOTH_LOOKS[1:])
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download the answers as CSV").click()
    head, first, second, _ = Path(saved.value.path()).read_text().splitlines()
    assert head == "row,probability,risk_level,abstained"
    assert first.startswith(f"1,{found['probability']:.9f},")
    assert second == "2,,,The task leaves out patients with age < 18."

    # where a question is a record no file is asked for
    page.get_by_label("Task", exact=True).select_option("stays_long")
    expect(main).to_contain_text("a CSV file holds none")
    page.get_by_role("tab", name="One patient").click()
    hands.press(page.get_by_role("button", name="Add an admission"))
    page.keyboard.type("2026-02-24 14:38")
    expect(page.get_by_role("group", name="Admission 2: asked about")).to_be_visible()
    hands.press(page.get_by_role("button", name="Ask", exact=True))
    expect(main.get_by_role("alert")).to_contain_text("need another look")
    is_for_everybody(admin, album, "patient-record")
    hands.press(page.get_by_role("button", name="Remove admission 1"))
    hands.write(page.get_by_role("textbox", name="age"), "64")
    page.get_by_role("combobox", name="Admission type").select_option("EW EMER.")
    hands.write(page.get_by_role("textbox", name="ICD-10 codes"), "I50.9, X!")
    hands.press(page.get_by_role("button", name="Ask", exact=True))
    expect(main).to_contain_text("X! is no code")
    hands.write(page.get_by_role("textbox", name="ICD-10 codes"), "I50.9, QQQ")
    hands.press(page.get_by_role("button", name="Ask", exact=True))
    stay = {
        "admitted": "2026-02-24 14:38",
        "diagnoses": [{"icd_code": code, "icd_version": 10} for code in ("I50.9", "QQQ")],
    }
    found = asked(director, "stays_long", {"age": 64, "admission_type": "EW EMER.", "admissions": [stay]})
    expect(main).to_contain_text(f"{found['probability']:.1%}")
    assert found["unknown_codes"] == 1
    expect(main).to_contain_text("One of the diagnosis codes maps to nothing")
    assert admin.complaints == []
