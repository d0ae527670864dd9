"""A task file that is sound, and the same with something changed."""

import tomllib
from typing import Any

HEART = """
name = "heart"
title = "Narrowed coronary arteries"
notice = "Made up for tests."
source = "table"
index = "the visit before the angiography"
availability = ["static", "at_admission"]
exclusions = ["age < 18"]
out_of_bounds = "abstain"

[[features]]
name = "age"
kind = "number"
unit = "years"
minimum = 0
maximum = 120
availability = "static"

[[features]]
name = "pain"
kind = "category"
categories = ["none", "typical", "other"]
availability = "at_admission"
missing = "none"

[[features]]
name = "angina"
kind = "flag"
availability = "at_admission"

[[features]]
name = "cholesterol"
kind = "number"
unit = "mg/dl"
minimum = 50
maximum = 700
availability = "at_admission"
missing = 240

[outcome]
kind = "binary"
label = "a coronary artery narrowed by more than half"
source = "narrowed"

[risk]
bounds = [0.2, 0.6]

[model]
kind = "logistic"

[plan]
optimizer = "sgd"
learning_rate = 0.05
batch_size = 16
epochs = 2

[split]
validation = 0.1
test = 0.2
"""
"""Rows: patients or visits of a hospital's own table, made up."""


def changed(old: str, new: str) -> bytes:
    """Give the file with one text in the place of another, which must be there."""
    assert old in HEART
    return HEART.replace(old, new).encode()


def as_data() -> dict[str, Any]:
    """Give the file as TOML reads it."""
    return tomllib.loads(HEART)
