"""The short lists of codes hold what readers get wrong."""

import pandas as pd
import pytest

from envoy.icd_codes import SOUND, first_faults
from simulation.admission_codes import ICD9_CODES, ICD10_CODES


def test_codes_include_what_readers_get_wrong(tables) -> None:
    codes = tables[0].diagnoses["icd_code"].astype(object)

    for pattern in ("0[0-9]+", "E[0-9]{4}", "V[0-9]+", "W19XXXA", "B20"):
        assert codes.str.fullmatch(pattern).any(), pattern


@pytest.mark.parametrize(("codes", "version"), [(ICD9_CODES, 9), (ICD10_CODES, 10)])
def test_any_stride_through_a_list_visits_every_sound_code_once(codes: list[str], version: int) -> None:
    for stride in range(1, len(codes)):
        assert {codes[stride * place % len(codes)] for place in range(len(codes))} == set(codes)
    assert len(set(codes)) == len(codes)
    assert (first_faults(pd.Series(codes, dtype=object), version) == SOUND).all()
