import re
import unicodedata

import pytest

from contract.artifacts.visible_text import UNSEEN, UNSEEN_IN_A_NAME

EVERY = [chr(code) for code in range(0x110000)]


def found(ranges: str) -> set[str]:
    return set(re.findall(f"[{ranges}]", "".join(EVERY)))


def test_every_control_character_separator_and_lone_surrogate_is_unseen() -> None:
    acted_on = {each for each in EVERY if unicodedata.category(each) in ("Cc", "Zl", "Zp", "Cs")}

    assert acted_on - found(UNSEEN) == set("\t\n\r")
    assert acted_on <= found(UNSEEN_IN_A_NAME)


@pytest.mark.parametrize("control", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_what_turns_the_order_of_a_text_is_unseen(control: str) -> None:
    assert control in found(UNSEEN)


@pytest.mark.parametrize("text", ["KUTRRH", "größe (cm)", "日本", "\U0001f600", "a\u00a0b", "a\u200db"])
def test_what_people_write_is_seen(text: str) -> None:
    assert not re.search(f"[{UNSEEN_IN_A_NAME}]", text)


def test_a_name_has_no_tab_and_no_line_end_besides() -> None:
    assert found(UNSEEN_IN_A_NAME) - found(UNSEEN) == set("\t\n\r")
