"""What comes over the link before the first screen stands: hospitals have slow ones."""

import gzip

from playwright.sync_api import Page, Response, expect

from tests.browser.signed_in import Visitor
from tests.browser.standing import healthy
from tests.real_processes import RealDirector

MOST_BYTES = 300_000


def test_the_first_screen_with_all_that_it_loads_is_small_and_nothing_comes_from_elsewhere(
    page: Page, director: RealDirector
) -> None:
    healthy(director, cycles=2)
    responses: list[Response] = []
    page.on("response", lambda each: responses.append(each))
    visitor = Visitor(page, director).signs_in("admin")
    visitor.looks_through()
    expect(page.get_by_role("img", name="Accuracy over versions")).to_be_visible()
    scripts = {each.url: each for each in responses if each.url.endswith(".js")}
    assert len(scripts) > 3
    assert all(each.header_value("content-encoding") == "gzip" for each in scripts.values())
    packed = sum(len(gzip.compress(each.body(), mtime=0)) for each in scripts.values())
    assert packed <= MOST_BYTES, packed
    assert {each.url.split("/")[2] for each in responses} == {f"127.0.0.1:{director.port}"}
    policies = {each.header_value("content-security-policy") for each in responses if each.url.endswith("/dashboard/")}
    assert all(policy and "unsafe" not in policy for policy in policies)
    assert visitor.complaints == []
