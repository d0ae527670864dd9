"""How uvicorn is told to serve a director."""

import logging
from pathlib import Path

import pytest
from uvicorn import Config

from director.api import server
from director.api.server import server_options
from director.api.transport import BoundedProtocol
from director.settings import DirectorSettings
from tests.foreign_texts import NASTY, is_seen


def test_uvicorn_finds_the_protocol_under_the_name_that_the_options_give(tmp_path: Path) -> None:
    settings = DirectorSettings(data_dir=tmp_path, idle_seconds=7, stopping_seconds=9)
    config = Config("director.app:from_environment", **server_options(settings))
    config.load_app = lambda: None  # type: ignore[method-assign]  # the application is no part of this
    config.load()
    assert config.http_protocol_class is BoundedProtocol
    assert config.ws_protocol_class is None
    assert (config.timeout_keep_alive, config.timeout_graceful_shutdown) == (7, 9)
    assert not config.access_log


def test_a_process_may_open_as_many_files_as_the_system_allows() -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, soft), hard))
        server.lift_file_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("text", NASTY)
def test_what_the_server_complains_of_is_shown_as_text(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    config = Config("director.app:from_environment", **server_options(DirectorSettings()))
    logger = logging.getLogger("uvicorn.error")
    try:
        config.configure_logging()
        logger.warning("a <%s>", text)
        try:
            raise ValueError(f"<{text}>")
        except ValueError:
            logger.exception("Exception in ASGI application")
        logger.info("nobody needs this")
    finally:
        logging.getLogger("uvicorn").handlers.clear()
    said = capsys.readouterr().err
    assert said.startswith("WARNING: a <")
    assert "\nERROR: Exception in ASGI application\nTraceback" in said
    assert "\nValueError: <" in said
    assert "nobody" not in said
    assert is_seen(said)
