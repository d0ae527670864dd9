"""What can stop an analyst's question, by whose turn it is to act."""

from collections.abc import Hashable

from contract.errors import Fact, FederationError


class AnalystError(FederationError):
    """Root of the client's own errors.

    Shown, it says what failed and why, what to do next, and what to quote to the consortium's admin.

    Args:
        sentence: What failed and why.
        hint: What to do next.
        request_id: By which the director's log knows the request; empty where none was answered.
        facts: The same for a program.
    """

    code = "analyst_error"

    def __init__(self, sentence: str, *, hint: str = "", request_id: str = "", **facts: Fact) -> None:
        super().__init__(sentence, hint=hint, **facts)
        self.request_id = request_id

    def __str__(self) -> str:
        quoted = f"(request_id {self.request_id})" if self.request_id else ""
        return " ".join(text for text in (self.sentence, self.hint, quoted) if text)


class SettingsError(AnalystError):
    """The address, the token or the file of certificates is none."""

    code = "settings_invalid"


class InputError(AnalystError):
    """What was asked about is not what the task takes: mend the frame.

    Args:
        sentence: What does not fit.
        hint: What to do next.
        request_id: As in ``AnalystError``; empty where it was seen before anything was sent.
        row: The row's label in the frame's index; None where no row is to blame.
        column: The column; None where it is not one.
    """

    code = "invalid_input"

    def __init__(
        self,
        sentence: str,
        *,
        hint: str = "",
        request_id: str = "",
        row: Hashable = None,
        column: str | None = None,
    ) -> None:
        super().__init__(sentence, hint=hint, request_id=request_id)
        self.row = row
        self.column = column


class Refused(AnalystError):
    """The director answered, and the answer is no: asking the same again can't help.

    Args:
        sentence: What the director said.
        code: Its problem's stable code, as docs/analyst.md lists them; ``unknown`` where it gave none.
        status: Of HTTP.
        hint: What it said to do next.
        checks: What it looked at and found wrong, each in a sentence.
        request_id: As in ``AnalystError``.
        facts: As the director gave them.
    """

    code = "refused"

    def __init__(
        self,
        sentence: str,
        *,
        code: str,
        status: int,
        hint: str = "",
        checks: tuple[str, ...] = (),
        request_id: str = "",
        **facts: Fact,
    ) -> None:
        super().__init__(sentence, hint=hint, request_id=request_id, **facts)
        self.code = code
        self.status = status
        self.checks = checks


class Unready(Refused):
    """The director can't answer now, also after some waiting: the same may pass later.

    ``retry_after_seconds`` is how long it asks to be left alone; None where it did not say.
    """

    retry_after_seconds: float | None = None


class Unreachable(AnalystError):
    """No answer came: look at the link and the address, or try again later."""

    code = "director_unreachable"


class NotTaken(Unreachable):
    """What came is no answer of a director, or is out of bounds: look at what stands at the address."""

    code = "answer_not_taken"


class AnsweredBefore(NotTaken):
    """Something before the director answered in its place: a proxy, a sign-in page. ``status`` is of HTTP."""

    code = "answered_before_director"

    def __init__(self, sentence: str, *, status: int, hint: str = "") -> None:
        super().__init__(sentence, hint=hint, status=status)
        self.status = status


class ModelChanged(AnalystError):
    """Whenever a frame was asked about, another model took the place of the one that had begun to answer."""

    code = "model_changed"
