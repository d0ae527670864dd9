"""Run the notebook beside this file anew, or hold that it is what a run gives.

Usage: python examples/execute.py           runs every cell and writes the outputs into the notebook
       python examples/execute.py --check   runs every cell; ends with 1 where a text is another than the stored one
Needs the extras [envoy,plots], and nbclient with ipykernel. Nothing of the machine gets into the notebook.
"""

import argparse
import difflib
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = Path(__file__).with_name("federation.ipynb")
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
SECONDS_A_CELL = 300


def executed(source: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Run a notebook's cells in an empty folder, and give it with what they showed and nothing else."""
    with TemporaryDirectory() as room:
        (Path(room) / "work").mkdir()
        os.environ |= {  # a person's own settings and start-up files have no part in it
            "IPYTHONDIR": f"{room}/ipython",
            "JUPYTER_RUNTIME_DIR": f"{room}/runtime",
            "MPLCONFIGDIR": f"{room}/matplotlib",
            "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
        }
        notebook = nbformat.from_dict(source)
        client = NotebookClient(
            notebook,
            timeout=SECONDS_A_CELL,
            kernel_name="python3",
            config=_connection(room),
            resources={"metadata": {"path": f"{room}/work"}},
            record_timing=False,
        )
        client.execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        for output in cell.get("outputs", ()):
            if "metadata" in output:
                output.metadata = nbformat.from_dict({})
            if output.get("name") == "stderr":
                sys.exit(f"a cell warns, which a reader should not see: {output.text}")
    return notebook


def _connection(room: str) -> Config:
    """Let the kernel be spoken to through files of this user's where the system knows that, and else by TCP."""
    return Config({} if os.name == "nt" else {"KernelManager": {"transport": "ipc", "ip": f"{room}/kernel"}})


def texts(notebook: nbformat.NotebookNode) -> list[str]:
    """Give the lines of all that the cells show, pictures excepted."""
    lines: list[str] = []
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", ()):
            shown = {"text": output["text"]} if "text" in output else dict(output.get("data", {}))
            for kind, text in sorted(shown.items()):
                if not kind.startswith("image/"):
                    lines += [f"cell {number}, {kind}: {line}" for line in "".join(text).splitlines()]
    return lines


def main() -> int:
    """Run the program."""
    parser = argparse.ArgumentParser(prog="python examples/execute.py")
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    parser.add_argument("--notebook", type=Path, default=NOTEBOOK)
    options = parser.parse_args()
    stored = nbformat.read(options.notebook, as_version=4)
    found = executed(nbformat.reads(nbformat.writes(stored), as_version=4))
    if not options.check:
        nbformat.write(found, options.notebook)
        return 0
    difference = list(difflib.unified_diff(texts(stored), texts(found), "stored", "run", lineterm="", n=0))
    print("\n".join(difference) or "The notebook is what a run gives.")
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
