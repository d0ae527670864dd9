"""``fl-director``: what the consortium's admin does on the director's own machine. One file per resource."""

import logging
import os
from typing import Annotated

import typer

from contract.command_line import run_program, version_option
from director.cli import (
    alerts,
    audit,
    backup,
    centre,
    doctor,
    envoys,
    global_models,
    logs,
    proposals,
    pruning,
    roles,
    runs,
    statistics,
    status,
    strategies,
    submissions,
    tasks,
    tokens,
    tracking,
    validation,
)

app = typer.Typer(no_args_is_help=True, help="Federated Learning Director: the coordinating centre.")


@app.callback()
def fl_director(show_version: Annotated[bool, version_option("fl-director")] = False) -> None:
    """Federated Learning Director: the coordinating centre."""


for command in (
    centre.init,
    centre.serve,
    status.status,
    doctor.doctor,
    global_models.aggregate,
    runs.quiesce,
    logs.logs,
    tracking.track,
    centre.fsck,
    roles.roles,
    backup.backup,
    backup.restore,
    pruning.prune,
):
    app.command()(command)
for name, resource in (
    ("envoy", envoys),
    ("token", tokens),
    ("task", tasks),
    ("statistics", statistics),
    ("submission", submissions),
    ("validation", validation),
    ("model", global_models),
    ("strategy", strategies),
    ("proposal", proposals),
    ("run", runs),
    ("audit", audit),
    ("alert", alerts),
):
    app.add_typer(resource.app, name=name)
app.add_typer(runs.rounds, name="round")


def main() -> None:
    """Run the program; whatever it writes is its owner's alone."""
    os.umask(0o077)
    logging.getLogger("director").addHandler(logging.NullHandler())  # what a command did it prints, and the audit says
    run_program(app)
