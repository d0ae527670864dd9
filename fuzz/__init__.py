"""Coverage-guided attack on everything that reads what a stranger sent: files, logs, metadata.

``python -m fuzz`` runs each target in a process of its own and writes ``docs/fuzzing.md``. The mutations know the
structure of what they damage; they and the hostile files of ``fuzz.hostile`` are shared with the tests.
"""

from pathlib import Path

ROOT = Path(__file__).parent.parent
