"""Whether the program has what it asks for, by what is really installed."""

import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from contract.software_findings import software_findings


@pytest.mark.parametrize("extra", ["director", "envoy"])
def test_here_all_is_there(extra: str) -> None:
    (said,) = software_findings(extra, "pip install it")
    assert (said.state, said.hint) == ("ok", "")
    assert said.sentence.startswith(f"version {version('fl-director')}, Python {sys.version.split()[0]}, and ")


def test_an_installation_that_asks_for_more_than_is_there_says_for_what(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "fl_director-9.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: fl-director\nVersion: 9.0\nRequires-Python: >=99\n"
        "Requires-Dist: numpy>=1\nRequires-Dist: pydantic>=900\nRequires-Dist: no-such-package; extra == 'director'\n"
        "Requires-Dist: torch>=900; extra == 'envoy'\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    found = list(software_findings("director", "pip install it"))
    assert [(each.state, each.hint) for each in found] == [("bad", "pip install it")] * 3
    python, pydantic, missing = (each.sentence for each in found)
    assert python == f"Python is {sys.version.split()[0]}; this version asks for >=99."
    assert pydantic == f"pydantic is {version('pydantic')}; this version asks for >=900."
    assert missing == "no-such-package is not installed."
