"""Validated value types: a bare ``str`` never crosses from one package to the next where one of these is meant."""

import hashlib
import re
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from contract.errors import InvalidNameError

_WINDOWS_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))]
)


class _Name(str):
    """A string of one agreed form; making one checks it."""

    pattern: ClassVar[str]
    says: ClassVar[str]

    def __new__(cls, value: str) -> Self:
        """Check the form."""
        if not re.fullmatch(cls.pattern, value, re.ASCII):
            raise InvalidNameError(f"{value[:80]!r} is not {cls.says}.", hint=f"It must match {cls.pattern}.")
        return super().__new__(cls, value)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        def check(value: str) -> _Name:
            try:
                return cls(value)
            except InvalidNameError as error:  # pydantic collects ValueErrors into one answer
                raise ValueError(error.sentence) from error

        return core_schema.no_info_after_validator_function(check, core_schema.str_schema(pattern=f"^{cls.pattern}$"))


class EnvoyName(_Name):
    """A hospital's name: safe as a folder on Linux and Windows, unique without regard to case."""

    pattern = "[A-Za-z0-9][A-Za-z0-9_-]{0,62}"
    says = "an envoy's name (letters, digits, - and _, at most 63, beginning with a letter or digit)"

    def __new__(cls, value: str) -> Self:
        """Check the form, and that it can be a folder anywhere."""
        name = super().__new__(cls, value)
        if name.folded in _WINDOWS_DEVICES:
            raise InvalidNameError(f"{value!r} is a reserved device name on Windows.", hint="Choose another name.")
        return name

    @property
    def folded(self) -> str:
        """The form under which names are compared."""
        return self.casefold()


class TaskName(_Name):
    """A task's name, for example ``diagnosis_count``."""

    pattern = "[a-z][a-z0-9_]{0,62}"
    says = "a task's name (small letters, digits and _)"


class AliasName(_Name):
    """A name that a global version is called by besides its number; it begins with a letter, so it is no number."""

    pattern = "[a-z][a-z0-9_-]{0,62}"
    says = "an alias (small letters, digits, - and _, at most 63, beginning with a letter)"


class Digest(_Name):
    """A SHA-256 in lower-case hexadecimal: the name of every artifact."""

    pattern = "[0-9a-f]{64}"
    says = "a SHA-256 digest (64 hexadecimal digits)"

    @classmethod
    def of(cls, data: bytes | bytearray | memoryview) -> Self:
        """Digest ``data``."""
        return cls(hashlib.sha256(data).hexdigest())
