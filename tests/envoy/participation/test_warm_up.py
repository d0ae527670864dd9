"""What takes time once."""

import subprocess
import sys
from dataclasses import replace

from contract.tasks import DIAGNOSIS_COUNT
from envoy.participation.warm_up import limit_threads, warm_up
from tests.envoy.own_table.heart import HEART
from tests.envoy.participation.rounds_played import KNH

SCRIPT = """
import sys
from contract.tasks import DIAGNOSIS_COUNT
from contract.names import EnvoyName
from envoy.participation.warm_up import warm_up
assert "torch" not in sys.modules
warm_up(DIAGNOSIS_COUNT, EnvoyName("KNH"))
assert "torch" in sys.modules
import torch
assert "sklearn" not in sys.modules, "a second that no round needs"
"""


def test_torch_is_there_afterwards_and_nothing_that_no_round_needs() -> None:
    subprocess.run([sys.executable, "-c", SCRIPT], check=True)


def test_no_more_threads_calculate_than_are_allowed() -> None:
    import torch
    from threadpoolctl import threadpool_info

    limit_threads(1)
    assert torch.get_num_threads() == 1
    assert {pool["num_threads"] for pool in threadpool_info()} == {1}
    warm_up(DIAGNOSIS_COUNT, KNH)
    assert torch.get_num_threads() == 1


def test_a_task_of_steps_with_a_binary_outcome_is_warmed_up_too() -> None:
    plan = replace(HEART.training, local_epochs=None, local_steps=3, patience=2)
    warm_up(replace(HEART, training=plan), KNH)
