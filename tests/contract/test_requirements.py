"""What a distribution asks for, held against what is installed."""

from importlib.metadata import requires

import pytest

from contract.requirements import Unmet, requirements_for, unmet

LINES = ["numpy>=1.26", "fastapi>=0.115; extra == 'director'", 'uvicorn<0.55,>=0.54; extra == "director"',
         "torch>=2.10; extra == 'envoy'", "moto[server]>=5.1; extra == 'dev'", "rich (>=13)",
         "tomli>=2; python_version < '3.11'", "!nonsense"]  # fmt: skip


def test_what_is_asked_for_always_and_by_one_extra() -> None:
    assert requirements_for(LINES, "director") == {
        "numpy": ">=1.26", "fastapi": ">=0.115", "uvicorn": "<0.55,>=0.54", "rich": ">=13",
    }  # fmt: skip
    assert requirements_for(LINES, "dev") == {"numpy": ">=1.26", "moto": ">=5.1", "rich": ">=13"}


def test_no_line_of_ours_is_left_out() -> None:
    ours = requires("fl-director") or []
    known = {
        name for extra in ("", "director", "envoy", "client", "mlflow", "s3") for name in requirements_for(ours, extra)
    }
    assert {"numpy", "fastapi", "uvicorn", "torch", "polars", "obstore", "mlflow-skinny"} <= known


@pytest.mark.parametrize(
    ("bounds", "version", "holds"),
    [
        (">=1.26", "1.26", True),
        (">=1.26", "1.26.4", True),
        (">=1.26", "1.9", False),
        (">=1.26", "2", True),
        ("<0.55,>=0.54", "0.54.9", True),
        ("<0.55,>=0.54", "0.55", False),
        ("<0.55,>=0.54", "0.55.0", False),
        (">=2.10", "2.10.0+cpu", True),
        (">=2.10", "2.10.0rc1", True),
        ("==1.0", "1.0.0", True),
        ("!=1.0", "1", False),
        ("<=3", "3.0.1", False),
        (">1", "1.0", False),
        ("", "0", True),
        ("~=4.1", "1", True),
        (">=1", "unreadable", True),
    ],
)
def test_a_version_is_inside_its_bounds_or_not(bounds: str, version: str, holds: bool) -> None:
    assert list(unmet({"package": bounds}, {"package": version})) == (
        [] if holds else [Unmet("package", bounds, version)]
    )


def test_what_is_not_there_is_unmet_whatever_is_asked_of_it() -> None:
    assert list(unmet({"a": "", "b": ">=1"}, {"a": None})) == [Unmet("a", "", None), Unmet("b", ">=1", None)]
