"""The named places where a test cuts the power are off unless they are asked for."""

import os
import signal
import subprocess
import sys

import pytest

from director.errors import SettingsError
from director.records import failpoints
from director.settings import read_settings


def reaching(*names: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Reach the places in a process of its own."""
    program = (
        "import sys, time; from director.records.failpoints import arm, reach; arm(); "
        "[reach(name) for name in sys.argv[1:]]; arm(); time.sleep(0.3)"
    )
    return subprocess.run([sys.executable, "-c", program, *names], env={**os.environ, **environment}, check=False)


@pytest.fixture(autouse=True)
def disarmed():
    """What a test arms in this process is off again after it."""
    yield
    failpoints.arm()


def test_a_failpoint_that_nobody_armed_does_nothing():
    assert reaching("blob.synced").returncode == 0


def test_an_armed_failpoint_ends_the_process_at_the_time_that_was_asked_for():
    armed = {failpoints.VARIABLE: "blob.synced:2"}
    assert reaching("blob.synced", "blob.kept", **armed).returncode == 0
    assert reaching("blob.synced", "blob.kept", "blob.synced", **armed).returncode == -signal.SIGKILL


def test_an_armed_failpoint_may_end_the_process_a_moment_later():
    assert reaching("blob.synced", **{failpoints.VARIABLE: "blob.synced:1:0.05"}).returncode == -signal.SIGALRM


@pytest.mark.parametrize("text", ["nowhere", "blob.synced:often", "blob.synced:1:soon"])
def test_a_failpoint_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, text: str):
    with monkeypatch.context() as set_for_now:
        set_for_now.setenv(failpoints.VARIABLE, text)
        with pytest.raises(SettingsError, match="names no failpoint"):
            read_settings()


def test_a_failpoint_is_a_known_variable(monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as set_for_now:
        set_for_now.setenv(failpoints.VARIABLE, "blob.synced:7")
        read_settings()
