"""What a code of either version looks like."""

from pathlib import Path

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from envoy.icd_codes import FAULTS, SOUND, first_faults


@given(
    st.one_of(
        st.tuples(st.just(9), st.from_regex(r"[0-9]{3,5}|V[0-9]{2,4}|E[0-9]{3,4}", fullmatch=True)),
        st.tuples(st.just(10), st.from_regex(r"[A-Z][0-9][0-9A-Z]{1,5}", fullmatch=True)),
    )
)
def test_a_code_of_its_version_is_sound_and_with_a_dot_it_is_not(versioned: tuple[int, str]) -> None:
    version, code = versioned
    faults = first_faults(pd.Series([code, f"{code[:3]}.{code[3:]}"], dtype=object), version)

    assert faults[0] == SOUND
    assert FAULTS[version][faults[1]].kind in ("dotted_code", "damaged_code")


def test_every_code_of_the_real_dictionary_is_sound(mimic_iv_demo: Path) -> None:
    dictionary = pd.read_csv(mimic_iv_demo / "hosp/d_icd_diagnoses.csv.gz", dtype=str, keep_default_na=False)

    for version in (9, 10):
        codes = dictionary.loc[dictionary["icd_version"] == str(version), "icd_code"]
        assert len(codes) > 10_000
        assert (first_faults(codes, version) == SOUND).all()
