"""Ask ``fl-director serve`` with which options it would start its server, so that the floor's can't drift from them.

Prints them as JSON and starts nothing. Run in an initialised data folder.
"""

import json
from unittest.mock import patch

import uvicorn

from director.cli import centre


def main() -> None:
    """Let the command come as far as its server, and print what it hands over."""

    def tell(target: str, **options: object) -> None:
        print(json.dumps(options))

    with patch.object(uvicorn, "run", tell):
        centre.serve(host="127.0.0.1", port=1, workers=1)


if __name__ == "__main__":
    main()
