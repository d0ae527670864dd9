import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation.script.shown import MAX_CHARACTERS, shown, shown_path
from contract.visible_text import visible_json

ANY = st.text(st.characters(exclude_categories=()), max_size=2 * MAX_CHARACTERS)


@given(text=ANY)
def test_what_is_shown_is_one_short_line_of_what_people_can_see(text: str):
    assert shown(text).isprintable()
    assert len(shown(text)) <= 10 * MAX_CHARACTERS + 1
    shown(text).encode()


def test_of_a_long_path_the_end_is_shown():
    assert shown_path(Path("received_results", "KNH\x1b")) == r"received_results/KNH\x1b"
    assert shown_path(Path("a" * 1000, "model.pt")).startswith("…aaa")
    assert shown_path(Path("a" * 1000, "model.pt")).endswith("/model.pt")


@pytest.mark.parametrize("name", ["KUTRRH", "Köln", "日本", "[/x]", "a b"])
def test_what_people_write_is_shown_as_it_is(name: str):
    assert shown(name) == name


@given(text=ANY.filter(lambda text: not any("\ud800" <= each <= "\udfff" for each in text)))
def test_json_in_ascii_says_the_same(text: str):
    document = json.dumps({"name": text}, ensure_ascii=False)
    assert visible_json(document).isascii()
    assert json.loads(visible_json(document)) == {"name": text}
    assert "\x7f" not in visible_json(document)
