import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.artifacts.training_log import (
    MAX_BYTES,
    MAX_LINE_BYTES,
    MAX_LINES,
    TrainingLog,
    check_training_log,
    read_training_log,
)
from contract.errors import TrainingLogError
from contract.metrics import MAX_COUNT


def dense(entries: int) -> bytes:
    """Give a line without a blank, whose own writing has two for each entry."""
    return b'{"software":{' + b",".join(b'"k%03d":"1"' % number for number in range(entries)) + b"}}"


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        pytest.param(b"", 0, id="empty"),
        pytest.param(b'{"epoch": 1, "loss": 0.5}\n{"epoch": 2}\n', 2, id="two lines"),
        pytest.param(b'{"epoch": 1}\r\n{"note": "\xc3\xa9"}', 2, id="windows line ends, no last one"),
        pytest.param(b"{}\n" * MAX_LINES, MAX_LINES, id="as many lines as allowed"),
        pytest.param(nested(8), 1, id="as deep as allowed"),
        pytest.param(b'{"seed": 9223372036854775807}\n', 1, id="a seed of 64 bits"),
        pytest.param(b'{"loss": -0.0, "lr": 5e-324, "x": -0}', 1, id="minus zero and the smallest number"),
        pytest.param(
            '{"note": "\\u00e9 é 日本 \\n\\t \\"\\ud83d\\ude00\\""}'.encode(), 1, id="any script, tab and line end"
        ),
        pytest.param(b'{"' + b"k" * 4000 + b'": 1}', 1, id="a very long key"),
        pytest.param(b' \t{"a" : 1 } \n', 1, id="blanks around"),
    ],
)
def test_a_log_is_taken(data: bytes, lines: int):
    assert check_training_log(data) == lines


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"{}\n" * (MAX_LINES + 1), id="a line too many"),
        pytest.param(b'{"a": "' + b"x" * MAX_LINE_BYTES + b'"}', id="a line too long"),
        pytest.param(b" " * (MAX_BYTES + 1), id="too many bytes"),
        pytest.param(b"epoch 1\n", id="no JSON"),
        pytest.param(b"[1]\n", id="a list"),
        pytest.param(b"1\n", id="a number"),
        pytest.param(b"{}\n\n{}\n", id="an empty line"),
        pytest.param(b'{"loss": NaN}\n', id="NaN"),
        pytest.param(b'{"loss": -Infinity}\n', id="-Infinity"),
        pytest.param(b'{"loss": 1e999}\n', id="1e999"),
        pytest.param(b'{"a": "\xff"}\n', id="no UTF-8"),
        pytest.param(nested(9), id="too deep"),
        pytest.param(b'{"a":' + b"[" * 2000 + b"]" * 2000 + b"}", id="thousands of brackets"),
        pytest.param(b'{"a": ' + b"9" * 4000 + b"}", id="thousands of digits"),
        pytest.param(b'{"a": -18446744073709551617}', id="an integer beyond 64 bits"),
        pytest.param(b'{"a": 1, "a": 2}', id="a key twice"),
        pytest.param(b'{"a": 1, "\\u0061": 2}', id="a key twice, once in disguise"),
        pytest.param(b'{"a": [{"b": 1, "b": 1}]}', id="a key twice further down"),
        pytest.param(b'{"a": "\\ud800"}', id="a lone surrogate"),
        pytest.param(b'{"\\udfff": 1}', id="a lone surrogate in a key"),
        pytest.param(b'{"a": "\xed\xa0\x80"}', id="a surrogate in bytes"),
        pytest.param(b'{"a": "\xc0\xaf"}', id="an overlong slash"),
        pytest.param(b'{"a": "\\u0000"}', id="NUL"),
        pytest.param(b'{"a": "\x00"}', id="NUL in bytes"),
        pytest.param(b"\x00" * 100, id="only NUL"),
        pytest.param(b'{"a": ["\\u001b[2J"]}', id="a terminal's escape"),
        pytest.param('{"a": "\u009b2J"}'.encode(), id="a terminal's escape in one character"),
        pytest.param('{"a": "\u202egnp.exe"}'.encode(), id="text that runs backwards"),
        pytest.param('{"a": "\u2028"}'.encode(), id="a separator of lines"),
        pytest.param(b'{"a": 1,\r"b": 2}', id="a carriage return in the middle"),
        pytest.param(b'{"a": 1}\r{"a": 2}\n', id="lines ended by carriage returns alone"),
        pytest.param(b"\xef\xbb\xbf{}\n", id="a byte order mark"),
        pytest.param('{"a": 1}'.encode("utf-16"), id="UTF-16"),
        pytest.param(b"{}\n\x1a", id="an old end of file"),
        pytest.param(b'{"a": 1} {"a": 2}', id="two objects on a line"),
        pytest.param(b"{'a': 1}", id="single quotes"),
        pytest.param(b'{"a": 01}', id="a leading zero"),
        pytest.param(b'{"a": 0x1F}', id="hexadecimal"),
        pytest.param(b'{"a": 1e-999, "b": -1e999}', id="-1e999"),
        pytest.param(b'{"a": ' + b"9" * 310 + b".0}", id="digits that overflow"),
        pytest.param(b'{"a": ' + b"[" * 900 + b"]" * 900 + b"}", id="hundreds of brackets"),
        pytest.param(b'{"a":' * 680 + b"1" + b"}" * 680, id="hundreds of objects"),
        pytest.param(b'{"epoch": "one"}', id="an epoch in words"),
        pytest.param(b'{"epoch": 1.5}', id="half an epoch"),
        pytest.param(b'{"epoch": -1}', id="an epoch before the first"),
        pytest.param(b'{"epoch": true}', id="an epoch that is true"),
        pytest.param(b'{"loss": "0.5"}', id="a loss in quotes"),
        pytest.param(b'{"loss": [0.5]}', id="a loss in brackets"),
        pytest.param(b'{"loss": -0.5}', id="a loss below zero"),
        pytest.param(b'{"seed": 9223372036854775808}', id="a seed beyond 63 bits"),
        pytest.param(b'{"validation": 0.9}', id="a validation that is one number"),
        pytest.param(b'{"validation": null}', id="a validation that is null"),
        pytest.param(b'{"validation": {"accuracy": 999}}', id="an accuracy of 999"),
        pytest.param(b'{"validation": {"accuracy": "Jane Doe"}}', id="an accuracy in words"),
        pytest.param(b'{"validation": {"confusion": [[1, 0], [0, 1]]}}', id="a confusion matrix of other levels"),
        pytest.param(b'{"software": "torch"}', id="software in words"),
        pytest.param(dense(365), id="a line that is longer once it is written with blanks"),
        pytest.param((dense(180) + b"\n") * 520, id="a log that is larger once it is written with blanks"),
    ],
)
def test_a_log_is_refused(data: bytes):
    with pytest.raises(TrainingLogError) as refusal:
        check_training_log(data)
    assert refusal.value.hint
    assert len(refusal.value.sentence) < 200


