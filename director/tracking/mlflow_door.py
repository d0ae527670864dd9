"""The door to MLflow: how its client is set, and what it raises, in this house's words. Nothing is imported before."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

SURROUNDINGS: Mapping[str, str] = {
    # with the library's own retries one call to a server that is away takes four minutes; the follower tries again
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "60",
    # nothing goes anywhere but to the address that was named
    "MLFLOW_ALLOW_HTTP_REDIRECTS": "false",
    "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "false",
    # what was told stands there before the place moves past it
    "MLFLOW_ENABLE_ASYNC_LOGGING": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_PRINT_MODEL_URLS_ON_CREATION": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}
os.environ.update(SURROUNDINGS)  # the library reads them while it is imported

from mlflow.exceptions import MlflowException
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
from mlflow.tracking import MlflowClient
from sqlalchemy.exc import SQLAlchemyError

from contract.errors import FederationError
from contract.visible_text import visible
from director.errors import TrackerError
from director.tracking.file_places import require_own

IS_THERE, IS_NOT_THERE, IS_NOT_TAKEN = "RESOURCE_ALREADY_EXISTS", "RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"
_LONGEST = 300


def new_client(uri: str) -> MlflowClient:
    """Give a client; nothing is asked of a server yet, a database is made or migrated.

    Raises:
        TrackerError: The database can't be used.
    """
    with explained():
        return MlflowClient(tracking_uri=uri, registry_uri=uri)


def milliseconds(moment: datetime) -> int:
    """Give a moment as MLflow counts it: milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def send_files(client: MlflowClient, run_id: str, files: Mapping[str, bytes]) -> str:
    """Put files beside a run, by their paths there, if there are any; gives the address of the place.

    Raises:
        TrackerConflictError: MLflow keeps them elsewhere than with itself.
    """
    place = str(client.get_run(run_id).info.artifact_uri)
    if not files:
        return place
    require_own(client.tracking_uri, place)
    with tempfile.TemporaryDirectory(prefix="fl-tracking-") as folder:
        for name, data in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        # by the place that was looked at: the client's own way asks MLflow once more
        store = get_artifact_repository(place, tracking_uri=client.tracking_uri)
        store.log_artifacts(folder)  # type: ignore[no-untyped-call]  # MLflow has no types there
    return place


@contextmanager
def explained() -> Iterator[None]:
    """Turn whatever comes of MLflow into an error that says what to do.

    Its client trusts what a server answers: an answer of another form can end it with any error there is.
    """
    try:
        yield
    except FederationError:
        raise
    except Exception as error:  # what a false answer does to the client can't be listed; the log has the traceback
        said = visible(" ".join(f"{_kind(error)}{error}".split()))[:_LONGEST]
        raise TrackerError(
            f"MLflow can't be reached, or does not take what it is told: {said}",
            hint="Look after it; nothing is lost, and what is missing there is told again once it answers.",
        ) from error


def _kind(error: Exception) -> str:
    """Name an error whose own words may not say what is wrong."""
    return "" if isinstance(error, MlflowException | OSError | SQLAlchemyError) else f"{type(error).__name__}: "


@contextmanager
def unless(code: str) -> Iterator[None]:
    """Let it pass that something is there already, is not there, or is not taken there."""
    try:
        yield
    except MlflowException as error:
        if error.error_code != code:
            raise
