"""Write the interface document in the form that the dashboard's client is generated from.

Usage: ``python docs/write_interface.py FILE``. Errors all have one form, so that they stand once an operation.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from director.app import create_framework
from director.assembly import Director
from director.settings import DirectorSettings


def main() -> None:
    """Write it, in a form that does not depend on who configures what."""
    with tempfile.TemporaryDirectory() as folder:
        framework = create_framework(Director(DirectorSettings(data_dir=Path(folder))))
        document = framework.openapi()
    document["info"]["version"] = "0"  # a release changes no type
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["responses"] = _in_short(operation["responses"])
    Path(sys.argv[1]).write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")


def _in_short(responses: dict[str, Any]) -> dict[str, Any]:
    """Keep the answers that an operation gives when all is well, and one for all that may go wrong."""
    kept = {status: answer for status, answer in responses.items() if status.startswith("2")}
    return {**kept, "default": responses["500"]}


if __name__ == "__main__":
    main()
