"""Real patients dealt unevenly to eleven hospitals, and a logistic model that trains in milliseconds, without torch.

Data: Wisconsin Diagnostic Breast Cancer (Wolberg, Street and Mangasarian 1995), 569 patients with 30 measurements each,
as scikit-learn carries it.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer

from aggregation.scaling import merge_scalers
from contract.names import TaskName
from contract.network import ArchitectureSpec, Matrix, State, bias_name, forward, softmax, weight_name
from contract.scaler import ScalerState
from contract.tasks import DIAGNOSIS_COUNT, Feature, Task

Labels = NDArray[np.int64]

HOSPITALS = 11
HELD_OUT_SHARE = 0.2
CONCENTRATION = 0.5
"""Of the Dirichlet distribution that deals each class out: at 0.5 some hospitals see hardly a case of one of them."""
LEAST_PATIENTS = 10


@dataclass(frozen=True)
class LocalTraining:
    """How a hospital trains in one round; ``batch`` None: on all its patients at once."""

    name: str
    optimizer: Literal["adam", "sgd"]
    learning_rate: float
    batch: int | None
    epochs: int


HOUSE = LocalTraining("Adam 0.01, batch 64, 2 epochs: the plan of `diagnosis_count`", "adam", 1e-2, 64, 2)


def task() -> Task:
    """Tell malignant (0) from benign (1) by 30 measurements: a linear model, no hidden layer."""
    names = [str(name).replace(" ", "_") for name in load_breast_cancer().feature_names]
    return Task(
        name=TaskName("breast_cancer"),
        title="Malignant or benign, from measurements of cell nuclei",
        notice="For experiments only.",
        features=tuple(Feature(name, "", "scikit-learn", "number", 0.0, 10_000.0) for name in names),
        label="1 where the finding is benign",
        cut_points=(0.5,),
        architecture=ArchitectureSpec(input_size=len(names), hidden_sizes=(), output_size=2),
        training=DIAGNOSIS_COUNT.training,
        initial_seed=0,
        minimum_examples=LEAST_PATIENTS,
        maximum_examples=10_000_000,
    )


@dataclass(frozen=True)
class Patients:
    """Rows × measurements, standardised, and the class of each row."""

    x: Matrix
    y: Labels

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True)
class Consortium:
    """The hospitals' patients and the held-out ones, all behind the exact merged scaler."""

    hospitals: tuple[Patients, ...]
    held_out: Patients
    scaler: ScalerState


def consortium(seed: int) -> Consortium:
    """Hold a fifth out, and deal the others out by class."""
    draw = np.random.default_rng(seed)
    bunch = load_breast_cancer()
    x, y = np.asarray(bunch.data, np.float64), np.asarray(bunch.target, np.int64)
    held_out, training = np.split(draw.permutation(len(y)), [round(HELD_OUT_SHARE * len(y))])
    owner = _deal(y[training], draw)
    parts = [training[owner == place] for place in range(HOSPITALS)]
    scaler = merge_scalers([ScalerState.fitted(x[rows]) for rows in parts])
    return Consortium(
        tuple(Patients(scaler.transform(x[rows]), y[rows]) for rows in parts),
        Patients(scaler.transform(x[held_out]), y[held_out]),
        scaler,
    )


def train(start: State, patients: Patients, training: LocalTraining, draw: np.random.Generator) -> State:
    """Train the logistic model on the cross-entropy.

    Adam: Kingma and Ba 2015, Algorithm 1, fresh each time, with PyTorch's constants, as the envoy trains.
    """
    parameters = np.concatenate([start[weight_name(0)], start[bias_name(0)][:, np.newaxis]], axis=1, dtype=np.float64)
    x = np.concatenate([patients.x, np.ones((len(patients), 1))], axis=1)
    mean, square, step = np.zeros_like(parameters), np.zeros_like(parameters), 0
    batch = training.batch or len(patients)
    for _ in range(training.epochs):
        order = draw.permutation(len(patients))
        for first in range(0, len(order), batch):
            rows = order[first : first + batch]
            error = softmax(x[rows] @ parameters.T)
            error[np.arange(len(rows)), patients.y[rows]] -= 1
            move = error.T @ x[rows] / len(rows)
            if training.optimizer == "adam":
                step += 1
                mean += (1 - 0.9) * (move - mean)
                square += (1 - 0.999) * (np.square(move) - square)
                move = mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
            parameters -= training.learning_rate * move
    return {weight_name(0): parameters[:, :-1].astype(np.float32), bias_name(0): parameters[:, -1].astype(np.float32)}


def accuracy(architecture: ArchitectureSpec, state: State, patients: Patients) -> float:
    """Give the share of patients whose class the model tells."""
    return float((forward(architecture, state, patients.x).argmax(axis=1) == patients.y).mean())


def _deal(y: Labels, draw: np.random.Generator) -> Labels:
    """Give each row its hospital, drawn again until every hospital has patients enough to train."""
    while True:
        owner = np.empty(len(y), np.int64)
        for label in np.unique(y):
            rows = draw.permutation(np.flatnonzero(y == label))
            shares = draw.dirichlet(np.full(HOSPITALS, CONCENTRATION))
            cuts = np.rint(np.cumsum(shares)[:-1] * len(rows)).astype(np.int64)
            for place, part in enumerate(np.split(rows, cuts)):
                owner[part] = place
        if np.bincount(owner, minlength=HOSPITALS).min() >= LEAST_PATIENTS:
            return owner
