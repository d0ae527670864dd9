"""This hospital's patients of a task, as the commands that learn or measure read them."""

from contract.tasks import Task
from envoy.cli.program import chosen_seed, tables_source
from envoy.cli.reading_shown import reading_shown
from envoy.settings import EnvoySettings
from envoy.submission import LocalData, read_local_data


def chosen_patients(
    settings: EnvoySettings, task: Task, data: str | None, seed: int | None, *, as_json: bool
) -> LocalData:
    """Read this hospital's patients of a task, split; show meanwhile what is read."""
    source = tables_source(settings, data)
    with reading_shown(as_json=as_json):
        return read_local_data(
            task,
            source,
            seed=chosen_seed(settings, seed),
            held_out_share=settings.held_out_share,
            rules=settings.rules,
        )
