"""The demonstration: is the number of a patient's recorded diagnoses low, medium or high?"""

from contract.names import TaskName
from contract.network import ArchitectureSpec
from contract.tasks.task import RISK_LEVELS, Feature, Task, TrainingPlan

DIAGNOSIS_COUNT = Task(
    name=TaskName("diagnosis_count"),
    title="Risk level from the number of recorded diagnoses",
    notice="Demonstration task, not clinical: the label is a function of its own input.",
    features=(
        Feature(
            name="diagnosis_count",
            unit="diagnoses",
            source="diagnoses_icd: rows per subject_id",
            kind="count",
            minimum=0.0,
            maximum=100_000.0,
        ),
    ),
    label="diagnosis_count: low below the first cut point, high from the second on",
    cut_points=(5.0, 15.0),
    architecture=ArchitectureSpec(input_size=1, hidden_sizes=(32, 16), output_size=len(RISK_LEVELS)),
    training=TrainingPlan(optimizer="adam", learning_rate=1e-2, batch_size=64, local_epochs=2),
    initial_seed=20_260_101,
    minimum_examples=10,
    maximum_examples=10_000_000,
)
