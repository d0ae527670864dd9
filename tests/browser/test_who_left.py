"""A hospital leaves while an admin looks: its page, the versions that learned from it, and the one without it."""

from playwright.sync_api import expect

from tests.browser.signed_in import Visitor
from tests.browser.standing import healthy
from tests.real_processes import RealDirector


def test_who_left_can_be_asked_nothing_more_and_what_learned_from_it_says_so(
    admin: Visitor, director: RealDirector
) -> None:
    healthy(director, cycles=1)
    page, main = admin.page, admin.page.get_by_role("main")
    admin.goes_to("/hospitals/KNH")
    expect(main).to_contain_text("What an admin can do")
    director.run("envoy", "withdraw", "KNH", "--reason", "its board", "--yes")
    expect(main).to_contain_text("It left for good")  # by itself, as it happens
    expect(main).not_to_contain_text("What an admin can do")
    expect(main).to_contain_text("training log is no longer kept, since")
    assert admin.violations() == []
    admin.goes_to("/models")
    expect(page.get_by_role("table").first).to_contain_text("† learned from KNH, which has left")
    admin.goes_to("/models/1")
    expect(main).to_contain_text("It learned from KNH, which has left since")
    director.run("model", "begin-anew", "--reason", "without KNH", "--yes")
    expect(main).not_to_contain_text("It is the current version.")
    admin.goes_to("/models")
    expect(page.get_by_role("table").first).not_to_contain_text("the current one")
    admin.goes_to("/")
    director.run("aggregate", "--trained-here")
    admin.goes_to("/models")
    row = page.get_by_role("row").filter(has_text="Version 2")
    expect(row).to_contain_text("★ the current one")
    expect(row).not_to_contain_text("†")
    admin.goes_to("/hospitals")
    expect(page.get_by_role("row").filter(has_text="KNH")).to_contain_text("withdrew")
    admin.goes_to("/runs/open")
    expect(main).to_contain_text("All that are not disabled: 4 now")  # nobody can invite it
    admin.goes_to("/audit")
    expect(main).to_contain_text("took out for good, as it asked, KNH")
    # asked for, and told on the page: a training log that is kept no more, and a version where none answers
    assert [each for each in admin.complaints if not each.endswith(("404 (Not Found)", "409 (Conflict)"))] == []