def test_the_dense_ones_are_refused_for_what_they_become():
    assert len(dense(365)) <= MAX_LINE_BYTES
    assert len((dense(180) + b"\n") * 520) <= MAX_BYTES
    assert read_training_log(dense(180)).lines == 1


def test_no_refusal_shows_what_was_written():
    for data in (b'{"loss": "Jane Doe"}', b'{"validation": {"accuracy": "Jane Doe"}}', b'{"software": "Jane Doe"}'):
        with pytest.raises(TrainingLogError) as refusal:
            check_training_log(data)
        assert "Jane" not in refusal.value.sentence


def test_a_refusal_names_the_line_the_key_and_what_it_can_have():
    with pytest.raises(TrainingLogError) as refusal:
        check_training_log(b'{}\n{"validation": {"accuracy": 999}}\n')
    assert refusal.value.sentence == (
        "The training log line 2 holds validation: The metric accuracy is not a number from 0 to 1, or null."
    )


@pytest.mark.parametrize(
    ("data", "log"),
    [
        pytest.param(b"", TrainingLog(0, b"", ()), id="nothing"),
        pytest.param(b'{"epoch":1}', TrainingLog(1, b'{"epoch": 1}\n', ()), id="blanks and line ends"),
        pytest.param(b'{"epoch": 1}\r\n', TrainingLog(1, b'{"epoch": 1}\n', ()), id="windows line ends"),
        pytest.param(
            b'{"seed": 3, "loss": 5e-1, "epoch": null}',
            TrainingLog(1, b'{"seed": 3, "loss": 0.5, "epoch": null}\n', ()),
            id="the sender's order, the number as it is",
        ),
        pytest.param(
            b'{"note": "a"}\n{"note": "b", "lr": 0.1}\n',
            TrainingLog(2, b"{}\n{}\n", ("note", "lr")),
            id="each unknown key once, and as many lines",
        ),
        pytest.param(
            b'{"validation": {"accuracy": 0.5, "gmean": {"a": 1}, "confusion": [[1,0,0],[0,0,0],[0,0,2]]}}',
            TrainingLog(
                1,
                b'{"validation": {"accuracy": 0.5, "confusion": [[1, 0, 0], [0, 0, 0], [0, 0, 2]]}}\n',
                ("validation.gmean",),
            ),
            id="metrics",
        ),
        pytest.param(
            b'{"software": {"torch": "2.13.0+cpu", "note": "Jane Doe", "build": 3}}',
            TrainingLog(1, b'{"software": {"torch": "2.13.0+cpu"}}\n', ("software.note", "software.build")),
            id="software",
        ),
    ],
)
def test_of_a_log_is_kept_what_is_known(data: bytes, log: TrainingLog):
    assert read_training_log(data) == log


