"""What can stop an experiment in one process, and where Python itself shows it, the hint with it."""

from collections.abc import Iterator
from contextlib import contextmanager

from contract.errors import FederationError


class SimulationError(FederationError):
    """Root of the simulation's own errors."""

    code = "simulation_error"


class ExperimentError(SimulationError):
    """What was asked for can't be run, shown or compared: ask for something else."""

    code = "experiment_impossible"


class SavedRunError(SimulationError):
    """A folder is no saved run, or holds something that a saved run must not replace."""

    code = "saved_run_invalid"


class PlotsMissingError(SimulationError):
    """There is nothing to draw with: the package has to be installed."""

    code = "plots_missing"


class EngineMissingError(SimulationError):
    """An engine is not there: its extra has to be installed, in an environment of its own."""

    code = "engine_missing"


class EngineError(SimulationError):
    """An engine did not bring a run to its end."""

    code = "engine_failed"


@contextmanager
def hints_told() -> Iterator[None]:
    """Write what to do next below the sentence where Python itself shows an error, as a notebook does."""
    try:
        yield
    except FederationError as error:
        if error.hint and error.hint not in getattr(error, "__notes__", ()):  # one door may stand behind another
            error.add_note(error.hint)
        raise
