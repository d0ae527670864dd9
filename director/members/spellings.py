"""Which spellings of a name are one person's: whoever reads it can't tell them apart."""

import re
import unicodedata

_SHOWS_NOTHING = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
"""Letters and marks that show nothing (Unicode's Default_Ignorable_Code_Point, and Braille's blank)."""

_FORMAT = "Cf"
"""The category of zero-width blanks and joiners, soft hyphens and their like."""


def folded(person: str) -> str:
    """Give what all spellings of a person's name have in common; empty where nothing of it can be seen.

    They differ in case, width, blanks, and in what shows nothing. Letters of two scripts that look alike stay two.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", person).casefold())
    seen = "".join(each for each in _SHOWS_NOTHING.sub("", plain) if unicodedata.category(each) != _FORMAT)
    return " ".join(seen.split())
