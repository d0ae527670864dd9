"""A person at the dashboard: signs in, goes to screens, and looks at what is wrong with them."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import ConsoleMessage, Page, expect

from tests.real_processes import RealDirector

_AXE = Path(__file__).parents[2] / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"


@cache
def axe() -> str:
    return _AXE.read_text()


@dataclass
class Visitor:
    """Somebody with a browser; whatever the page complains about is kept."""

    page: Page
    director: RealDirector
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "status of 401" not in message.text:
            self.complaints.append(message.text)

    def signs_in(self, role: str, person: str = "", envoy: str = "") -> Self:
        """Issue a token and sign in with it by the form."""
        more = [*(("--person", person) if person else ()), *(("--envoy", envoy) if envoy else ())]
        token = self.director.json("token", "issue", "--role", role, *more)["token"]
        self.page.goto(f"{self.director.url}/")
        self.page.get_by_label("Token", exact=False).first.fill(token)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("navigation")).to_be_attached()
        return self

    def goes_to(self, screen: str) -> Self:
        """Open a screen by its URL, and wait until all that it asked for is there."""
        self.page.goto(f"{self.director.url}/dashboard{screen}")
        self.waits()
        return self

    def waits(self) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        expect(self.page.get_by_label("Loading…")).to_have_count(0)

    def looks_through(self) -> None:
        """Scroll to the end and back, so that pictures are drawn that are drawn when they are looked at."""
        for figure in self.page.get_by_role("figure").all():
            figure.scroll_into_view_if_needed()
        self.page.wait_for_timeout(700)
        self.page.evaluate("() => window.scrollTo(0, 0)")
        self.waits()

    def violations(self, within: str = "html") -> list[str]:
        """Say what axe finds wrong with what is shown, or with a part of it, of whatever impact."""
        # a colour that still fades from one scheme into the other is nobody's colour
        self.page.wait_for_function("() => document.getAnimations().every(one => one.playState !== 'running')")
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(axe())
        found: dict[str, Any] = self.page.evaluate("within => axe.run(within)", within)
        return [
            f"{each['id']} ({each['impact']}): {node['html'][:160]} {node['failureSummary'][:300]}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    def scrolls_sideways(self) -> bool:
        return bool(self.page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth"))

    def items(self) -> list[str]:
        """Name the places that the navigation offers."""
        links = self.page.get_by_role("navigation").get_by_role("link", include_hidden=True)
        return [re.sub(r"\s+", " ", text).strip() for text in links.all_inner_texts()]
