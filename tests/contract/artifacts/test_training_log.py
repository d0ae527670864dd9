import contextlib
import time

import pytest

from contract.artifacts.training_log import MAX_BYTES, MAX_LINE_BYTES, MAX_LINES, check_training_log
from contract.errors import TrainingLogError


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
    ],
)
def test_a_log_is_refused(data: bytes):
    with pytest.raises(TrainingLogError) as refusal:
        check_training_log(data)
    assert refusal.value.hint
    assert len(refusal.value.sentence) < 200


@pytest.mark.parametrize(
    "data",
    [
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
