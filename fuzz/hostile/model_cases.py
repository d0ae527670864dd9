"""Files of other tensors, values or contents than a ``model.pt`` has."""

import pickle
import struct
import warnings

import torch

from contract.errors import LayoutMismatchError, TensorValueError
from fuzz.hostile import models
from fuzz.hostile.case import Case
from fuzz.hostile.case import model_case as case


def layout_cases() -> list[Case]:
    """Tensors of another name, shape or type than the task's."""

    def wrong(name: str, data: bytes, says: str) -> Case:
        return case(name, data, says, LayoutMismatchError)

    state = models.network_state()
    renamed = {name.replace("layers.0", "fc1"): value for name, value in state.items()}
    weight = state["layers.0.weight"]
    return [
        wrong("a tensor is missing", models.with_state(layers__1__bias=None), "'layers.1.bias' is missing"),
        wrong("all tensors are missing", models.saved({}), "'layers.0.weight' is missing"),
        wrong("a tensor too many", models.with_state(head=torch.zeros(2)), "'head' is not in this task's network"),
        wrong("a layer of batch normalisation", models.with_state(n__num_batches_tracked=torch.tensor(3)),
              "'n.num_batches"),
        wrong("a renamed layer", models.saved(renamed), "other names: 'fc1.weight'"),
        wrong("the prefix of a wrapped module", models.saved({f"module.{k}": v for k, v in state.items()}),
              "begin with 'module.'"),
        wrong("a wider layer", models.with_state(layers__0__weight=torch.zeros(8, 6)), "shape 8×6 instead of 8×5"),
        wrong("a transposed shape", models.with_state(layers__0__weight=torch.zeros(5, 8)),
              "shape 5×8 instead of 8×5"),
        wrong("another rank", models.with_state(layers__0__weight=torch.zeros(40)), "shape 40 instead of 8×5"),
        wrong("a single number", models.with_state(layers__0__weight=torch.tensor(1.0)), "shape of a single number"),
        wrong("a huge shape", models.with_entry(models.tensor("0", (2**31, 2**31), elements=1)), "instead of 8×5"),
        *(
            wrong(f"elements of {name}", models.with_state(layers__0__weight=weight.to(kind)),
                  f"{name} instead of float32")
            for name, kind in {
                "float64": torch.float64, "float16": torch.float16, "bfloat16": torch.bfloat16, "int64": torch.int64,
                "int32": torch.int32, "int16": torch.int16, "int8": torch.int8, "uint8": torch.uint8,
                "bool": torch.bool,
            }.items()
        ),
    ]  # fmt: skip


def value_cases() -> list[Case]:
    """Numbers that no trained model has."""
    values = {
        "NaN": float("nan"),
        "infinity": float("inf"),
        "minus infinity": -float("inf"),
        "the largest number": 3.4028234e38,
        "one more than a million": 1_000_001.0,
        "1e30": 1e30,
        "-1e30": -1e30,
    }
    large = dict.fromkeys(["the largest number", "one more than a million"], "larger than 1000000")
    says = large | {"1e30": "larger than 1000000", "-1e30": "larger than 1000000"}
    bits = {"a NaN with bytes in it": 0x7FC0BEEF, "a negative NaN": 0xFFC00000, "a signalling NaN": 0x7F800001}
    return [
        case(f"a weight of {name}", models.with_value(value), says.get(name, "not a finite number"), TensorValueError)
        for name, value in values.items()
    ] + [
        case(f"a weight of {name}", models.model_file(data_1=struct.pack("<I", pattern) + bytes(28)),
             "not a finite number", TensorValueError)
        for name, pattern in bits.items()
    ]  # fmt: skip


ADAM = {
    "state": {},
    "param_groups": [
        {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-08, "weight_decay": 0, "amsgrad": False, "maximize": False,
         "foreach": None, "capturable": False, "differentiable": False, "fused": None,
         "decoupled_weight_decay": False, "params": [0, 1, 2, 3]},
    ],
}  # fmt: skip
"""What ``torch.optim.Adam(….parameters()).state_dict()`` gives: to make one imports torch's compiler, seconds of it."""


def real_file_cases() -> list[Case]:
    """What people save by mistake."""
    network = torch.nn.Sequential(torch.nn.Linear(5, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
    state = models.network_state()
    checkpoint = {"epoch": 3, "state_dict": state, "optimizer": {}}
    return [
        case("a legacy file", models.saved(state, _use_new_zipfile_serialization=False), "no archive"),
        case("a plain pickle", pickle.dumps({"layers.0.weight": [1.0]}), "no archive"),
        case("a whole module", models.saved(network), "torch.nn"),
        case("a checkpoint", models.saved(checkpoint), "it is a checkpoint, which holds the state_dict"),
        case("a state_dict in a list", models.saved([state]), "a list"),
        case("an optimizer's state", models.saved(ADAM), "the state of an optimizer"),
        case("a single tensor", models.saved(torch.zeros(3)), "something else than a state_dict"),
        case("a number", models.saved(3), "something else than a state_dict"),
        case("numpy arrays", models.saved({name: value.numpy() for name, value in state.items()}), "numpy"),
        case("quantised weights", models.with_state(
            layers__0__weight=torch.quantize_per_tensor(state["layers.0.weight"], 0.1, 0, torch.qint8)),
                "quantised"),
        case("complex weights", models.with_state(layers__0__weight=torch.zeros(8, 5, dtype=torch.cfloat)),
             "no place there"),
        case("weights of float8", models.with_state(layers__0__weight=torch.zeros(8, 5).to(torch.float8_e4m3fn)),
             "data.pkl"),
        case("weights without bytes", models.with_state(layers__0__weight=torch.zeros(8, 5, device="meta")),
             "no place there"),
    ]  # fmt: skip


with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # torch speaks up while the hostile files are made
    CASES = [*layout_cases(), *value_cases(), *real_file_cases()]
