"""The folder that a run's plan is written into: new, empty, or of an earlier plan, and never anything else."""

from pathlib import Path

from contract.messages.engine_plans import PLAN_FILE
from contract.parts import GLOBAL_FILES
from director.errors import UsageError
from director.models.engine_plan import PlannedRun
from director.records.files import replace_whole

MODEL_FILE, SCALER_FILE = GLOBAL_FILES["model"], GLOBAL_FILES["scaler"]
_FILES = frozenset((PLAN_FILE, MODEL_FILE, SCALER_FILE))


def require_room_for_plan(folder: Path) -> None:
    """Refuse a folder that holds anything else.

    Raises:
        UsageError: It does, or is no folder.
        OSError: It can't be looked into.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder.", hint="Name a new or an empty folder.")
    others = sorted(each.name for each in folder.iterdir() if each.name not in _FILES or not each.is_file())
    if others:
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        raise UsageError(
            f"{folder} holds other things than an earlier plan: {', '.join(others[:3])}{more}.",
            hint="Name a new or an empty folder.",
        )


def write_plan(folder: Path, planned: PlannedRun) -> None:
    """Write a plan with its start's files; ``plan.json`` comes last, so where it lies the other two are its own.

    Raises:
        UsageError: As ``require_room_for_plan``.
        OSError: It can't be written.
    """
    require_room_for_plan(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PLAN_FILE).unlink(missing_ok=True)  # the earlier plan's, before its files go
    replace_whole(folder / MODEL_FILE, [planned.model])
    replace_whole(folder / SCALER_FILE, [planned.scaler])
    replace_whole(folder / PLAN_FILE, [planned.plan.model_dump_json(indent=2).encode(), b"\n"])
