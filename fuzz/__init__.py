"""Coverage-guided attack on everything that reads what a stranger sent: files, logs, metadata.

``python -m fuzz`` runs each target in a process of its own and writes ``docs/fuzzing.md``. The mutations know the
structure of what they damage and are shared with the tests, whose builders of hostile files they use in turn.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

sys.path.insert(0, str(ROOT / "tests" / "contract"))  # the builders; a test's folder is no package
