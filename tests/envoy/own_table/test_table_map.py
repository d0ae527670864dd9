"""What a hospital says beside its table."""

import tomllib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.tasks.task_file import read_task_file
from contract.written_text import read_text
from envoy.own_table.table_map import MapError, Told, declared, plain_map, read_map
from tests.envoy.own_table.heart import FILE, HEART
from tests.snippets.blocks import blocks_of, page_text

WHOLE = """
patient = "patnr"
separator = ";"
decimal = ","
missing = ["NA", " - "]

[columns]
age = "alter"
creatinine = {column = "krea_umol", factor = 0.0113}
sex = {column = "geschlecht", values = {m = "male", w = "female"}}
died = {values = {tot = 1, lebt = "0"}}
"""


def test_a_map_says_how_each_declared_column_is_read() -> None:
    found = read_map(WHOLE.encode("utf-8-sig"), HEART)
    missing = frozenset({"NA", "-"})
    assert (found.patient, found.separator) == ("patnr", ";")
    assert found.told == {
        "age": Told("alter", missing=missing, decimal=","),
        "sex": Told("geschlecht", values={"m": "male", "w": "female"}, missing=missing, decimal=","),
        "creatinine": Told("krea_umol", factor=0.0113, missing=missing, decimal=","),
        "smoker": Told("smoker", missing=missing, decimal=","),
        "visits": Told("visits", missing=missing, decimal=","),
        "died": Told("died", values={"tot": "1", "lebt": "0"}, missing=missing, decimal=","),
    }


def test_the_map_on_the_page_for_hospitals_is_one() -> None:
    (shown,) = (block.text for block in blocks_of("p", page_text("docs/hospital.md")) if "[columns]" in block.text)
    told = read_map(shown.encode(), HEART).told
    assert (told["creatinine"].factor, told["sex"].values["w"], told["died"].values["lebend"]) == (
        0.0113,
        "female",
        "0",
    )


def test_without_a_map_all_is_as_the_task_declares_it() -> None:
    found = plain_map(HEART)
    assert declared(HEART) == ("age", "sex", "creatinine", "smoker", "visits", "died")
    assert (found.patient, found.separator, found.told["visits"]) == ("patient", ",", Told("visits"))
    assert read_map(b"", HEART) == found


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("patient = 1", ["patient: input should be a valid string"]),
        ("unknown = 1", ["unknown: extra inputs are not permitted"]),
        ("separator = ', '", ["separator: string should have at most 1 character"]),
        ("separator = '\"'", ["separator: this can't stand between cells"]),
        ("decimal = ','", ["decimal: it separates the cells already"]),
        ("[columns]\nheight = 'h'", ["columns.height: the task declares no such column"]),
        ("[columns]\nage = {factor = 0}", ["columns.age: a factor of 0"]),
        ("[columns]\nage = {factor = nan}", ["columns.age.factor: input should be a finite number"]),
        ("[columns]\nage = {values = {old = 90}}", ["columns.age: a number has no words"]),
        ("[columns]\nsex = {factor = 2.0}", ["columns.sex: a factor or an offset is for numbers"]),
        ("[columns]\nsex = {values = {m = 'man'}}", ["columns.sex: values.m: 'man' is none of female, male"]),
        ("[columns]\nsmoker = {values = {ja = 2}}", ["columns.smoker: values.ja: '2' is none of 0, 1"]),
        ("[columns]\ndied = {values = {tot = 'yes'}}", ["columns.died: values.tot: 'yes' is none of 0, 1"]),
        ("[columns]\nage = 'died'", ["columns: age and died are the one column died"]),
        ("[columns]\nage = 'patient'", ["columns: patient and age are the one column patient"]),
        ("[columns]\nage = {}\nx = ''\ny = 1", ["columns.x: string should have at least 1 character", "columns.y"]),
        ("a = ", ["it is no TOML"]),
    ],
)
def test_every_mistake_is_named_by_its_key(text: str, mistakes: list[str]) -> None:
    with pytest.raises(MapError) as refused:
        read_map(text.encode(), HEART)
    for mistake in mistakes:
        assert any(each.startswith(mistake) for each in refused.value.mistakes), refused.value.mistakes


def test_the_outcome_of_levels_is_a_number_and_may_have_another_unit() -> None:
    text = FILE.replace('kind = "binary"', 'kind = "levels"').replace("bounds = [0.1, 0.3]", "bounds = [2, 5]")
    task = read_task_file(text.encode())
    assert read_map(b"[columns]\ndied = {factor = 2.0}", task).told["died"].factor == 2
    with pytest.raises(MapError, match="has no words"):
        read_map(b"[columns]\ndied = {values = {a = 1}}", task)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_the_bytes_they_are_a_map_or_its_mistakes(data: bytes) -> None:
    with suppress(MapError):
        read_map(data, HEART)
        tomllib.loads(read_text(data, "it"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_map_is_read_however_an_editor_saved_it(encoding: str) -> None:
    assert read_map(WHOLE.encode(encoding), HEART) == read_map(WHOLE.encode(), HEART)


def test_text_of_another_encoding_is_named() -> None:
    with pytest.raises(MapError, match=r"not text in UTF-8: byte 12 .*Save it again as UTF-8"):
        read_map('patient = "ä"'.encode("latin-1"), HEART)
