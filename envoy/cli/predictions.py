"""``fl-envoy predict``: what the models say of this hospital's own rows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer

from contract.tasks import Task
from envoy.cli.program import (
    AsJson,
    Data,
    MapFile,
    TaskOption,
    chosen_task,
    out,
    path_said,
    print_json,
    says_what_failed,
    start_keeper,
    tables_source,
    with_map,
)
from envoy.cli.reading_shown import reading_shown
from envoy.errors import PolicyError
from envoy.kept_files import write_whole
from envoy.kept_models import KeptModels
from envoy.prediction import Model, predicted, written
from envoy.settings import EnvoySettings, read_settings

Which = Literal["global", "local", "both"]


@says_what_failed
def predict(
    out_file: Annotated[
        Path,
        typer.Option("--out", parser=path_said, metavar="FILE", help="Write the predictions to this file, as CSV."),
    ],
    data: Data = None,
    task: TaskOption = None,
    map_file: MapFile = None,
    model: Annotated[Which, typer.Option(help="Whom to ask.")] = "both",
    as_json: AsJson = False,
) -> None:
    """Ask this hospital's last model and the last common one of its own rows; contacts nobody, sends nothing."""
    settings = with_map(read_settings(), map_file)
    asked = start_keeper(settings).last_task(chosen_task(settings, task))
    models = _models(settings, asked, model)
    from envoy.reading import rows_to_predict  # late: pandas takes half a second

    source = tables_source(settings, data)
    with reading_shown(as_json=as_json):
        rows = rows_to_predict(asked, source)
    write_whole(out_file, written(predicted(asked, rows, models)).encode(), lasting=False)
    abstained = sum(why != "" for why in rows.why_not)
    have = [whose for whose, found in models.items() if found is not None]
    if as_json:
        print_json({"task": asked.name, "rows": len(rows), "abstained": abstained, "models": have})
        return
    out.print(f"{len(rows):,} rows, {abstained:,} of them abstained from, by the {' and the '.join(have)} model.")
    for whose in set(models) - set(have):
        out.print(f"There is no {whose} model here yet: {_HOW[whose]}.")
    out.print(f"They are in {out_file}, for this hospital's own eyes. Nothing was sent.")


_HOW = {"local": "fl-envoy train or participate makes one", "global": "fl-envoy evaluate fetches it once there is one"}


def _models(settings: EnvoySettings, task: Task, which: Which) -> Mapping[str, Model | None]:
    """Give the models that are asked, of those that the home keeps.

    Raises:
        PolicyError: It keeps none of them.
    """
    found: dict[str, Model | None] = {}
    if which != "global":
        found["local"] = KeptModels(settings.home_folder).last(task)
    if which != "local":
        found["global"] = _common(settings, task)
    if not any(found.values()):
        hint = "; ".join(f"{whose}: {_HOW[whose]}" for whose in found)
        raise PolicyError(f"This envoy keeps no model of task {task.name}.", hint=f"{hint}.")
    return found


def _common(settings: EnvoySettings, task: Task) -> Model | None:
    keeper = start_keeper(settings)
    if keeper.last_version(task.name) is None:
        return None
    start = keeper.last(task.name)
    return Model(start.state, start.scaler) if start.scaler is not None else None
