"""``python -m fuzz``: attack each target for its share of the time; exits 1 where something was found."""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from fuzz import ROOT
from fuzz.report import Outcome, as_document, read_progress
from fuzz.targets import SHARES, load

_GRACE_SECONDS = 300  # reading the seeds, and ending


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the result is its exit code."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Attack the readers.")
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together")
    parser.add_argument("--only", choices=SHARES, action="append", help="one target; may be given many times")
    parser.add_argument("--seed", type=int, default=1, help="of the mutations")
    parser.add_argument("--work", type=Path, default=Path(".fuzz"), help="where corpora and findings are kept")
    parser.add_argument("--out", type=Path, help="write the table to this document")
    options = parser.parse_args(arguments)
    names = options.only or list(SHARES)
    outcomes = []
    for name in names:
        seconds = max(1, round(options.seconds * SHARES[name] / sum(SHARES[each] for each in names)))
        outcomes.append(attack(name, seconds, options.seed, options.work.resolve() / name))
        print(outcomes[-1], flush=True)
    if options.out:
        options.out.write_text(as_document(outcomes, f"make fuzz FUZZ_SECONDS={options.seconds}"), encoding="utf-8")
        print(f"wrote {options.out}")
    return 1 if any(outcome.findings for outcome in outcomes) else 0


def attack(name: str, seconds: int, seed: int, work: Path) -> Outcome:
    """Attack one target in a process of its own, and say what came of it.

    Raises:
        RuntimeError: The attack itself could not be run.
    """
    corpus, seeds, canary = work / "corpus", work / "seeds", work / "canary"
    corpus.mkdir(parents=True, exist_ok=True)
    count = load(name).write_seeds(seeds, canary)
    before = set(work.glob("finding-*"))
    start = time.monotonic()
    process = subprocess.run(
        [sys.executable, "-m", "fuzz.worker", name, str(seconds), str(seed), str(corpus), str(seeds)],
        cwd=ROOT, text=True, capture_output=True, timeout=seconds + _GRACE_SECONDS,
        errors="replace", check=False,
    )  # fmt: skip
    elapsed = time.monotonic() - start
    executions, edges, features, kept = read_progress(process.stderr)
    findings = [path.name for path in sorted(set(work.glob("finding-*")) - before)]
    if canary.exists():
        findings.append("code of a hostile file ran")
    if process.returncode or findings:
        print(process.stdout[-3000:], process.stderr[-3000:], f"findings in {work}", sep="\n", file=sys.stderr)
    if process.returncode and not findings:
        raise RuntimeError(f"The attack on {name!r} ended with code {process.returncode}; its last words are above.")
    return Outcome(name, elapsed, executions, count, kept, edges, features, tuple(findings))


if __name__ == "__main__":
    sys.exit(main())
