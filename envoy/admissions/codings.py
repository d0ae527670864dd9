"""Diagnoses → what each admission was coded with: groups, numbers, and the codes that say more than they should."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from contract.clinical.codes import GROUPS, groups_of, is_terminal
from envoy.icd_codes import SOUND, first_faults

_TERMINAL = 1 << len(GROUPS)
_UNREAD = -1


@dataclass(frozen=True)
class Codings:
    """Of n admissions, in the order of their table.

    Args:
        groups: The groups of all its codes together.
        diagnoses: How many codes it has.
        terminal: Whether one of them says that the stay ended, or was about to end, in death.
        codes: How many codes there are in all.
        unknown: How many of them map to nothing.
    """

    groups: NDArray[np.int64]
    diagnoses: NDArray[np.int64]
    terminal: NDArray[np.bool_]
    codes: int
    unknown: int


class CodingCounter:
    """Counts the codes of admissions as they come.

    Args:
        admissions: How many there are.
    """

    def __init__(self, admissions: int) -> None:
        self._bits = np.zeros(admissions, np.int64)
        self._numbers = np.zeros(admissions, np.int64)
        self._masks = np.zeros(0, np.int64)  # of code and version, each read once
        self._codes = self._unknown = 0
        self.faulty = False

    def add(
        self,
        admissions: NDArray[np.int64],
        codes: NDArray[np.int64],
        versions: NDArray[np.int64],
        texts: dict[int, str],
    ) -> None:
        """Count some rows.

        Args:
            admissions: The place of each row's admission.
            codes: A number for each row's code, the same in every call.
            versions: 9 or 10.
            texts: The codes by their numbers.
        """
        keys = codes * 2 + (versions == 10)
        self._read(np.flatnonzero(np.bincount(keys)), texts)
        masks = self._masks[keys]
        np.bitwise_or.at(self._bits, admissions, masks)
        self._numbers += np.bincount(admissions, minlength=len(self._numbers))
        self._codes += len(keys)
        self._unknown += int(np.count_nonzero(masks & (_TERMINAL - 1) == 0))

    def counted(self) -> Codings:
        """Give what was counted."""
        groups, terminal = self._bits & (_TERMINAL - 1), self._bits >= _TERMINAL
        return Codings(groups, self._numbers, terminal, self._codes, self._unknown)

    def _read(self, keys: NDArray[np.int64], texts: dict[int, str]) -> None:
        """Read the codes that have not been before; tell if one has not the form of its version."""
        more = int(keys[-1]) + 1 - len(self._masks) if len(keys) else 0
        if more > 0:
            self._masks = np.concatenate([self._masks, np.full(more, _UNREAD)])
        new = keys[self._masks[keys] == _UNREAD]
        for is_ten, version in enumerate((9, 10)):
            of_version = new[new % 2 == is_ten]
            found = [texts[int(key) // 2] for key in of_version]
            self.faulty |= (
                bool((first_faults(pd.Series(found, dtype=object), version) != SOUND).any()) if found else False
            )
            self._masks[of_version] = _masks(found, version)


def _masks(codes: Sequence[str], version: int) -> NDArray[np.int64]:
    return np.array([groups_of(code, version) | is_terminal(code, version) * _TERMINAL for code in codes], np.int64)
