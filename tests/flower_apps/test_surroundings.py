"""The surroundings of Flower's programs: nothing in them reports to anybody."""

import os
import sys
from pathlib import Path

from flower_apps.surroundings import program, surroundings


def test_telemetry_and_the_look_for_updates_are_off_and_its_home_is_its_own(tmp_path: Path):
    found = surroundings(tmp_path)
    assert (found["FLWR_TELEMETRY_ENABLED"], found["FLWR_DISABLE_UPDATE_CHECK"]) == ("0", "1")
    assert found["FLWR_HOME"] == str(tmp_path)


def test_its_programs_lie_beside_this_python_and_find_each_other(tmp_path: Path):
    assert Path(program("flwr")).parent == Path(sys.executable).parent
    assert surroundings(tmp_path)["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)
