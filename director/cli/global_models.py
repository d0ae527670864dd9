"""``fl-director aggregate`` and ``fl-director model``: making, reading and publishing global versions."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from contract.messages import DEFAULT_TASK, AggregationRequest, GlobalModel
from contract.names import EnvoyName, TaskName
from director import registry
from director.access import LOCAL_ADMIN
from director.cli.program import AsJson, Task, opened_director, out, print_json, says_what_failed
from director.errors import UsageError

app = typer.Typer(no_args_is_help=True, help="Global models.")


@says_what_failed
def aggregate(
    task: Task = DEFAULT_TASK,
    strategy: Annotated[str, typer.Option(help="How to combine.")] = "fedavg",
    envoy: Annotated[list[str] | None, typer.Option(help="Only these hospitals; may be given many times.")] = None,
    scaler: Annotated[str, typer.Option(help="merged, or a hospital whose scaler to reuse.")] = "merged",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be.")] = False,
    as_json: AsJson = False,
) -> None:
    """Average the hospitals' current models into a new global version and publish it."""
    request = AggregationRequest(
        task=TaskName(task),
        strategy=strategy,
        envoys=tuple(EnvoyName(name) for name in envoy) if envoy else None,
        scaler=scaler,
        dry_run=dry_run,
    )
    _print_model(opened_director().global_models.aggregate(LOCAL_ADMIN, request), as_json)


@app.command("list")
@says_what_failed
def model_list(task: Task = DEFAULT_TASK, as_json: AsJson = False) -> None:
    """List global versions, newest first."""
    page = opened_director().global_models.page(LOCAL_ADMIN, TaskName(task), registry.MAX_PAGE, None)
    if as_json:
        print_json(page.items)
        return
    table = Table("version", "current", "strategy", "hospitals", "examples", "sha256", "made")
    for each in page.items:
        current = "current" if each.published else ""
        made = f"{each.created_at:%Y-%m-%d %H:%M}"
        table.add_row(
            str(each.version),
            current,
            each.strategy,
            str(len(each.inputs)),
            str(each.num_examples),
            each.sha256[:12],
            made,
        )
    out.print(table)


@app.command("show")
@says_what_failed
def model_show(version: int, task: Task = DEFAULT_TASK, as_json: AsJson = False) -> None:
    """Show a global version and what it rests on."""
    _print_model(opened_director().global_models.get(LOCAL_ADMIN, TaskName(task), version), as_json)


@app.command("publish")
@says_what_failed
def model_publish(version: int, task: Task = DEFAULT_TASK, as_json: AsJson = False) -> None:
    """Make a version the current one; an older one is a rollback."""
    _print_model(opened_director().global_models.publish(LOCAL_ADMIN, TaskName(task), version), as_json)


@app.command("import")
@says_what_failed
def model_import(folder: Path, task: Task = DEFAULT_TASK, as_json: AsJson = False) -> None:
    """Take a model that python -m aggregation made, through the gate, and publish it."""
    try:
        model, scaler, card = ((folder / name).read_bytes() for name in ("model.pt", "scaler.pkl", "card.json"))
    except OSError as error:
        raise UsageError(
            f"{error.filename}: {error.strerror}.", hint="Name the folder that python -m aggregation --out wrote."
        ) from None
    _print_model(
        opened_director().global_models.import_model(LOCAL_ADMIN, TaskName(task), model, scaler, card), as_json
    )


def _print_model(model: GlobalModel, as_json: bool) -> None:
    if as_json:
        print_json(model)
        return
    what = f"global model {model.version}" if model.version else "preview"
    state = "current" if model.published else "not current"
    out.print(f"{what} of {model.task} ({state}), {model.strategy}, {model.num_examples} examples", markup=False)
    out.print(f"sha256 {model.sha256}", markup=False)
    table = Table("hospital", "version", "examples", "weight", "sha256")
    for each in model.inputs:
        weight = f"{each.weight:.4f}"
        table.add_row(each.envoy_name, str(each.version), str(each.num_examples), weight, each.model_sha256[:12])
    out.print(table)