KNOWN = st.fixed_dictionaries(
    {},
    optional={
        "epoch": st.integers(0, MAX_COUNT),
        "loss": st.none() | st.floats(0, allow_nan=False, allow_infinity=False),
        "seed": st.integers(0, 2**63 - 1),
        "validation": st.fixed_dictionaries({}, optional={"accuracy": st.floats(0, 1), "loss": st.none()}),
        "software": st.dictionaries(st.sampled_from(["torch", "numpy"]), st.from_regex(r"\A[0-9][0-9.]{0,8}\Z")),
    },
)


@given(st.lists(KNOWN))
def test_a_log_of_known_keys_alone_as_python_writes_it_is_kept_byte_for_byte(lines: list[dict[str, Any]]):
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    assert read_training_log(data) == TrainingLog(len(lines), data, ())


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text("ab\u00e9 ", max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["accuracy", "x"]), inner, max_size=2),
    max_leaves=4,
)


@given(st.lists(st.dictionaries(st.sampled_from(["epoch", "loss", "validation", "software", "x"]), JSON), max_size=3))
def test_what_is_kept_of_any_log_is_a_log_of_which_all_is_known(lines: list[dict[str, Any]]):
    data = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)
    with contextlib.suppress(TrainingLogError):
        log = read_training_log(data)
        assert log.lines == len(lines)
        assert read_training_log(log.written) == TrainingLog(log.lines, log.written, ())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param((b'{"epoch":1,"loss":1e22}' + b"\n") * 10_000, id="many known numbers"),
        pytest.param(
            (b'{"software":{' + b",".join(b'"k%d":"1"' % n for n in range(380)) + b"}}\n") * 255, id="software"
        ),
        pytest.param(
            (b"{" + b",".join(b'"%d":0' % n for n in range(500)) + b"}\n") * 255, id="many unknown keys, the same"
        ),
        pytest.param(
            b"\n".join(b"{" + b",".join(b'"%d":0' % (500 * m + n) for n in range(350)) + b"}" for m in range(250)),
            id="many unknown keys, all others",
        ),
        pytest.param(b"[1,2,0]".join([b'{"a":', b"}\n"]) * 10_000, id="many lines"),
        pytest.param((b'{"a": ' + b"9" * 4000 + b".5}\n") * 255, id="long numbers"),
        pytest.param((b'{"a": [' + b"{}," * 1300 + b"{}]}\n") * 255, id="many objects"),
        pytest.param((b'{"a": "' + b"\\u0041" * 680 + b'"}\n') * 255, id="many escapes"),
        pytest.param((b'{"a":' + b"[" * 2000 + b"]" * 2000 + b"}\n") * 255, id="many brackets"),
    ],
)
def test_a_log_of_the_largest_size_is_checked_within_a_second(data: bytes):
    start = time.perf_counter()

    with contextlib.suppress(TrainingLogError):
        check_training_log(data)

    assert time.perf_counter() - start < 1
