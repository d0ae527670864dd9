import re
import unicodedata

import pytest
from pydantic import BaseModel, ValidationError

from contract.messages.base import OneLine
from contract.messages.decisions import DecisionRequest, Reason
from contract.messages.global_models import AggregationRequest, Card
from contract.messages.uploads import UploadMetadata
from contract.visible_text import ONE_FILLED_LINE, ONE_SEEN_LINE, UNSEEN, UNSEEN_IN_A_NAME

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


class Line(BaseModel):
    text: OneLine
    reason: Reason


@pytest.mark.parametrize(
    "text", ["\x1b", "\x00", "\x07", "\x7f", "\x9b", "\t", "\n", "\r", "\u2028", "\u202e", "\u2066"]
)
@pytest.mark.parametrize("around", ["{}", "a{}", "{}a", "a{}a", " {}"])
def test_a_line_from_outside_holds_none_wherever_it_stands(text: str, around: str) -> None:
    hostile = around.format(text)
    for fields in ({"text": hostile, "reason": "a"}, {"text": "a", "reason": hostile}):
        with pytest.raises(ValidationError, match="pattern"):
            Line.model_validate(fields)
    for pattern in (ONE_SEEN_LINE, ONE_FILLED_LINE):
        assert not re.fullmatch(pattern.replace("$", r"\Z"), hostile)


@pytest.mark.parametrize("text", ["a", " größe [x]", "日本 \U0001f600", 'it\'s "so"; a\u00a0b'])
def test_a_line_that_people_write_is_taken(text: str) -> None:
    assert Line(text=text, reason=text).reason == text
    assert Line(text="", reason=text).text == ""


@pytest.mark.parametrize("reason", ["", " ", "\u00a0", "x" * 501])
def test_a_reason_says_something(reason: str) -> None:
    with pytest.raises(ValidationError):
        DecisionRequest(reason=reason)


DIGEST = "0" * 64
CARD = {
    "sha256": DIGEST,
    "scaler_sha256": DIGEST,
    "inputs": [{"model_sha256": DIGEST, "num_examples": 1, "weight": 1.0}],
}
METADATA = {"task": "diagnosis_count", "num_examples": 24, "base": DIGEST}


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (Card, {**CARD, "strategy": "\x1b[2J"}),
        (Card, {**CARD, "parameters": {"\x1b": 1}}),
        (Card, {**CARD, "inputs": [{**CARD["inputs"][0], "envoy_name": "a\u202eb"}]}),  # type: ignore[dict-item]  # a list of one dict, mypy sees an object
        (AggregationRequest, {"strategy": "fedavg\x1b"}),
        (AggregationRequest, {"scaler": "merged\n"}),
        (AggregationRequest, {"parameters": {"f\x9b": 1}}),
    ],
)
def test_a_name_that_an_outsider_chose_is_one_line_that_can_be_seen(
    message: type[BaseModel], fields: dict[str, object]
) -> None:
    with pytest.raises(ValidationError):
        message.model_validate(fields)


def test_a_name_in_metadata_that_is_none_is_left_out() -> None:
    kept = UploadMetadata.model_validate({**METADATA, "software": {"torch\x1b": "2"}, "metrics": {"\x1b": 1.0}})
    assert (kept.software, kept.metrics) == ({}, {})
