"""What the script is asked for: its arguments, checked as far as they can be without a look at the disk."""

import argparse
import math
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from aggregation.errors import UnknownStrategyError
from aggregation.parameters import named_value
from aggregation.script.shown import MAX_CHARACTERS, shown
from aggregation.strategy import RULES
from contract.software import version_line
from contract.tasks import DEFAULT_TASK

EXIT_USAGE = 2
_MAX_DIGITS = 12  # no count of rows or hospitals has more
_MAX_STRATEGY = 100  # as in a request to the director


@dataclass(frozen=True)
class Options:
    """One run of the script.

    Args:
        folders: The hospitals' folders, at least one.
        out: Where the result goes.
        weights: Training rows, one a folder; None: metadata.json says them.
        scaler: ``merged``, or a folder's name.
        strategy: Its name.
        parameters: Those of the strategy that were given.
        count_ratio: How much × the median a count may be; None: as claimed.
        task: Its name, or the path of its file.
        bases: The folders of the starts, first the one that the result moves on from; empty: models are averaged as
            they are.
        plain: Whether that is meant, whatever starts the models name.
    """

    folders: Sequence[Path]
    out: Path
    weights: Sequence[int] | None
    scaler: str
    strategy: str
    parameters: Mapping[str, float]
    count_ratio: float | None
    task: str
    bases: Sequence[Path]
    plain: bool


def read_options(arguments: Sequence[str] | None) -> Options:
    """Read the arguments; None: those of the process.

    Raises:
        SystemExit: They are none of the script's (with code 2), or asked for help (0); it has been said.
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    folders, bases = given.folders, given.base or []
    if not folders:
        bases, folders = bases[:1], bases[1:]  # --base ONE in front of the folders, from when it took only one
    if not folders:
        parser.error("the following arguments are required: FOLDER")
    if given.plain and bases:
        parser.error("argument --plain: not allowed with --base: a plain average knows no start")
    return Options(
        folders=folders,
        out=given.out,
        weights=given.weights,
        scaler=given.scaler,
        strategy=given.strategy,
        parameters=dict(given.parameter or [])
        | {name: value for name, value in (("f", given.f), ("m", given.m)) if value is not None},
        count_ratio=given.count_ratio,
        task=given.task,
        bases=bases,
        plain=given.plain,
    )


class _Parser(argparse.ArgumentParser):
    """Says what is wrong without an order to the terminal in it: argparse repeats some arguments as they are."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"error: {shown(message[:MAX_CHARACTERS])}{shown(message[MAX_CHARACTERS:])}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m aggregation", description="Average the models of several folders into one global model."
    )
    parser.add_argument("--version", action="version", version=version_line("python -m aggregation"))
    parser.add_argument("folders", nargs="*", type=_path, metavar="FOLDER", help="model.pt, scaler.pkl, metadata.json")
    parser.add_argument("--out", required=True, type=_path, help="folder for model.pt, scaler.pkl, card.json")
    parser.add_argument("--weights", nargs="+", type=_whole, metavar="N", help="training rows; else from metadata.json")
    parser.add_argument("--scaler", default="merged", help="merged (the default), or the name of one folder")
    parser.add_argument(
        "--strategy", default="fedavg", type=_strategy, help=f"{', '.join(RULES)}; each also as clip+…; clip"
    )
    parser.add_argument("--f", type=_whole, metavar="N", help="bad updates to bear, where the strategy has f; else 1")
    parser.add_argument("--m", type=_whole, metavar="N", help="updates that multi_krum chooses; else all but f")
    parser.add_argument(
        "--parameter", action="append", type=_parameter, metavar="NAME=X", help="any of the strategy's; many times"
    )
    parser.add_argument(
        "--base",
        nargs="+",
        action="extend",
        type=_path,
        metavar="FOLDER",
        help="model.pt, scaler.pkl of each start that the models were trained from: each model counts as its change "
        "about its own, and the result moves on from the first",
    )
    parser.add_argument("--plain", action="store_true", help="average models of different starts as they are")
    parser.add_argument("--count-ratio", type=_ratio, metavar="X", help="cap each count at X × the median; else none")
    parser.add_argument("--task", default=DEFAULT_TASK, metavar="NAME|FILE", help="a built-in task, or a task's .toml")
    return parser


def _path(text: str) -> Path:
    try:
        if text and b"\0" not in os.fsencode(text):
            return Path(text)
    except UnicodeEncodeError:
        pass
    raise argparse.ArgumentTypeError(f"'{shown(text)}' can't be the name of a folder; name one that is there")


def _whole(text: str) -> int:
    try:
        if len(text) <= _MAX_DIGITS:
            return int(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"'{shown(text)}' is no whole number of at most {_MAX_DIGITS} digits")


def _parameter(text: str) -> tuple[str, float]:
    try:
        return named_value(text)
    except UnknownStrategyError as error:
        raise argparse.ArgumentTypeError(f"'{shown(text)}' is no parameter. {error.hint}") from None


def _ratio(text: str) -> float:
    try:
        ratio = float(text)
    except ValueError:
        ratio = math.nan
    if not 0 < ratio < math.inf:
        raise argparse.ArgumentTypeError(f"'{shown(text)}' is no ratio: it must be a finite number above 0")
    return ratio


def _strategy(text: str) -> str:
    if len(text) > _MAX_STRATEGY:
        raise argparse.ArgumentTypeError(f"'{shown(text)}' is no strategy: none has so long a name")
    return text
