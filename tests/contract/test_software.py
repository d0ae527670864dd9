"""Software is named with its version; free text is no version."""

import platform
from importlib.metadata import version

import pytest

from contract.software import known_software, version_line


def test_what_an_envoy_writes_is_known():
    names = ("fl-director", "torch", "scikit-learn", "numpy", "pandas")
    found: dict[str, object] = {**{name: version(name) for name in names}, "python": platform.python_version()}
    assert known_software(found) == found


@pytest.mark.parametrize(
    "named", ["2.13.0+cpu", "3.14.0rc1+", "1!2.0.dev3+g1234567.d20260101", "0", "4.3.1-alpha_2"], ids=str
)
def test_a_version_is_known(named: str):
    assert known_software({"x": named}) == {"x": named}


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("torch", "Jane Doe, born 1950"),
        ("torch", "12 patients"),
        ("torch", ""),
        ("torch", "1" * 65),
        ("torch", "1.0\n"),
        ("torch", 2.13),
        ("torch", None),
        ("torch", ["1.0"]),
        ("", "1.0"),
        ("Jane Doe", "1.0"),
        ("x" * 65, "1.0"),
        ("\x1b[2J", "1.0"),
    ],
)
def test_what_is_no_version_of_anything_is_left_out(name: str, named: object):
    assert known_software({name: named, "numpy": "2.4.0"}) == {"numpy": "2.4.0"}


def test_a_programs_version_is_that_of_the_package_with_the_python_that_runs_it() -> None:
    assert version_line("fl-envoy") == f"fl-envoy {version('fl-director')} (Python {platform.python_version()})"
