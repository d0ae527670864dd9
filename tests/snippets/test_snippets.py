"""Every block of the README and of the pages for people runs as it stands there, or is listed with the reason why not.

What a reader puts in by hand stands in ``STANDS_FOR``. A further block needs nothing here: it runs in its page's order.
"""

import configparser
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from benchmarks.ports import free_port
from director.settings import DirectorSettings
from envoy.settings import EnvoySettings
from tests.snippets.blocks import ROOT, Block, all_blocks, blocks_of
from tests.snippets.federations import fill, write_tables
from tests.warm_programs import warm_programs

pytestmark = pytest.mark.slow

NOT_RUN: Mapping[tuple[str, str], str] = {
    ("README.md", "make demo     # sets everything up, runs the whole federation once, prints what it did"):
        "installs, and runs these tests; tests/simulation holds the demo",
    ("docs/hospital.md", "python3 -m venv fl && . fl/bin/activate"):
        "installs from a package index; tests/journeys/test_installing.py does",
    ("docs/admin.md", "python3 -m venv fl && . fl/bin/activate"):
        "installs from a package index; tests/journeys/test_installing.py does",
    ("docs/admin.md", "fl-director serve --host 0.0.0.0 --port 8443 --tls-cert chain.pem --tls-key key.pem"):
        "listens on all addresses of this machine; tests/director/cli/test_listening.py has it on loopback",
    (
        "docs/hospital.md",
        "export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…     # and AWS_SESSION_TOKEN, where there is one",
    ):
        "needs a bucket; tests/journeys/test_tables_in_a_bucket.py has one",
    ("docs/admin.md", "fl-director track --uri http://127.0.0.1:5000 --name kenya"):
        "needs an MLflow server, and follows until it is stopped; tests/journeys/test_tracking.py has one",
}  # fmt: skip
"""(page, the block's first line) → why it does not run."""

ONE_STORY: Mapping[str, str] = {
    "docs/engines.md": "Flower has an environment of its own; tests/journeys/test_flower.py follows it there",
    "docs/leaving.md": "its blocks are one story; tests/journeys/test_leaving.py follows it with real hospitals",
    "docs/recovery.md": "its blocks are one drill; tests/journeys/test_recovery.py follows it with real hospitals",
    "docs/deploy.md": "they change the system; tests/deploy runs the files, and holds the commands to the programs",
    "docs/simulation.md": "its blocks are one Python session; test_python_on_pages.py follows it from top to bottom",
    "docs/upgrade.md": "two releases take turns; tests/compatibility/test_upgrading.py follows it there and back",
}
"""Page → why its blocks do not run one by one."""

STANDS_FOR: Mapping[str, Mapping[str, str]] = {
    "README.md": {
        "http://127.0.0.1:8080": "$URL",
        "fld_…": "$ANALYST",
        "--code CODE": '--code "$(fl-director envoy add KUTRRH)"',
        "submission release ID": "submission release $IN_QUARANTINE",
    },
    "docs/analyst.md": {"http://127.0.0.1:8080": "$URL", "fld_…": "$ANALYST"},
    "docs/own_question.md": {"http://127.0.0.1:8080": "$URL"},
    "docs/hospital.md": {"https://fl.kutrrh.ke": "$URL"},
    "docs/watching.md": {"http://127.0.0.1:8080": "$URL"},
    "docs/admin.md": {
        "token revoke ID": "token revoke $TO_REVOKE",
        "token rotate ID --json": "token rotate $TO_ROTATE --json",
        "token rotate ID --overlap": "token rotate $TO_ROTATE_AT_ONCE --overlap",
        "submission show ID": "submission show $IN_QUARANTINE",
        "submission release ID": "submission release $IN_QUARANTINE",
        "submission reject ID": "submission reject $IN_QUARANTINE",
        " /backup/": " ./backup/",
        "/srv/new": "./restored",
    },
}
"""What a reader of a page puts in the place of what stands there, and what the test does."""

FOR_THE_EYE = ("mermaid", "text")
ELSEWHERE: Mapping[str, str] = {
    "console": "test_terminal_sessions.py runs it on a terminal, and looks at what it shows",
    "powershell": "test_windows_lines.py holds it against the programs",
    "bat": "test_windows_lines.py holds it against the programs",
}
"""Language → what holds its blocks."""
PARSERS: Mapping[str, Callable[[str], object]] = {
    "json": json.loads,
    "toml": tomllib.loads,
    "ini": configparser.ConfigParser().read_string,
}
SETTINGS: Mapping[str, type[BaseSettings]] = {
    "docs/admin.md": DirectorSettings,
    "docs/hospital.md": EnvoySettings,
    "docs/watching.md": DirectorSettings,
}

