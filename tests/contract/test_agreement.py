import io

import pytest

from contract.agreement import NotAgreedError, require_agreement

CONSEQUENCE = "KUTRRH's uploads will be refused."


class Answering(io.StringIO):
    """A standard input that is a terminal."""

    def isatty(self):
        return True


def test_yes_said_beforehand_is_enough(monkeypatch):
    monkeypatch.setattr("sys.stdin", Answering("n\n"))
    require_agreement(CONSEQUENCE, agreed=True)


def test_without_a_terminal_nobody_is_asked_and_nothing_is_done(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(NotAgreedError, match="KUTRRH's uploads") as refused:
        require_agreement(CONSEQUENCE, agreed=False)
    assert "--yes" in refused.value.hint


def test_on_a_terminal_a_yes_goes_on(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", Answering("y\n"))
    require_agreement(CONSEQUENCE, agreed=False)
    assert CONSEQUENCE in capsys.readouterr().err


@pytest.mark.parametrize("answer", ["n\n", "\n"])
def test_on_a_terminal_anything_else_does_not(monkeypatch, answer):
    monkeypatch.setattr("sys.stdin", Answering(answer))
    with pytest.raises(NotAgreedError, match="Nothing was done"):
        require_agreement(CONSEQUENCE, agreed=False)
