"""The application around a director: what hangs on it, and when it opens and closes."""

import importlib
import pkgutil
import sys
from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from director import api
from director.app import RESOURCES, TURN_SECONDS, create_app, create_framework, from_environment
from director.assembly import Director
from director.errors import NotInitialisedError
from director.settings import DirectorSettings


def test_every_resource_of_the_door_hangs_on_the_application() -> None:
    modules = [importlib.import_module(f"director.api.{each.name}") for each in pkgutil.iter_modules(api.__path__)]
    with_routes = {each.__name__ for each in modules if isinstance(getattr(each, "router", None), APIRouter)}
    assert {each.__name__ for each in RESOURCES} == with_routes


def test_the_director_is_opened_and_closed_with_the_application(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    director, done = Director(DirectorSettings(data_dir=tmp_path)), list[str]()
    monkeypatch.setattr(director, "open", lambda: done.append("opened"))
    monkeypatch.setattr(director, "close", lambda: done.append("closed"))
    with TestClient(create_app(director)) as http:
        assert done == ["opened"]
        assert http.get("/health/live").status_code == 200
    assert done == ["opened", "closed"]


def test_a_folder_that_is_no_federation_is_not_served(tmp_path: Path) -> None:
    app = create_app(Director(DirectorSettings(data_dir=tmp_path)))
    with pytest.raises(NotInitialisedError), TestClient(app):
        pass


def test_the_environment_says_which_federation_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIRECTOR_DATA_DIR", str(tmp_path / "ours"))
    Director(DirectorSettings(data_dir=tmp_path / "ours")).initialise()
    with TestClient(from_environment()) as http:
        assert http.get("/health/ready").json()["status"] == "ok"


def test_the_interface_document_is_made_once(tmp_path: Path) -> None:
    framework = create_framework(Director(DirectorSettings(data_dir=tmp_path)))
    assert framework.openapi() is framework.openapi()


def test_while_it_serves_threads_give_the_event_loop_its_turn_soon(tmp_path: Path) -> None:
    director = Director(DirectorSettings(data_dir=tmp_path))
    director.initialise()
    before = sys.getswitchinterval()
    with TestClient(create_app(director)):
        assert sys.getswitchinterval() == pytest.approx(TURN_SECONDS)
    assert sys.getswitchinterval() == before