BLOCKS = [block for block in all_blocks() if block.key not in NOT_RUN and block.page not in ONE_STORY]
RUN = sorted({block.page for block in BLOCKS if block.language in ("sh", "python")})
PARSED = [block for block in BLOCKS if block.language in PARSERS]


@dataclass
class Place:
    """Where a page's blocks run: a home, a working folder, and what is exported from one block to the next."""

    folder: Path
    environment: dict[str, str]

    def run(self, block: Block) -> None:
        """Run a block as its reader would; raises where anything in it fails."""
        if block.language == "python":
            command, folder = [sys.executable, "-c", block.text], self.environment["DIRECTOR_DATA_DIR"]
            environment = {**self.environment, **self._exported(), "FL_TOKEN": self.environment.get("ANALYST", "")}
        else:
            exports = self.folder / ".exports"
            text = block.text
            for said, meant in STANDS_FOR.get(block.page, {}).items():
                text = text.replace(said, meant)
            script = f"set -euo pipefail; [ ! -e {exports} ] || . {exports}\n{text}\nexport -p > {exports}\n"
            command, folder, environment = ["bash", "-c", script], str(self.folder), self.environment
        ran = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=150)
        assert ran.returncode == 0, f"{block}: exit code {ran.returncode}\n{block.text}\n{ran.stdout}\n{ran.stderr}"

    def value(self, command: str) -> str:
        """Give what a command prints, in the page's surroundings."""
        return subprocess.run(
            ["bash", "-c", command], env=self.environment, cwd=self.folder, check=True, capture_output=True, text=True
        ).stdout.strip()

    def _exported(self) -> dict[str, str]:
        exports = self.folder / ".exports"
        if not exports.exists():
            return {}
        said = self.value(f". {exports}; env -0").split("\0")
        return dict(each.split("=", 1) for each in said if "=" in each)


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with warm_programs(tmp_path_factory.mktemp("programs")) as commands:
        yield commands


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory, programs: Path) -> Place:
    """A reader's home with a director's folder, and what they were given: tokens, and ids of what they decide about."""
    home = tmp_path_factory.mktemp("reader")
    fill(home / "fl-centre")
    (home / "work").mkdir()
    (home / ".curlrc").write_text("fail-with-body\nretry 3\nretry-connrefused\n")
    reader = Place(home / "work", surroundings(home, programs))
    issue = "fl-director token issue --json --role"
    script = f"for role in analyst admin analyst analyst analyst; do {issue} $role | tr -d '\\n'; echo; done"
    analyst, admin, *others = map(json.loads, reader.value(script).splitlines())
    waiting = json.loads(reader.value("fl-director submission list --verdict quarantined --json"))
    reader.environment |= {"ANALYST": analyst["token"], "TOKEN": analyst["token"], "ADMIN": admin["token"]}
    reader.environment |= dict(
        zip(("TO_REVOKE", "TO_ROTATE", "TO_ROTATE_AT_ONCE"), (each["id"] for each in others), strict=True)
    )
    reader.environment["IN_QUARANTINE"] = waiting[0]["id"]
    return reader


@pytest.fixture
def place(tmp_path: Path, reader: Place, programs: Path) -> Place:
    """A home like the reader's, for one page."""
    home = Path(shutil.copytree(reader.folder.parent, tmp_path / "home"))
    (home / "work" / "examples").symlink_to(ROOT / "examples")
    return Place(home / "work", {**reader.environment, **surroundings(home, programs)})


def surroundings(home: Path, programs: Path) -> dict[str, str]:
    port = free_port()
    return {
        "PATH": f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "COLUMNS": "200",
        "PYTHONPATH": str(ROOT),
        "DIRECTOR_DATA_DIR": str(home / "fl-centre"),
        "DIRECTOR_PORT": str(port),
        "URL": f"http://127.0.0.1:{port}",
    }


def made_ready(place: Place, page: str) -> None:
    """Do what the page's text says in prose before its blocks."""
    if page == "README.md":
        write_tables(Path(place.environment["HOME"]) / "tables")
    elif page != "docs/own_question.md":  # which begins with nothing
        place.value("fl-director serve")
    if page == "docs/admin.md":
        for name in ("kutrrh", "mtrh"):
            place.value(f"cp -r $DIRECTOR_DATA_DIR/received_results/{name.upper()} {name}")
        place.value("ln -s $DIRECTOR_DATA_DIR/received_results . && mv ~/start1 ~/start2 .")


def lacks_a_program(block: Block) -> bool:
    """Tell whether a block needs a program that this machine does not have, and that we don't install."""
    return "age-keygen" in block.text and shutil.which("age-keygen") is None


