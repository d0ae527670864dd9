"""A consortium's own question, as a file: one table, features of each kind, some of which may be missing."""

from contract.tasks import Task
from contract.tasks.task_file import read_task_file

TEXT = """\
name = "falls"
title = "A fall during the stay"
notice = "Made up for tests."
source = "table"
index = "admission to the ward"
availability = ["static", "at_admission"]
exclusions = ["age < 18"]
out_of_bounds = "abstain"
minimum_examples = 10

[[features]]
name = "age"
kind = "number"
unit = "years"
availability = "static"
minimum = 0
maximum = 110

[[features]]
name = "earlier_falls"
kind = "count"
unit = "falls"
availability = "at_admission"
minimum = 0
maximum = 50
missing = 0

[[features]]
name = "walks_alone"
kind = "flag"
availability = "at_admission"

[[features]]
name = "ward"
kind = "category"
availability = "at_admission"
categories = ["medical", "surgical", "geriatric"]
missing = "medical"

[outcome]
kind = "binary"
label = "fell during the stay"
source = "fell"

[model]
kind = "logistic"

[plan]
optimizer = "sgd"
learning_rate = 0.1
batch_size = 32
epochs = 2

[split]
validation = 0.15
test = 0.2

[risk]
bounds = [0.1, 0.3]
"""


def table_task(text: str = TEXT, **changes: str) -> Task:
    """Read the task; a change replaces the value of a key at the top or of the model."""
    for key, value in changes.items():
        lines = [line if line.partition(" =")[0] != key else f"{key} = {value}" for line in text.splitlines()]
        text = "\n".join(lines)
    return read_task_file(text.encode())


PATIENT = {"age": 71.5, "earlier_falls": 2, "walks_alone": True, "ward": "geriatric"}
