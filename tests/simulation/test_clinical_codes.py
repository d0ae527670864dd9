from contract.clinical.codes import COMORBIDITIES, GROUPS, groups_of
from simulation.clinical_codes import CONDITIONS, EPISODES


def named(code: str, version: int) -> set[str]:
    return {name for bit, name in enumerate(GROUPS) if groups_of(code, version) >> bit & 1}


def test_the_first_conditions_are_charlsons_in_either_version() -> None:
    for name, condition in zip(COMORBIDITIES, CONDITIONS, strict=False):
        assert name in named(condition.icd9, 9) & named(condition.icd10, 10)


def test_a_condition_is_of_one_chapter_whichever_version_it_is_coded_in() -> None:
    for nine, ten in (*((each.icd9, each.icd10) for each in CONDITIONS), *EPISODES):
        assert named(nine, 9) - set(COMORBIDITIES) == named(ten, 10) - set(COMORBIDITIES) != set()