@pytest.mark.timeout(240)
@pytest.mark.parametrize("page", RUN)
def test_the_blocks_of_a_page_run_in_its_order(page: str, place: Place) -> None:
    made_ready(place, page)
    for block in BLOCKS:
        if block.page == page and block.language in ("sh", "python") and not lacks_a_program(block):
            place.run(block)
    if page == "README.md":
        (kutrrh,) = [
            each for each in json.loads(place.value("fl-director run show 1 --json"))["hospitals"] if each["choice"]
        ]
        assert (kutrrh["envoy_name"], kutrrh["choice"]) == ("KUTRRH", "take_part")
    if page == "docs/own_question.md":
        reached_what_the_page_says(place)


def reached_what_the_page_says(place: Place) -> None:
    """Hold what the page's commands left: thirty rounds of all four hospitals, and a model that ranks."""
    (run,) = json.loads(place.value(". ./.exports && fl-director run list --json"))
    assert (run["state"], run["task"]) == ("finished", "oxygen")
    version = json.loads(place.value(". ./.exports && fl-director model show 30 --task oxygen --json"))
    assert sorted(each["envoy_name"] for each in version["inputs"]) == ["Embu", "KUTRRH", "MTRH", "Mbagathi"]
    kutrrh = json.loads(place.value("cd KUTRRH && fl-envoy evaluate --json"))
    assert kutrrh["global"]["auroc"] > 0.8
    rows = (place.folder / "Embu" / "predictions.csv").read_text().splitlines()
    assert len(rows) == 171
    assert rows[0].startswith("patient,probability_local,risk_level_local,probability_global")


@pytest.mark.parametrize("block", PARSED, ids=str)
def test_a_block_of_settings_or_data_can_be_parsed(block: Block) -> None:
    found = PARSERS[block.language](block.text)
    if block.language == "toml" and block.page in SETTINGS:
        assert isinstance(found, dict)
        assert set(found) <= set(SETTINGS[block.page].model_fields)


def test_every_block_is_run_parsed_or_listed_with_a_reason() -> None:
    unknown = [
        str(block) for block in BLOCKS if block.language not in ("sh", "python", *PARSERS, *FOR_THE_EYE, *ELSEWHERE)
    ]
    assert unknown == [], "give the block a language, or list it in NOT_RUN with a reason"


def test_what_is_listed_is_there_and_has_a_reason() -> None:
    assert set(NOT_RUN) <= {block.key for block in all_blocks()}
    assert set(ONE_STORY) <= {block.page for block in all_blocks()}
    assert all(NOT_RUN.values())
    assert all(ONE_STORY.values())


def test_what_a_reader_puts_in_stands_on_its_page() -> None:
    texts = {page: "\n".join(block.text for block in BLOCKS if block.page == page) for page in STANDS_FOR}
    assert [said for page, stand_ins in STANDS_FOR.items() for said in stand_ins if said not in texts[page]] == []


def test_a_line_that_fails_fails_its_block(place: Place) -> None:
    place.value("fl-director serve")
    for line in ("false", "false | cat", "curl -s $URL/nowhere", "fl-director envoy list --nothing"):
        with pytest.raises(AssertionError, match=r"docs/analyst\.md:7: exit code [1-9]"):
            place.run(Block("docs/analyst.md", 7, "sh", f"{line}\ntrue"))
    with pytest.raises(AssertionError, match="exit code 3"):
        place.run(Block("docs/analyst.md", 9, "python", "raise SystemExit(3)"))


def test_what_a_block_exports_the_following_ones_have(place: Place) -> None:
    place.run(Block("docs/analyst.md", 1, "sh", 'export TOKEN=fld_… OTHER="a b"\nHERE=1'))
    place.run(Block("docs/analyst.md", 4, "sh", '[ "$TOKEN" = "$ANALYST" ]; [ "$OTHER" = "a b" ]; [ -z "${HERE:-}" ]'))
    place.run(Block("docs/analyst.md", 7, "python", "import os; assert os.environ['OTHER'] == 'a b'"))


def test_blocks_are_found_where_they_begin_without_the_lists_indent() -> None:
    page = "# A\n\n```sh\none\n\n  two\n```\n\n- b\n\n  ```python\n  if x:\n      y\n\n  z\n  ```\n~~~\n```\n~~~\n"
    assert list(blocks_of("a.md", page)) == [
        Block("a.md", 4, "sh", "one\n\n  two"),
        Block("a.md", 12, "python", "if x:\n    y\n\nz"),
        Block("a.md", 18, "", "```"),
    ]
