import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import ArtifactError
from contract.written_text import read_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"))
SAVED_AS = {
    "UTF-8": lambda text: text.encode(),
    "UTF-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16 of Windows": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "UTF-16, big end first": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "UTF-32": lambda text: codecs.BOM_UTF32_LE + text.encode("utf-32-le"),
}


@pytest.mark.parametrize("saved_as", SAVED_AS)
@given(text=TEXTS.filter(lambda text: not text.startswith("\x00")))
def test_a_text_is_the_same_however_an_editor_saved_it(saved_as, text):
    assert read_text(SAVED_AS[saved_as](text), "token.json") == text


@given(
    data=st.binary().filter(
        lambda data: not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE))
    )
)
def test_bytes_that_are_no_text_are_named(data):
    if not is_utf_8(data):
        with pytest.raises(ArtifactError, match=r"token\.json is not text in UTF-"):
            read_text(data, "token.json")


def is_utf_8(data):
    return data == data.decode("utf-8", "ignore").encode()


def test_an_old_code_page_is_named_with_its_remedy():
    with pytest.raises(ArtifactError, match=r"director.toml is not text in UTF-8: byte 3 has no place") as refused:
        read_text("caf\xe9".encode("latin-1")[1:] + b"!", "director.toml")
    assert "Encoding UTF-8" in refused.value.hint
