"""The door to MLflow: how its client is set, and what it raises, in this house's words. Nothing is imported before."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

SURROUNDINGS: Mapping[str, str] = {
    # with the library's own retries one call to a server that is away takes four minutes; the follower tries again
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "60",
    # nothing goes anywhere but to the address that was named
    "MLFLOW_ALLOW_HTTP_REDIRECTS": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_PRINT_MODEL_URLS_ON_CREATION": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}
os.environ.update(SURROUNDINGS)  # the library reads them while it is imported

from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from sqlalchemy.exc import SQLAlchemyError

from contract.artifacts.visible_text import visible
from director.errors import TrackerError

IS_THERE, IS_NOT_THERE = "RESOURCE_ALREADY_EXISTS", "RESOURCE_DOES_NOT_EXIST"
_LONGEST = 300


from contract.errors import FederationError
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


@contextmanager
def explained() -> Iterator[None]:
    """Turn whatever comes of MLflow into an error that says what to do.

    Its client trusts what a server answers: an answer of another form can end it with any error there is.
    """
    try:
        yield
    except FederationError:
        raise
    except Exception as error:
        said = visible(" ".join(f"{_kind(error)}{error}".split()))[:_LONGEST]
        raise TrackerError(
            f"MLflow can't be reached, or does not take what it is told: {said}",
            hint="Look after it; nothing is lost, and what is missing there is told again once it answers.",
        ) from error


@contextmanager
def unless(code: str) -> Iterator[None]:
    """Let it pass that something is there already, or is not there."""
    try:
        yield
    except MlflowException as error:
        if error.error_code != code:
            raise
def _kind(error: Exception) -> str:
    """Name an error whose own words may not say what is wrong."""
    return "" if isinstance(error, MlflowException | OSError | SQLAlchemyError) else f"{type(error).__name__}: "


