"""Damage to lines of JSON: another value, a key twice, a level more, a token that readers disagree on."""

import json
import re
from random import Random

_TOKENS = (
    "NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e-999", "-0", "-0.0", "0x1F", "01", "1.", ".5", "1e5", "1e300",
    "null", "true", "9" * 19, "9" * 400, "-" + "9" * 5000, "18446744073709551617", "", '"a"', "'a'", "[]", "{}",
    '"\\ud800"', '"\\u0000"', '"\\u001b[2J"', '"\u202e"', '"\x9b"', '"\\ud83d\\ude00"', '{"a":1,"a":2}',
    "[" * 300 + "]" * 300, '{"a":' * 300 + "1" + "}" * 300, "[[1,2],[3,4]]", '"' + "0" * 64 + '"', '"diagnosis_count"',
    '"1970-01-01T00:00:00Z"', '"0001-01-01T00:00:00+23:59"',
)  # fmt: skip
_INSERTS = ("\ufeff", "\r", "\n", "\x00", "\u2028", " ", "\t", ",", "{", "}", "[", "]", ":", '"', "\\", "//", "é")
_VALUE = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null')


def mutate_json(data: bytes, random: Random) -> bytes:
    """Damage up to three places of a text; bytes that are no UTF-8 are kept as they are."""
    text = data.decode("utf-8", "surrogateescape")
    for _ in range(random.randint(1, 3)):
        values = list(_VALUE.finditer(text))
        match random.randrange(6) if values else 5:
            case 0 | 1:
                old = random.choice(values)
                text = text[: old.start()] + random.choice(_TOKENS) + text[old.end() :]
            case 2:
                old, other = random.choice(values), random.choice(values)
                text = text[: old.start()] + other.group() + text[old.end() :]
            case 3:
                key = json.dumps(random.choice(["epoch", "loss", "task", "base", "metrics", "num_examples", "x"]))
                text = text.replace("{", "{" + f"{key}: {random.choice(_TOKENS)}, ", random.randint(1, 2))
            case 4:
                lines = text.split("\n")
                lines.insert(random.randrange(len(lines) + 1), random.choice(lines))
                text = "\n".join(lines)
            case _:
                at = random.randrange(len(text) + 1)
                text = text[:at] + random.choice(_INSERTS) + text[at + random.randrange(3) :]
    return text.encode("utf-8", "surrogateescape")
