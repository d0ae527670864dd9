"""The engines by name: where hospitals train. The same seed gives the same model with each."""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal, get_args

from simulation.errors import EngineMissingError, ExperimentError

if TYPE_CHECKING:
    from simulation.in_process import Engine

EngineName = Literal["own", "flower"]
"""``own``: one hospital after another, in this process. ``flower``: Flower's simulation engine, in Ray's processes."""

ENGINES: tuple[EngineName, ...] = get_args(EngineName)
OWN: EngineName = "own"
_PACKAGES = ("flwr", "ray")


def engine_named(name: str) -> "Engine":
    """Give an engine; what it needs is loaded with it.

    Raises:
        ExperimentError: There is none of that name.
        EngineMissingError: What it needs is not installed.
    """
    if name == OWN:
        from simulation.in_process import one_by_one

        return one_by_one
    if name not in ENGINES:
        raise ExperimentError(f"There is no engine {str(name)[:60]!r}.", hint=f"Choose one of: {', '.join(ENGINES)}.")
    missing = [package for package in _PACKAGES if find_spec(package) is None]
    if missing:
        raise EngineMissingError(
            f"Flower's engine is not installed here: there is no {' and no '.join(missing)}.",
            hint="In an environment of its own: pip install 'fl-director[envoy,flower]'; docs/engines.md says why.",
        )
    from simulation.flower_engine import in_processes_of_ray

    return in_processes_of_ray
