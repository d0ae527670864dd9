"""``fl-flower``: rounds under Flower. A hospital: key, node; whoever conducts them: superlink, admit, run."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from contract.command_line import end_with, run_program, version_option
from contract.errors import FederationError
from contract.names import EnvoyName
from contract.terminal import Terminal
from envoy.operating_system import private_folder, when_told_to_stop
from flower_apps.errors import FlowerError
from flower_apps.keys import make_key
from flower_apps.superlink import DEFAULT_PORT, SuperLink
from flower_apps.surroundings import program

app = typer.Typer(no_args_is_help=True, help=__doc__)
_EXIT_FAILED = 4

Folder = Annotated[Path, typer.Option(help="The SuperLink's private folder.", file_okay=False)]
File = Annotated[Path, typer.Option(exists=True, dir_okay=False)]
Port = Annotated[int, typer.Option(min=1, max=65535)]


@app.callback()
def _about(version: Annotated[bool, version_option("fl-flower")] = False) -> None:
    """Rounds under Flower."""


@app.command()
def key(out: Annotated[Path, typer.Option(help="A folder of the hospital's own.", file_okay=False)]) -> None:
    """Make this hospital's key; its public half goes to whoever runs the SuperLink."""
    Terminal().print(f"Give this to whoever runs the SuperLink: {make_key(out)}")


@app.command()
def node(
    superlink: Annotated[str, typer.Option(help="The SuperLink, HOST:PORT.")],
    certificates: File,
    private_key: Annotated[Path, typer.Option("--key", exists=True, dir_okay=False, help="Of fl-flower key.")],
    data: Annotated[str | None, typer.Option(help="Where the tables lie; else ENVOY_DATA.")] = None,
) -> None:
    """Take part in rounds under Flower, as this hospital's envoy: its tables, its limits, its ledger."""
    from flower_apps.node import Link, Node
    from flower_apps.own_hospital import hospital_here

    err = Terminal(stderr=True)
    when_told_to_stop(_stop)
    try:
        Node(Link(superlink, certificates, private_key), hospital_here(superlink, err.print, data), err.print).run()
    except KeyboardInterrupt:
        err.print("Stopped.")


@app.command()
def superlink(
    folder: Folder,
    authority: File,
    certificate: File,
    private_key: Annotated[Path, typer.Option("--key", exists=True, dir_okay=False)],
    host: Annotated[str, typer.Option(help="Where it listens; behind a proxy the loopback.")] = "127.0.0.1",
    port: Port = DEFAULT_PORT,
) -> None:
    """Run Flower's SuperLink: hospitals sign in, all is encrypted, it reports to nobody; ends with a signal."""
    private_folder(folder)
    there = SuperLink(folder, port)
    there.keep_address(authority)
    command = there.command(host, authority, certificate, private_key)
    if sys.platform == "win32":
        raise typer.Exit(subprocess.run(command, env=there.surroundings, check=False).returncode)
    os.execve(program("flower-superlink"), command, there.surroundings)  # noqa: S606  # a signal reaches it itself


@app.command()
def admit(
    envoy: Annotated[str, typer.Argument(help="The hospital, by the name that the director knows.")],
    public_key: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Its node.pub.")],
    folder: Folder,
    port: Port = DEFAULT_PORT,
) -> None:
    """Let a hospital's key in under its name."""
    name = EnvoyName(envoy)
    number = SuperLink(folder, port).admit(name, public_key)
    Terminal().print(f"{name} is admitted, as node {number}.")


@app.command()
def run(
    plan: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="What fl-director run plan wrote.")],
    out: Annotated[Path, typer.Option(help="A folder for the result; one that was begun is gone on with.")],
    folder: Folder,
    port: Port = DEFAULT_PORT,
    deadline: Annotated[
        float, typer.Option(min=1, help="Seconds after which a round goes on without the rest.")
    ] = 3600,
) -> None:
    """Conduct a plan's rounds; begun again with the same --out it goes on behind the last whole round."""
    from flower_apps.plan_folder import Plan
    from flower_apps.result_folder import ResultFolder

    err, there, result = Terminal(stderr=True), SuperLink(folder, port), ResultFolder(out.resolve())
    read = Plan.read(plan)
    result.progress(read)  # what does not fit is said before anything is begun
    number = there.begin(plan.resolve(), result.folder, deadline)
    err.print(f"Run {number} has begun; what it does is told in {out / 'run.log'}.")
    try:
        status = there.ended(number)
    except KeyboardInterrupt:
        there.stop(number)
        raise
    if len(result.progress(read).rounds) < read.described.rounds:
        raise FlowerError(
            f"The run ended before its last round ({status}); {out / 'run.log'} says why.",
            hint="Run it again with the same --out: it goes on behind the last whole round.",
        )
    Terminal().print(f"{read.described.rounds} rounds are done: {out}")
    err.print(f"Next, each hospital: fl-envoy send; then, where the director runs: fl-director model import {out}")


def _stop(signal_number: int, frame: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Run the command line: 0 ok, 2 usage, 4 what failed."""
    run_program(_ends_with_an_error)


def _ends_with_an_error(**options: bool) -> object:
    try:
        return app(**options)
    except FederationError as error:
        end_with(error, _EXIT_FAILED, as_json=False)
    except OSError as error:
        end_with(FlowerError(f"{error.filename or 'A file'}: {error.strerror}."), _EXIT_FAILED, as_json=False)


if __name__ == "__main__":
    main()
