"""Names that stand twice in an object."""

from hypothesis import given
from hypothesis import strategies as st

from contract.json_names import name_twice

NAMES = st.lists(st.text(max_size=2), max_size=6)


@given(NAMES)
def test_a_name_is_given_where_one_stands_twice_and_nowhere_else(names: list[str]) -> None:
    found = name_twice([(name, None) for name in names])
    assert found is None if len(set(names)) == len(names) else names.count(str(found)) > 1


def test_it_is_the_first() -> None:
    assert name_twice([("b", 1), ("a", 2), ("a", 3), ("b", 4)]) == "b"
