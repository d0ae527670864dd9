"""Each user's guide keeps its promise in the programs' own words: no error is named that there isn't, none left out."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from analyst.errors import AnalystError
from contract.errors import FederationError
from contract.link_failures import LinkFailure
from contract.link_words import Way, words_of
from contract.messages.overview import ConditionKind
from director.api.problems import STATUSES
from director.members.access import HOSPITAL
from envoy.cli.program import _EXITS
from envoy.cli.sending import INTERRUPTED
from tests.director.api.house import OPERATIONS, ROLES_OF

ROOT = Path(__file__).parents[2]
USERS = ("hospital", "analyst", "admin")
STEPS = ["Install", "First day", "Every day", "When it breaks"]
KINDS: set[str] = {kind for each in get_args(ConditionKind) for kind in get_args(each)}
SPEAKERS = ("analyst", "contract", "director", "envoy")
WAY = Way("https://fl.example.org", "fl.example.org", 60, "ENVOY_CA_FILE=FILE")
SENTENCES = {failure: words_of(failure, WAY)[0] for failure in LinkFailure}

_CODE_SPAN = re.compile(r"`([^`]+)`")
_OF_A_CODE = re.compile(r"[a-z]+(?:_[a-z]+)*")


def guide(user: str) -> str:
    return (ROOT / "docs" / "guide" / f"{user}.md").read_text("utf-8")


def rows(text: str) -> Iterator[list[str]]:
    """Give the cells of each table's line, but for heads and the lines below them."""
    lines = text.splitlines()
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("|") and not line.startswith("|---") and not below.startswith("|---"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def said(user: str) -> list[str]:
    """Give what the left cells of "When it breaks" quote."""
    _, _, breaks = guide(user).partition("\n## When it breaks\n")
    return [quoted for cells in rows(breaks) for quoted in _CODE_SPAN.findall(cells[0])]


@cache
def codes() -> frozenset[str]:
    """Give the codes of all errors that there are, the client's too, and the kinds of alerts."""
    assert issubclass(AnalystError, FederationError)

    def kinds(kind: type[FederationError]) -> Iterator[type[FederationError]]:
        yield kind
        for each in kind.__subclasses__():
            yield from kinds(each)

    return frozenset({each.code for each in kinds(FederationError)} | {*STATUSES, *KINDS, "redirected"})


@cache
def spoken() -> str:
    """Give every text that the programs' sources hold, with a gap where something is filled in."""
    texts = [*SENTENCES.values()]  # put together from several
    for package in SPEAKERS:
        for source in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(source.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    texts.append(node.value)
                elif isinstance(node, ast.JoinedStr):
                    parts = (each.value if isinstance(each, ast.Constant) else "\0" for each in node.values)
                    texts.append("".join(map(str, parts)))
    return "\n".join(texts)


@pytest.mark.parametrize("user", USERS)
def test_a_guide_has_four_parts_in_the_order_of_the_days(user: str) -> None:
    assert re.findall(r"^## (.+)$", guide(user), re.MULTILINE) == STEPS


@pytest.mark.parametrize("user", USERS)
def test_what_a_guide_quotes_is_a_code_or_the_programs_own_words(user: str) -> None:
    quoted = said(user)
    assert len(quoted) > 20
    unknown = [
        each
        for each in quoted
        if (each not in codes() if _OF_A_CODE.fullmatch(each) and "_" in each else each not in spoken())
    ]
    assert unknown == []


def test_every_refusal_that_a_hospitals_machine_can_meet_stands_in_its_guide() -> None:
    of_hospitals = [each for each in OPERATIONS if ROLES_OF[each.name] == frozenset({HOSPITAL}) or each.name == "join"]
    met = {code for each in of_hospitals for code in each.errors}
    assert len(of_hospitals) > 10
    assert sorted(met - set(said("hospital"))) == []


def test_every_exit_code_of_an_envoy_stands_in_the_hospitals_guide_and_no_other() -> None:
    _, _, exits = guide("hospital").partition("\n### Exit codes\n")
    listed = {int(cells[0]) for cells in rows(exits)}
    assert listed == {0, 1, INTERRUPTED, *_EXITS.values()}


@pytest.mark.parametrize("failure", LinkFailure)
def test_every_way_in_which_no_answer_comes_is_found_by_its_words(failure: LinkFailure) -> None:
    fitting = [quoted for quoted in said("hospital") if quoted in SENTENCES[failure]]
    telling = [each for each in fitting if sum(each in sentence for sentence in SENTENCES.values()) <= 3]
    assert telling != []


def test_whatever_needs_the_admin_stands_in_their_guide() -> None:
    assert len(KINDS) > 10
    assert set(said("admin")) >= KINDS
