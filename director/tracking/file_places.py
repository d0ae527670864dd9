"""Files go to the MLflow that was named, and nowhere else, whatever it answers.

MLflow says where a run's files are kept, and its client would put them there: in a folder of this machine, with a
cloud's store, or on another server, to which it would show this one's password too.
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import make_url

from contract.visible_text import visible
from director.errors import TrackerConflictError

_LONGEST = 200


def folder_beside(uri: str) -> str | None:
    """Say where files go: a server has its own place (None); beside a database file there is a folder of ours."""
    database = database_of(uri)
    return None if database is None else (database.parent / "mlflow-files").as_uri()


def database_of(uri: str) -> Path | None:
    """Say which file an MLflow is that is one; None: it is a server."""
    if not uri.startswith("sqlite:"):
        return None
    return Path(make_url(uri).database or "").resolve()  # as MLflow, whose library it is, reads it


def require_own(uri: str, place: str) -> None:
    """Refuse a place for files that is not the MLflow's own.

    Args:
        uri: The MLflow.
        place: Where it says that files are kept.

    Raises:
        TrackerConflictError: It is elsewhere.
    """
    folder = folder_beside(uri)
    if folder is not None:
        is_own = place.startswith("file:///") and _path_of(place).is_relative_to(_path_of(folder))
    else:
        server, named = urlsplit(uri), urlsplit(place)
        is_own = (named.scheme == "mlflow-artifacts" and named.netloc in ("", server.netloc)) or (
            named.scheme == server.scheme and named.netloc == server.netloc
        )
    if not is_own:
        raise TrackerConflictError(
            f"This MLflow keeps files elsewhere than with itself: {visible(place)[:_LONGEST]}; nothing is sent there.",
            hint="Start it with --artifacts-destination and give this federation another --name there; or --no-files.",
        )


def _path_of(address: str) -> Path:
    return Path(unquote(urlsplit(address).path)).resolve()
