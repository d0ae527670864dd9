"""Real patients dealt unevenly to eleven hospitals, and a logistic model that tells their class.

Data: Wisconsin Diagnostic Breast Cancer (Wolberg, Street and Mangasarian 1995), 569 patients with 30 measurements each,
as scikit-learn carries it.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_breast_cancer

from aggregation.scaling import merge_scalers
from contract.names import TaskName
from contract.network import ArchitectureSpec, State, forward
from contract.scaler import ScalerState
from contract.tasks import Feature, Task
from simulation.demonstration import DEMONSTRATION
from simulation.partition import deal_by_label
from simulation.quick_training import Patients

HOSPITALS = 11
HELD_OUT_SHARE = 0.2
CONCENTRATION = 0.5
"""Of the Dirichlet distribution that deals each class out: at 0.5 some hospitals see hardly a case of one of them."""
LEAST_PATIENTS = 10


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
        training=DEMONSTRATION.training,
        initial_seed=0,
        minimum_examples=LEAST_PATIENTS,
        maximum_examples=10_000_000,
    )


@dataclass(frozen=True)
class Consortium:
    """The hospitals' patients and the held-out ones, all behind the exact merged scaler."""

    hospitals: tuple[Patients, ...]
    held_out: Patients
    scaler: ScalerState


def consortium(seed: int, hospitals: int = HOSPITALS) -> Consortium:
    """Hold a fifth out, and deal the others out to hospitals by class."""
    draw = np.random.default_rng(seed)
    bunch = load_breast_cancer()
    x, y = np.asarray(bunch.data, np.float64), np.asarray(bunch.target, np.int64)
    held_out, training = np.split(draw.permutation(len(y)), [round(HELD_OUT_SHARE * len(y))])
    owner = deal_by_label(y[training], hospitals, CONCENTRATION, draw, LEAST_PATIENTS)
    parts = [training[owner == place] for place in range(hospitals)]
    scaler = merge_scalers([ScalerState.fitted(x[rows]) for rows in parts])
    return Consortium(
        tuple(Patients(scaler.transform(x[rows]), y[rows]) for rows in parts),
        Patients(scaler.transform(x[held_out]), y[held_out]),
        scaler,
    )


def accuracy(architecture: ArchitectureSpec, state: State, patients: Patients) -> float:
    """Give the share of patients whose class the model tells."""
    return float((forward(architecture, state, patients.x).argmax(axis=1) == patients.y).mean())
