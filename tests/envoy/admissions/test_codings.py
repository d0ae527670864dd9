import numpy as np

from contract.clinical.codes import groups_of
from envoy.admissions.codings import CodingCounter

TEXTS = {0: "4280", 1: "E8809", 2: "I469", 3: "U999"}


def counted(*rows: tuple[int, int, int], at_a_time: int = 10):
    counter = CodingCounter(3)
    for first in range(0, len(rows), at_a_time):
        admissions, codes, versions = np.array(rows[first : first + at_a_time]).T
        counter.add(admissions, codes, versions, {code: TEXTS[code] for code in codes.tolist()})
    return counter


ROWS = ((0, 0, 9), (2, 1, 10), (0, 1, 9), (2, 3, 10), (2, 2, 10))


def test_codes_are_joined_and_counted_by_admission_and_version():
    found = counted(*ROWS).counted()
    assert found.groups.tolist() == [
        groups_of("4280", 9) | groups_of("E8809", 9),
        0,
        groups_of("E8809", 10) | groups_of("I469", 10),
    ]
    assert found.diagnoses.tolist() == [2, 0, 3]
    assert found.terminal.tolist() == [False, False, True]
    assert (found.codes, found.unknown) == (5, 1)


def test_one_row_after_the_other_is_the_same_as_all_at_once():
    one, all_ = counted(*ROWS, at_a_time=1).counted(), counted(*ROWS).counted()
    assert one.groups.tolist() == all_.groups.tolist()
    assert one.diagnoses.tolist() == all_.diagnoses.tolist()
    assert (one.codes, one.unknown, one.terminal.tolist()) == (all_.codes, all_.unknown, all_.terminal.tolist())


def test_a_code_without_the_form_of_its_version_is_told():
    assert not counted(*ROWS).faulty
    assert counted(*ROWS, (1, 0, 10)).faulty
    assert counted((1, 2, 9)).faulty
