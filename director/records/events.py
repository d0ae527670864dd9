"""What happened, told once: one typed, frozen event an act. Its audit entry is its record, and readers live on it.

An act's event says by its class what it is called, by its fields what it was about. Each stage declares its own
(``director.*.events``); nothing here knows any of them.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

WHOLE_FEDERATION = "federation"
"""The subject of what concerns no one thing."""

_KINDS: dict[str, type["Event"]] = {}


class Event(BaseModel):
    """Something that was done. A subclass is made with ``act="…"``, its name in the audit and in the log.

    Attributes:
        act: Its name.
        about: The fields that name its subject; the others are its facts.
        level: How loud the log says it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    act: ClassVar[str] = ""
    about: ClassVar[tuple[str, ...]] = ()
    level: ClassVar[int] = logging.INFO

    def __init_subclass__(cls, *, act: str = "", **more: Any) -> None:
        """Make the kind known by its act's name; without one it is only what others have in common."""
        super().__init_subclass__(**more)
        if act:
            if act in _KINDS:
                raise TypeError(f"two events are called {act}")
            cls.act = act
            _KINDS[act] = cls

    @property
    def subject(self) -> str:
        """What it was done to."""
        return " ".join(str(getattr(self, name)) for name in self.about) or WHOLE_FEDERATION

    @property
    def facts(self) -> dict[str, Any]:
        """All else that is on record about it, as JSON."""
        return self.model_dump(mode="json", exclude=set(self.about))

    @classmethod
    def from_record(cls, subject: str, facts: Mapping[str, Any]) -> Self:
        """Read it back from its record.

        Raises:
            ValidationError, ValueError: The record has another form.
        """
        named = dict(zip(cls.about, subject.split(" "), strict=True)) if cls.about else {}
        return cls.model_validate({**facts, **named})


class UnreadEvent(Event):
    """An act that this program does not know, or whose record has another form: anything may have been done."""

    name: str
    of: str
    said: dict[str, Any]


@dataclass(frozen=True)
class Told:
    """An event as it stands on record: its place, when it was, who did it."""

    seq: int
    at: datetime
    actor: str
    event: Event


def read_event(act: str, subject: str, facts: Mapping[str, Any]) -> Event:
    """Read an event from its record; one that can't be read is still one."""
    kind = _KINDS.get(act)
    try:
        if kind is not None:
            return kind.from_record(subject, facts)
    except (ValidationError, ValueError, TypeError):
        pass
    return UnreadEvent(name=act, of=subject, said=dict(facts) if isinstance(facts, Mapping) else {"facts": facts})


def known_acts() -> list[str]:
    """Name every act that is declared."""
    return sorted(_KINDS)
