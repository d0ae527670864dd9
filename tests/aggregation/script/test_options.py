"""What is no argument of the script is a usage error in one line, whatever it holds."""

from pathlib import Path

import pytest

from aggregation.script.options import read_options

LONG = "9" * 400


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--weights", LONG], "'9999", id="a weight of 400 digits"),
        pytest.param(["--weights", "9" * 5000], "is no whole number", id="a weight beyond what Python reads"),
        pytest.param(["--weights", "inf"], "'inf' is no whole number of at most 12 digits", id="an infinite weight"),
        pytest.param(["--weights", "2.5"], "'2.5' is no whole number", id="half a row"),
        pytest.param(["--f", LONG], "is no whole number", id="f of 400 digits"),
        pytest.param(["--m=-" + LONG], "is no whole number", id="m of 400 digits below 0"),
        pytest.param(["--m", "\x1b[2J"], r"'\x1b[2J' is no whole number", id="a control character"),
        pytest.param(["--parameter", "tau"], "'tau' is no parameter", id="a parameter without a number"),
        pytest.param(["--parameter", "\x1b=x"], r"'\x1b=x' is no parameter", id="a parameter that orders"),
        pytest.param(["--count-ratio", "nan"], "'nan' is no ratio", id="no number"),
        pytest.param(["--strategy", "clip+" * 1000 + "mean"], "is no strategy", id="a strategy of 5,000 letters"),
        pytest.param(["--base", ""], "can't be the name of a folder", id="an empty name"),
        pytest.param(["--base", "a\0b"], r"'a\x00b' can't be the name of a folder", id="a name with NUL"),
        pytest.param(["--base", "\ud800"], r"'\ud800' can't be the name of a folder", id="a name that is no text"),
        pytest.param(["--plain", "--base", "start"], "--plain: not allowed with --base", id="plain about a start"),
        pytest.param(["--\x1b[2J"], r"unrecognized arguments: --\x1b[2J", id="an unknown option"),
    ],
)
def test_what_is_no_argument_is_said_in_one_short_line(arguments: list[str], said: str, capsys):
    with pytest.raises(SystemExit) as end:
        read_options(["KNH", "--out", "out", *arguments])
    assert end.value.code == 2
    usage, line = capsys.readouterr().err.split("error: ")
    assert usage.startswith("usage: python -m aggregation")
    assert said in line
    assert line.removesuffix("\n").isprintable()
    assert len(line) < 400


def test_what_was_given_is_read():
    options = read_options(
        ["KNH", "MTRH", "--weights", "3", "4", "--f", "0", "--count-ratio", "2", "--scaler", "KNH", "--out", "there"]
    )
    assert (options.folders, options.out) == ([Path("KNH"), Path("MTRH")], Path("there"))
    assert (options.weights, options.parameters, options.count_ratio) == ([3, 4], {"f": 0}, 2.0)
    more = read_options(["KNH", "--parameter", "tau=0.1", "--parameter", "f=2", "--m", "3", "--out", "there"])
    assert more.parameters == {"tau": 0.1, "f": 2, "m": 3}
    assert (options.scaler, options.strategy, options.bases) == ("KNH", "fedavg", [])
    assert not options.plain


@pytest.mark.parametrize(
    ("arguments", "folders", "bases"),
    [
        (["KNH", "--base", "one"], ["KNH"], ["one"]),
        (["KNH", "MTRH", "--base", "one", "two"], ["KNH", "MTRH"], ["one", "two"]),
        (["KNH", "--base", "one", "--base", "two"], ["KNH"], ["one", "two"]),
        (["--base", "one", "two", "--plain", "KNH"], None, None),
        (["--base", "one", "two", "--task", "t", "KNH"], ["KNH"], ["one", "two"]),
        (["--base", "one", "KNH", "MTRH"], ["KNH", "MTRH"], ["one"]),
        (["--base", "one"], None, None),
        ([], None, None),
    ],
)
def test_one_or_several_starts_are_told_from_the_folders(arguments, folders, bases):
    if folders is None:
        with pytest.raises(SystemExit):
            read_options([*arguments, "--out", "out"])
        return
    options = read_options([*arguments, "--out", "out"])
    assert [str(each) for each in options.folders] == folders
    assert [str(each) for each in options.bases] == bases
