"""Columns of admissions → the rows for which a model is asked: every admission, whether its outcome is known or not."""

import numpy as np

from contract.tasks import Task
from contract.tasks.exclusions import left_out
from contract.tasks.records import raw_matrix
from envoy.admissions.cohorts import encoded, without_contradictions
from envoy.admissions.columns import Columns
from envoy.prediction import RowsToPredict

_CONTRADICTS = "contradicts itself or another admission"


def admissions_to_predict(task: Task, columns: Columns) -> RowsToPredict:
    """Give all admissions in the order of their table, each with why nothing is said of it, if so.

    That is where the cohort has no such row either: it contradicts something, the task leaves it out or does not know
    a value of it, or the patient died before the moment from which the outcome is looked for.

    Args:
        task: One that ``is_of_records``.
        columns: At least one admission.
    """
    sound, _ = without_contradictions(columns, [])
    places = np.flatnonzero(np.isin(columns.ids, sound.ids))
    raw = raw_matrix(task.features, sound.stays, np.arange(len(sound.ids)))
    why = np.full(len(raw), "", dtype=object)
    if task.index == "discharge":
        why[sound.fates.died] = "died before"
    for text, which in left_out(task.comparisons, raw).items():
        why[which & (why == "")] = f"left out: {text}"
    for place, feature in enumerate(task.features):
        why[~feature.sound(raw[:, place]) & (why == "")] = f"{feature.name} is not one that the task knows"
    raw[why != ""] = 0.0  # nothing is calculated from what is no number
    vectors, why_not = np.zeros((len(columns.ids), len(task.columns))), np.full(len(columns.ids), _CONTRADICTS, object)
    vectors[places], why_not[places] = encoded(task, raw), why
    keys = {"subject_id": columns.stays.patients, "hadm_id": columns.ids}
    return RowsToPredict({name: list(map(str, ids.tolist())) for name, ids in keys.items()}, vectors, why_not.tolist())
