"""A person without a mouse: tabs to what they want, types, and presses Enter."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

_MOST_TABS = 150


@dataclass
class Hands:
    """Hands on a keyboard."""

    page: Page

    def reach(self, wanted: Locator) -> None:
        """Press Tab until it has the focus."""
        expect(wanted).to_be_visible()
        for _ in range(_MOST_TABS):
            if wanted.evaluate("each => each === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {wanted}")

    def press(self, wanted: Locator, key: str = "Enter") -> None:
        self.reach(wanted)
        self.page.keyboard.press(key)

    def write(self, wanted: Locator, text: str) -> None:
        self.reach(wanted)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)
