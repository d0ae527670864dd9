"""The notebook for data scientists: it runs, what it shows is what a run gives, and it says nothing of a machine."""

import base64
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
NOTEBOOK = nbformat.read(EXAMPLES / "federation.ipynb", as_version=4)


def execute(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(EXAMPLES / "execute.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_notebook_runs_and_shows_what_is_stored_in_it():
    result = execute("--check")
    assert (result.returncode, result.stdout) == (0, "The notebook is what a run gives.\n"), result.stderr


def test_nothing_in_it_says_where_it_was_run():
    assert NOTEBOOK.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert all(cell.metadata == {} for cell in NOTEBOOK.cells)
    outputs = [output for cell in NOTEBOOK.cells for output in cell.get("outputs", ())]
    assert all(output.get("metadata", {}) == {} for output in outputs)
    whole = nbformat.writes(NOTEBOOK)
    assert not re.search(r"/(?:home|root|tmp|usr|Users)\b", whole)
    assert str(EXAMPLES.parent) not in whole


def test_it_has_its_pictures_and_stays_small():
    pictures = [
        base64.b64decode(output.data["image/png"])
        for cell in NOTEBOOK.cells
        for output in cell.get("outputs", ())
        if "image/png" in output.get("data", {})
    ]
    assert [picture[:8] for picture in pictures] == [b"\x89PNG\r\n\x1a\n"] * 2
    assert (EXAMPLES / "federation.ipynb").stat().st_size < 300_000


def written(folder: Path, source: str, stored: str) -> str:
    """Write a notebook of one cell and the text that it is said to show."""
    shown = new_output("execute_result", {"text/plain": stored}, execution_count=1)
    notebook = new_notebook(cells=[new_code_cell(source, outputs=[shown], metadata={"of": "a machine"})])
    nbformat.write(notebook, folder / "small.ipynb")
    return str(folder / "small.ipynb")


def test_a_stored_text_that_a_run_does_not_give_is_told_and_mended(tmp_path: Path):
    notebook = written(tmp_path, "1 + 1", "3")
    stale = execute("--check", "--notebook", notebook)
    assert stale.returncode == 1
    assert "-cell 1, text/plain: 3\n+cell 1, text/plain: 2\n" in stale.stdout
    assert execute("--notebook", notebook).returncode == 0
    (mended,) = nbformat.read(notebook, as_version=4).cells
    assert (mended.outputs[0].data["text/plain"], mended.metadata) == ("2", {})


@pytest.mark.parametrize("source", ["import sys; print('a warning', file=sys.stderr)", "raise ValueError('a warning')"])
def test_a_cell_that_warns_or_fails_is_no_example(tmp_path: Path, source: str):
    result = execute("--notebook", written(tmp_path, source, ""))
    assert result.returncode == 1
    assert "a warning" in result.stderr
