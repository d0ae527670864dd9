"""An admin's whole day at the dashboard, by keyboard alone, with real envoys at work."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from simulation.consortium import write_consortium
from tests.browser.hands import Hands
from tests.browser.signed_in import Visitor
from tests.real_processes import RealDirector, RealEnvoy, participating

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folders = write_consortium(tmp_path_factory.mktemp("tables"), hospitals=2, patients=150, seed=1)
    return dict(zip(("KNH", "Embu"), folders, strict=True))


def within(seconds: float, seen: Callable[[], object]) -> float:
    began = time.monotonic()
    seen()
    took = time.monotonic() - began
    assert took <= seconds
    return took


def test_from_the_first_hospital_to_a_verified_audit(
    page: Page, director: RealDirector, tables: dict[str, Path], tmp_path: Path
) -> None:
    visitor, hands = Visitor(page, director), Hands(page)

    def button(name: str) -> Locator:
        return page.get_by_role("button", name=name, exact=True)

    main = page.get_by_role("main")
    said = director.run("token", "link", "--person", "Jane Wanjiru", "--url", director.url)
    page.goto(next(word for word in (said.stdout + said.stderr).split() if "/dashboard/sign-in#" in word))

    # the first hospital
    expect(main).to_contain_text("No hospitals yet")
    visitor.goes_to("/hospitals/add")
    hands.write(page.get_by_role("textbox", name="Name", exact=True), "KNH")
    hands.press(button("Add it and make its kit"))
    command = page.get_by_role("group", name="Join, once")
    expect(command).to_contain_text("join_")
    line = command.inner_text().split()
    knh = RealEnvoy(tmp_path / "KNH", tables["KNH"])
    knh.run("join", "--director", director.url, "--code", next(word for word in line if word.startswith("join_")))
    expect(main).to_contain_text("KNH has joined")
    embu = director.enrol("Embu", tables["Embu"], tmp_path / "Embu")

    # its model arrives while the admin looks
    visitor.goes_to("/submissions")
    for envoy in (knh, embu):
        envoy.run("statistics")
    expect(page.get_by_role("row").filter(has_text="KNH")).to_have_count(0)
    knh.run("train")  # the command ends once it has its receipt
    within(1, lambda: expect(page.get_by_role("row").filter(has_text="KNH")).to_have_count(1, timeout=3_000))
    embu.run("train")
    within(1, lambda: expect(page.get_by_role("row").filter(has_text="Embu")).to_have_count(1, timeout=3_000))

    # the first version: looked at, then made
    visitor.goes_to("/aggregate")
    hands.press(button("Preview"))
    expect(main).to_contain_text("What can't be known")  # of two, neither is the odd one
    assert director.json("model", "list") == []
    hands.press(button("Make the version"))
    hands.press(page.get_by_role("dialog").get_by_role("button", name="Make the version", exact=True))
    expect(main).to_contain_text("Version 1")
    assert [each["version"] for each in director.json("model", "list")] == [1]

    # three rounds, watched
    with participating(knh), participating(embu):
        visitor.goes_to("/runs/open")
        hands.write(page.get_by_role("textbox", name="Rounds", exact=True), "3")
        hands.press(button("Open the run"))
        expect(page.get_by_role("heading", level=1)).to_contain_text("1")
        expect(main).to_contain_text("3 of 3 rounds published", timeout=60_000)
    assert director.json("model", "list")[0]["version"] == 4

    # a patient
    visitor.goes_to("/patient")
    hands.write(page.get_by_role("textbox", name="diagnosis_count"), "9")
    hands.press(button("Ask"))
    expect(main.get_by_text("version 4", exact=False).first).to_be_visible()
    assert "9" not in page.url.rpartition("/")[2]

    # back to the first version
    visitor.goes_to("/models/1")
    hands.press(button("Roll back to this version"))
    dialog = page.get_by_role("dialog")
    hands.write(dialog.get_by_role("textbox", name="Type 1 to confirm"), "1")
    hands.write(dialog.get_by_role("textbox", name="Reason"), "a trial")
    hands.press(dialog.get_by_role("button", name="Roll back to this version", exact=True))
    expect(main).to_contain_text("It is the current version.")
    assert [each["version"] for each in director.json("model", "list") if each["published"]] == [1]

    # and all of it is on record, in her name
    visitor.goes_to("/audit")
    expect(main).to_contain_text("Jane Wanjiru")
    hands.press(button("Verify the chain"))
    expect(main).to_contain_text("The chain is whole")
    assert visitor.complaints == []
