"""A question of a consortium's own, and a hospital's table for it."""

from pathlib import Path

import numpy as np

from contract.tasks import Task
from contract.tasks.task_file import read_task_file

HEADER = "patient,age,sex,creatinine,smoker,visits,died"
FILE = """\
name = "heart"
title = "Death within a year"
notice = "A test's invention."
source = "table"
index = "the day of the visit"
availability = ["static", "at_admission", "history"]
exclusions = ["age < 18"]
out_of_bounds = "abstain"
minimum_examples = 20

[[features]]
name = "age"
kind = "number"
unit = "years"
minimum = 18
maximum = 110
availability = "static"

[[features]]
name = "sex"
kind = "category"
categories = ["female", "male"]
availability = "static"

[[features]]
name = "creatinine"
kind = "number"
unit = "mg/dl"
minimum = 0.1
maximum = 30
missing = 1.0
availability = "at_admission"

[[features]]
name = "smoker"
kind = "flag"
missing = 0
availability = "at_admission"

[[features]]
name = "earlier_visits"
source = "visits"
kind = "count"
minimum = 0
maximum = 500
availability = "history"

[outcome]
kind = "binary"
source = "died"
label = "died within a year"

[risk]
bounds = [0.1, 0.3]

[model]
kind = "logistic"

[plan]
optimizer = "sgd"
learning_rate = 0.5
batch_size = 32
epochs = 3

[split]
validation = 0.1
test = 0.2
"""


def heart(**changes: str) -> Task:
    """Give the task; each change replaces a text of its file, named by what stands there with _ for spaces."""
    text = FILE
    for old, new in changes.items():
        text = text.replace(old, new)
    return read_task_file(text.encode())


HEART = heart()


def rows(count: int = 300, *, seed: int = 0, patients: int | None = None) -> list[str]:
    """Make up rows whose outcome depends on age and creatinine, some values missing."""
    made = np.random.default_rng(seed)
    age = made.integers(18, 95, count)
    sex = np.where(made.random(count) < 0.5, "female", "male")
    creatinine = np.round(made.lognormal(0.1, 0.4, count), 2)
    is_missing = made.random(count) < 0.2
    smoker = np.where(made.random(count) < 0.1, "", made.integers(0, 2, count).astype(str))
    visits = made.poisson(2, count)
    logit = (age - 60) / 15 + creatinine - 2
    died = (made.random(count) < 1 / (1 + np.exp(-logit))).astype(int)
    whose = np.arange(count) % (patients or count)
    return [
        f"P{who},{a},{s},{'' if gone else c},{k},{v},{d}"
        for who, a, s, c, gone, k, v, d in zip(
            whose, age, sex, creatinine, is_missing, smoker, visits, died, strict=True
        )
    ]


def table(*lines: str, header: str = HEADER) -> str:
    return "\n".join([header, *lines]) + "\n"


def put(folder: Path, text: str | bytes, name: str = "heart.csv") -> Path:
    """Write a file into a folder; gives its path."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
