"""What a look over an installation found: each thing in a sentence, and what to do next. Looks at nothing itself."""

from collections.abc import Callable, Iterable
from typing import Literal

from contract.errors import FederationError
from contract.messages.base import Message

State = Literal["ok", "warn", "bad"]
"""As it should be; works, but look at it; must be mended."""
_WORST_LAST: tuple[State, ...] = ("ok", "warn", "bad")


class Finding(Message):
    """One thing that was looked at; ``hint`` says what to do next, and is empty where nothing is to be done."""

    state: State
    about: str
    sentence: str
    hint: str = ""


class Examination(Message):
    """All that was looked at, and the worst of it."""

    state: State
    findings: list[Finding]

    @classmethod
    def of(cls, findings: Iterable[Finding], say: Callable[[str], object] = lambda line: None) -> "Examination":
        """Sum up findings, where none is all is well.

        Args:
            findings: Each may take a while to be found.
            say: Told a line for each as it comes, what to do next below it, and how many of which at the end.
        """
        found: list[Finding] = []
        for each in findings:
            found.append(each)
            say(f"{each.state:<4}  {each.about}: {each.sentence}")
            if each.hint:
                say(f"      next: {each.hint}")
        states = [each.state for each in found]
        say(f"{states.count('bad')} bad, {states.count('warn')} to look at, {states.count('ok')} ok")
        return cls(state=max(states, key=_WORST_LAST.index, default="ok"), findings=found)


def ok(about: str, sentence: str, hint: str = "") -> Finding:
    """Make a finding of what is as it should be."""
    return Finding(state="ok", about=about, sentence=sentence, hint=hint)


def warn(about: str, sentence: str, hint: str) -> Finding:
    """Make a finding of what works, and should be looked at all the same."""
    return Finding(state="warn", about=about, sentence=sentence, hint=hint)


def bad(about: str, sentence: str, hint: str) -> Finding:
    """Make a finding of what must be mended."""
    return Finding(state="bad", about=about, sentence=sentence, hint=hint)


def examined(about: str, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """Look at one thing; that it can't be looked at is a finding too, and stops no other look.

    Args:
        about: What it is.
        look: Gives what it finds; may raise ``FederationError`` and ``OSError``, and ``ImportError`` where a part of
            the installation is missing.
    """
    found: list[Finding] = []
    try:
        found.extend(look())
    except FederationError as error:
        found.append(bad(about, error.sentence, error.hint))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        found.append(bad(about, f"It can't be looked at: {where}{error.strerror or error}.", "Look at its rights."))
    except ImportError as error:
        found.append(bad(about, f"It takes a package that is not there: {error}.", "See what is said of the software."))
    return found
