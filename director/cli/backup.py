"""``fl-director backup`` and ``restore``: a whole copy of the federation, and a federation from a copy."""

from pathlib import Path
from typing import Annotated

import typer

from contract.moments import shown_moment
from director.cli.program import director_here, err, opened_director, out, path_given, say_where, says_what_failed
from director.members.access import LOCAL_ADMIN


@says_what_failed
def backup(
    target: Annotated[
        Path, typer.Argument(parser=path_given, metavar="FOLDER", help="The folder to make; it must not be there yet.")
    ],
) -> None:
    """Copy the whole federation, also while it serves; the copy is read back whole before it has its name."""
    made = opened_director().upkeep.back_up(LOCAL_ADMIN, target)
    out.print(f"{target}: {made.files} files, audit up to record {made.checkpoint.seq}")
    err.print("It holds every hospital's models: keep it as you keep the data folder.")


@says_what_failed
def restore(
    source: Annotated[Path, typer.Argument(parser=path_given, metavar="FOLDER", help="A folder that backup made.")],
) -> None:
    """Make an empty data folder the federation that a backup holds; refuses a damaged backup and a folder in use."""
    director = director_here()
    say_where(director)
    made = director.restore(source)
    out.print(f"Ready: {director.settings.data_dir.resolve()}, as of {shown_moment(made.made_at)}")
    err.print("Next: fl-director fsck, then fl-director serve")
