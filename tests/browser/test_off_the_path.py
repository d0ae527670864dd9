"""What happens to an open page when the world around it changes: the director stops, others sign in, many windows."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.signed_in import Visitor
from tests.real_processes import RealDirector

HIDDEN = "Object.defineProperty(document, 'visibilityState', {get: () => window.seen ?? 'hidden'})"
"""As in the background: without a screen no page is, whatever stands before it."""
MOST_CONNECTIONS = 6
"""That a browser has to one server."""


def comes_to(page: Page, state: str) -> None:
    page.evaluate("seen => {window.seen = seen; document.dispatchEvent(new Event('visibilitychange'))}", state)


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Signed in as").click()
    page.get_by_role("menuitem", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_director_that_stops_and_starts_again_takes_nothing_that_was_typed(
    admin: Visitor, director: RealDirector
) -> None:
    page = admin.goes_to("/hospitals/add").page
    name = page.get_by_role("textbox", name="Name", exact=True)
    live = page.get_by_role("banner").get_by_role("status")
    name.fill("KNH")
    director.stop()
    expect(live).to_contain_text("Not live")
    page.get_by_role("button", name="Add it and make its kit").click()
    expect(page.get_by_role("alert").first).to_contain_text("can't be reached")
    # the page looks again by itself, also who is signed in
    page.wait_for_event("requestfailed", lambda request: request.url.endswith("/session"), timeout=20_000)
    expect(page.get_by_role("main")).to_contain_text("can't be reached")
    expect(name).to_have_value("KNH")
    director.start()
    expect(live).not_to_contain_text("Not live")
    expect(page.get_by_role("main")).not_to_contain_text("can't be reached")
    expect(name).to_have_value("KNH")
    assert director.json("envoy", "list") == []  # what failed is not sent again behind the admin's back
    page.get_by_role("button", name="Add it and make its kit").click()
    expect(page.get_by_role("main")).to_contain_text("join_")


def test_more_windows_than_a_browser_has_connections(admin: Visitor, context: BrowserContext) -> None:
    for _ in range(MOST_CONNECTIONS):
        other = context.new_page()
        other.add_init_script(HIDDEN)
        other.goto(f"{admin.director.url}/dashboard/runs")
        expect(other.get_by_role("heading", level=1)).to_be_visible()
    admin.goes_to("/hospitals")
    live = other.get_by_role("banner").get_by_role("status")
    expect(live).to_contain_text("Not live")
    comes_to(other, "visible")
    expect(live).not_to_contain_text("Not live")


@pytest.mark.parametrize("role", ["admin", "analyst"])
def test_a_page_of_before_is_the_page_of_who_signed_in_since(
    role: str, admin: Visitor, context: BrowserContext, director: RealDirector
) -> None:
    admin.page.add_init_script(HIDDEN)
    admin.goes_to("/tokens")
    other = Visitor(context.new_page(), director)
    other.page.goto(f"{director.url}/dashboard/")
    sign_out(other.page)
    other.signs_in(role, person="Achieng")
    if role == "admin":  # may do it too, yet this page is not hers: it is renewed before anything is done by it
        admin.page.get_by_role("button", name="Issue a token").click()
        admin.page.get_by_role("dialog").get_by_label("Person").fill("Otieno")
        admin.page.get_by_role("dialog").get_by_label("Role").select_option("analyst")
        admin.page.get_by_role("dialog").get_by_role("button", name="Issue").click()
        expect(admin.page.get_by_role("alert")).to_contain_text("in another window")
        assert "Otieno" not in {each["person"] for each in director.json("token", "list")}
    else:
        comes_to(admin.page, "visible")
        expect(admin.page.get_by_role("heading", name="This page is not yours.")).to_be_visible()
    expect(admin.page.get_by_role("button", name="Signed in as Achieng")).to_be_visible()


def test_signing_out_of_what_has_ended(admin: Visitor, context: BrowserContext) -> None:
    admin.page.add_init_script(HIDDEN)
    admin.goes_to("/system")
    other = context.new_page()
    other.goto(f"{admin.director.url}/dashboard/")
    sign_out(other)
    sign_out(admin.page)
