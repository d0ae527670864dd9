"""``fl-envoy``: what a hospital's IT does. One file per subject."""

from typing import Annotated

import typer

from contract.command_line import run_program, version_option
from envoy.cli import (
    doctor,
    ledger,
    membership,
    models,
    own_token,
    participate,
    predictions,
    sending,
    statistics,
    tables,
    tasks,
)

app = typer.Typer(no_args_is_help=True, help="Federated Learning envoy: the hospital's clerk.")


@app.callback()
def fl_envoy(show_version: Annotated[bool, version_option("fl-envoy")] = False) -> None:
    """Federated Learning envoy: the hospital's clerk."""


for command in (
    membership.join,
    membership.renew,
    own_token.rotate,
    own_token.leave,
    tables.check,
    statistics.statistics,
    models.train,
    models.evaluate,
    sending.send,
    predictions.predict,
    participate.participate,
    participate.pause,
    participate.resume,
    participate.refuse,
    membership.status,
    doctor.doctor,
    ledger.ledger,
):
    app.command()(command)
app.add_typer(tasks.app, name="task")


def main() -> None:
    """Run the program."""
    run_program(app)
