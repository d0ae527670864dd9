"""Pictures of the screens, in few colours: they are to be looked at, and kept with the pages that show them."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

_COLOURS = 48


@dataclass(frozen=True)
class Album:
    """A folder of pictures."""

    folder: Path

    def keep(self, page: Page, name: str) -> None:
        """Take a picture of the whole page."""
        self.folder.mkdir(parents=True, exist_ok=True)
        picture = Image.open(BytesIO(page.screenshot(full_page=True))).convert("RGB")
        picture.quantize(_COLOURS, dither=Image.Dither.NONE).save(self.folder / f"{name}.png", optimize=True)
