"""A node whose hospital sends not what it learned but many times the way back: what the gate is there for."""

from collections.abc import Callable
from dataclasses import replace

import envoy.training
from contract.network import State
from envoy.training import TrainedModel
from flower_apps.cli import main

Train = Callable[..., TrainedModel]


def turned_round(train: Train) -> Train:
    def trained(task: object, start: State, *rest: object, **options: object) -> TrainedModel:
        learned = train(task, start, *rest, **options)
        state = {name: start[name] - 20 * (tensor - start[name]) for name, tensor in learned.state.items()}
        return replace(learned, state=state)

    return trained


if __name__ == "__main__":
    vars(envoy.training)["train"] = turned_round(envoy.training.train)
    main()
