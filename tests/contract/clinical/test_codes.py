import gzip
from functools import lru_cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from itertools import chain, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.clinical.codes import CHAPTERS, COMORBIDITIES, GROUPS, groups_of, is_terminal, normalised

NAMES_OF_THE_ORACLE = dict(
    zip(
        COMORBIDITIES,
        [
            "ami",
            "chf",
            "pvd",
            "cevd",
            "dementia",
            "copd",
            "rheumd",
            "pud",
            "mld",
            "diab",
            "diabwc",
            "hp",
            "rend",
            "canc",
            "msld",
            "metacanc",
            "aids",
        ],
        strict=True,
    )
)
VERSIONS = st.sampled_from((9, 10))


@pytest.fixture(scope="module")
def oracle() -> dict[int, dict[str, tuple[str, ...]]]:
    """The lists of the package comorbidipy.

    Its lists alone: the package itself does not import under pandas 3, and its calculation gives a code that is in two
    lists (404.03 is heart failure and renal disease) to the last of them only, which Quan et al. don't.
    """
    package = find_spec("comorbidipy")
    assert package is not None
    assert package.submodule_search_locations is not None
    spec = spec_from_file_location("lists", Path(package.submodule_search_locations[0]) / "mapping.py")
    assert spec is not None
    assert spec.loader is not None
    lists = module_from_spec(spec)
    spec.loader.exec_module(lists)
    return {version: lists.mapping[f"charlson_icd{version}_quan"] for version in (9, 10)}


def names(code: str, version: int) -> set[str]:
    return names_of(groups_of(code, version))


@lru_cache
def names_of(groups: int) -> set[str]:
    return {name for bit, name in enumerate(GROUPS) if groups >> bit & 1}


def comorbidities(code: str, version: int) -> set[str]:
    return names(code, version) & set(COMORBIDITIES)


def chapters(code: str, version: int) -> set[str]:
    return names(code, version) & set(CHAPTERS)


@lru_cache
def prefixes(lists: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    return tuple(chain.from_iterable(lists))


def by_the_oracle(code: str, lists: dict[str, tuple[str, ...]]) -> set[str]:
    if not code.startswith(prefixes(tuple(lists.values()))):  # most codes, quickly told
        return set()
    return {ours for ours, theirs in NAMES_OF_THE_ORACLE.items() if code.startswith(lists[theirs])}


def test_every_short_code_has_the_comorbidities_of_the_oracle(oracle):
    digits = "0123456789"
    for version, letters in ((9, ["", "V", "E"]), (10, list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))):
        for letter, length in product(letters, (3, 4)):
            for rest in product(digits, repeat=length - len(letter)):
                code = letter + "".join(rest)
                assert comorbidities(code, version) == by_the_oracle(code, oracle[version]), code


def test_what_lies_right_beside_a_prefix_of_the_oracle_has_its_comorbidities(oracle):
    for version, lists in oracle.items():
        for prefix in chain.from_iterable(lists.values()):
            head, last = prefix[:-1], int(prefix[-1])
            beside = [*(f"{prefix}{digit}" for digit in range(10)), *(f"{head}{last + step}" for step in (-1, 1))]
            for code in [prefix, *beside, *(f"{each}1" for each in beside)]:
                if groups_of(code, version):  # else it has not the form of a code
                    assert comorbidities(code, version) == by_the_oracle(code, lists), code


def test_every_real_code_has_the_comorbidities_of_the_oracle_and_one_chapter(oracle, mimic_iv_demo: Path):
    with gzip.open(mimic_iv_demo / "hosp/d_icd_diagnoses.csv.gz", "rt", encoding="utf-8") as table:
        next(table)
        rows = [line.split(",", 2)[:2] for line in table]
    unknown = []
    for code, version in rows:
        assert comorbidities(code, int(version)) == by_the_oracle(code, oracle[int(version)]), code
        if len(chapters(code, int(version))) != 1:
            unknown.append(code)
    assert all(code.startswith("U") for code in unknown)
    assert len(unknown) < 10


@pytest.mark.parametrize(
    ("code", "version", "expected"),
    [
        ("0030", 9, {"infectious"}),
        ("E8809", 9, {"external"}),
        ("E8809", 10, {"endocrine"}),
        ("V4581", 9, {"factors"}),
        ("V4581", 10, {"external"}),
        ("27900", 9, {"blood"}),
        ("D800", 10, {"blood"}),
        ("D491", 10, {"neoplasms"}),
        ("H3400", 10, {"nervous", "cerebrovascular"}),
        ("U071", 10, {"infectious"}),
        ("U099", 10, set()),
        ("I5023", 10, {"circulatory", "heart_failure"}),
        ("40403", 9, {"circulatory", "heart_failure", "renal"}),
        ("C7A1", 10, {"neoplasms"}),
    ],
)
def test_a_code_is_read_by_its_version(code: str, version: int, expected: set[str]):
    assert names(code, version) == expected


@given(st.text(max_size=12), st.integers(-1, 11))
def test_what_is_no_code_maps_to_nothing_and_breaks_nothing(code: str, version: int):
    found = groups_of(code, version)
    assert 0 <= found < 1 << len(GROUPS)
    if version not in (9, 10):
        assert found == 0


@given(st.from_regex(r"\A[A-Z][0-9][0-9A-Z]{1,5}\Z"), VERSIONS)
def test_dots_blanks_and_case_make_no_difference(code: str, version: int):
    assert groups_of(f" {code[:3].lower()}.{code[3:]}\t", version) == groups_of(code, version)
    assert normalised(f" {code[:3].lower()}.{code[3:]} ") == code


@given(st.from_regex(r"\A([0-9]{3,4}|V[0-9]{2,3}|E[0-9]{3})\Z"), st.sampled_from("0123456789"))
def test_a_longer_code_is_of_all_groups_of_the_shorter_one(code: str, digit: str):
    assert names(code, 9) <= names(code + digit, 9)
    assert len(chapters(code + digit, 9)) <= 1


def test_terminal_codes_are_arrest_palliative_care_brain_death_and_do_not_resuscitate():
    assert all(is_terminal(code, 9) for code in ("4275", "427.5", "V667", "V4986", "34882"))
    assert all(is_terminal(code, 10) for code in ("I46.9", "I469", "Z515", "Z66", "G9382", "I97.121"))
    assert not any(is_terminal(code, 9) for code in ("42741", "V1253", "I469", "34881"))
    assert not any(is_terminal(code, 10) for code in ("Z8674", "4275", "Z51", "G9381"))
