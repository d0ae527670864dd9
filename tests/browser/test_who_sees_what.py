"""What a role may not do isn't shown and isn't possible; a session that ends, ends at once."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.signed_in import Visitor
from tests.browser.standing import Standing, healthy, submission_waiting
from tests.real_processes import RealDirector

ADMINS = ("Aggregate", "Approvals", "Audit", "Tokens", "System")


def fetched(page: Page, path: str, method: str = "GET") -> int:
    """Ask past the screens, with the session's own cookie; gives the status."""
    return int(page.evaluate("async ([path, method]) => (await fetch(path, {method})).status", [path, method]))


def test_staff_sees_its_own_hospital_alone(page: Page, director: RealDirector) -> None:
    standing: Standing = submission_waiting(director)
    foreign = standing.ask("GET", "/submissions?envoy_name=Embu").json()["items"][0]["id"]
    staff = Visitor(page, director).signs_in("staff", person="Otieno", envoy="KNH")
    offered = staff.items()
    assert "Hospitals" in offered
    assert not set(ADMINS) & set(offered)
    for screen in ("/", "/hospitals", "/submissions", "/hospitals/KNH"):
        staff.goes_to(screen)
        main = page.get_by_role("main").inner_text()
        assert "KNH" in main
        assert "Embu" not in main, screen
        assert staff.violations() == [], screen
    staff.goes_to("/hospitals/Embu")
    expect(page.get_by_role("alert").first).to_be_visible()
    for path in ("/envoys/Embu", f"/submissions/{foreign}", "/envoys/Embu/received", "/envoys/Embu/course"):
        assert fetched(page, path) in (403, 404), path
    assert fetched(page, "/audit") == 403


def test_an_analyst_can_not_aggregate(page: Page, director: RealDirector) -> None:
    healthy(director, cycles=1)
    analyst = Visitor(page, director).signs_in("analyst", person="Achieng")
    offered = analyst.items()
    assert {"Overview", "Models", "Try a patient"} <= set(offered)
    assert not {*ADMINS, "Submissions"} & set(offered)
    analyst.goes_to("/aggregate")
    expect(page.get_by_role("heading", level=1, name="This page is not yours.")).to_be_visible()
    assert fetched(page, "/aggregations", "POST") == 403
    for screen in ("/", "/models", "/models/1", "/patient"):
        analyst.goes_to(screen)
        assert analyst.violations() == [], screen


def test_a_hospitals_machine_can_not_sign_in(page: Page, director: RealDirector) -> None:
    standing = healthy(director, cycles=0)
    page.goto(f"{director.url}/")
    page.get_by_label("Token", exact=False).first.fill(standing.hospitals["KNH"].token)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("machine")
    assert page.context.cookies() == []


def test_a_revoked_session_ends_at_once(page: Page, director: RealDirector) -> None:
    Visitor(page, director).signs_in("admin", person="Jane Wanjiru").goes_to("/")
    (token,) = [each for each in director.json("token", "list") if each["person"] == "Jane Wanjiru"]
    director.run("token", "revoke", token["id"], "--yes")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=5_000)


def test_signing_out_everywhere_ends_the_other_window_too(browser: Browser, director: RealDirector) -> None:
    token = director.json("token", "issue", "--role", "admin", "--person", "Jane Wanjiru")["token"]
    pages = [browser.new_context().new_page() for _ in range(2)]
    for page in pages:
        page.goto(f"{director.url}/")
        page.get_by_label("Token", exact=False).first.fill(token)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    pages[0].get_by_role("button", name="Signed in as").click()
    pages[0].get_by_role("menuitem", name="Sign out everywhere").click()
    for page in pages:
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=5_000)
        page.context.close()


def test_a_link_signs_in_once(browser: Browser, director: RealDirector) -> None:
    said = director.run("token", "link", "--person", "Jane Wanjiru", "--url", director.url)
    link = next(word for word in (said.stdout + said.stderr).split() if "/dashboard/sign-in#" in word)
    first, second = (browser.new_context().new_page() for _ in range(2))
    first.goto(link)
    expect(first.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    second.goto(link)
    expect(second.get_by_role("alert")).to_be_visible()
    for page in (first, second):
        page.context.close()


def test_a_screen_that_was_shared_is_shown_after_signing_in(page: Page, director: RealDirector) -> None:
    healthy(director, cycles=0)
    page.goto(f"{director.url}/dashboard/hospitals/KNH")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    token = director.json("token", "issue", "--role", "admin")["token"]
    page.get_by_label("Token", exact=False).first.fill(token)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name="KNH")).to_be_visible()
