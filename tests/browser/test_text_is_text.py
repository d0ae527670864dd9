"""What a hostile hospital writes is text in the browser, wherever it stands."""

from playwright.sync_api import Page

from tests.browser.signed_in import Visitor
from tests.browser.standing import healthy
from tests.real_processes import RealDirector

HOSTILE = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"


def test_reasons_metrics_and_logs_are_text(page: Page, director: RealDirector) -> None:
    standing = healthy(director, cycles=1)
    knh, mtrh = standing.hospitals["KNH"], standing.hospitals["MTRH"]
    parcel = knh.parcel(9)
    parcel.metadata["software"] = {HOSTILE[:60]: HOSTILE[:60], "python": "3.11<b>"}
    parcel.log = b'{"epoch": 1, "loss": 0.5, "<script>alert(1)</script>": 1}\n'
    assert knh.upload(parcel).status_code == 201
    receipt = mtrh.train_and_upload(11)
    standing.ask("POST", f"/submissions/{receipt['id']}/reject", json={"reason": HOSTILE})
    standing.ask("PUT", "/global_models/1/note", json={"note": HOSTILE})
    standing.ask("POST", "/runs", json={"rounds": 1, "envoys": ["KNH", "MTRH"]})
    assert knh.answer_run(1, "refuse", reason=HOSTILE).status_code == 201
    newest = standing.ask("GET", "/submissions?envoy_name=KNH").json()["items"][0]["id"]

    visitor = Visitor(page, director).signs_in("admin", person="<b>Jane</b>")
    shown = 0
    for screen in (
        *("/", "/hospitals", "/hospitals/KNH", "/hospitals/MTRH", "/submissions", f"/submissions/{newest}"),
        *(f"/submissions/{receipt['id']}", "/models", "/models/1", "/runs", "/runs/1", "/audit", "/tokens"),
        "/hospitals/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
        "/submissions?envoy_name=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    ):
        visitor.goes_to(screen)
        assert "taken" not in page.title()
        assert page.locator("#content img, #content script").count() == 0, screen
        shown += "onerror" in page.get_by_role("main").inner_text()
    assert shown >= 3  # it was there to be seen, as text
