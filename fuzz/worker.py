"""``python -m fuzz.worker TARGET SECONDS SEED FOLDER…``: attack one target with libFuzzer, through atheris.

A process of its own, since libFuzzer ends the one that it runs in. Coverage counts in the contract and the director
only.
"""

import sys
from pathlib import Path
from random import Random

import atheris

_HANG_SECONDS = 20
_MEMORY_MEGABYTES = 2048
_BLIND = 0.25  # share of the mutations that know nothing of the structure

with atheris.instrument_imports(include=["contract", "director"]):
    from fuzz.target import MAX_INPUT_BYTES, Target
    from fuzz.targets import load


def attack(target: Target, seconds: str, seed: str, *folders: str) -> None:
    """Attack until the time is over or something is found, then end the process.

    New inputs go to the first folder, findings beside it.
    """

    def check(data: bytes) -> None:
        target.check(data)

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        random = Random(seed)
        if random.random() >= _BLIND:
            mutated = target.mutate(data, random)
            if mutated != data and len(mutated) <= max_size:
                return mutated
        blind: bytes = atheris.Mutate(data, max_size)
        return blind

    options = [
        f"-max_total_time={seconds}",
        f"-seed={seed}",
        f"-max_len={MAX_INPUT_BYTES}",
        f"-timeout={_HANG_SECONDS}",
        f"-rss_limit_mb={_MEMORY_MEGABYTES}",
        f"-artifact_prefix={Path(folders[0]).parent / 'finding-'}",
        "-len_control=0",
    ]
    atheris.Setup([sys.argv[0], *options, *folders], check, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    with atheris.instrument_imports(include=["contract", "director"]):
        attacked = load(sys.argv[1])
    attack(attacked, *sys.argv[2:])
