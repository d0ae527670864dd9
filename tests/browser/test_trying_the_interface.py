"""The page of the interface in a browser: what is typed into a form is sent, and what came is shown."""

from playwright.sync_api import ConsoleMessage, Dialog, Page

from tests.browser.standing import healthy
from tests.real_processes import RealDirector


def test_an_analyst_tries_a_question_and_an_act_asks_first(page: Page, director: RealDirector) -> None:
    healthy(director, cycles=1)
    complaints: list[str] = []

    def complain(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):  # the browser's own wish
            complaints.append(message.text)

    page.on("console", complain)
    elsewhere: list[str] = []
    page.on("request", lambda asked: elsewhere.append(asked.url) if not asked.url.startswith(director.url) else None)
    page.goto(f"{director.url}/docs")
    page.get_by_label("Token for the forms").fill(director.json("token", "issue", "--role", "analyst")["token"])

    asked = page.locator('form[data-path="/infer_global"]')
    page.locator("details", has=asked).locator("summary").first.click()
    asked.get_by_role("button", name="Send").click()
    asked.get_by_text("200 OK").wait_for()
    shown = asked.locator("output").inner_text()
    assert '"version": 1' in shown
    assert '"risk_level"' in shown

    questions: list[str] = []

    def decline(dialog: Dialog) -> None:
        questions.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", decline)
    act = page.locator('form[data-path="/aggregations"]')
    page.locator("details", has=act).locator("summary").first.click()
    act.get_by_role("button", name="Send").click()
    assert questions == ["This changes something at the director: POST /aggregations. Send it?"]
    assert act.locator("output").inner_text() == ""
    assert len(director.json("model", "list")) == 1
    assert (complaints, elsewhere) == ([], [])
