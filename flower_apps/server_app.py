"""The ServerApp: what the SuperLink runs for ``fl-flower run``. It takes the plan's folder from the run's settings."""

from datetime import UTC, datetime
from pathlib import Path

from flwr.app import Context
from flwr.serverapp import Grid, ServerApp

from contract.errors import FederationError
from flower_apps.coordinator import Coordinator
from flower_apps.errors import FlowerError
from flower_apps.over_grid import OverGrid
from flower_apps.plan_folder import Plan
from flower_apps.result_folder import ResultFolder

app = ServerApp()


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _conduct(grid: Grid, context: Context) -> None:
    settings = context.run_config
    out = Path(str(settings["out"]))

    def say(sentence: str) -> None:
        print(sentence, flush=True)
        with (out / "run.log").open("a", encoding="utf-8") as log:
            log.write(f"{_utc_now().isoformat(timespec='seconds')} {sentence}\n")

    out.mkdir(parents=True, exist_ok=True)
    try:
        plan = Plan.read(Path(str(settings["plan"])))
        hospitals = OverGrid(grid, plan.hospitals, float(str(settings["deadline"])), say)
        Coordinator(plan, ResultFolder(out), str(context.run_id), _utc_now, say).conduct(hospitals.ask)
    except FederationError as error:
        say(f"{error.sentence} {error.hint or ''}".strip())
        raise FlowerError(error.sentence, hint=error.hint) from error


app.main()(_conduct)
