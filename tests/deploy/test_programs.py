"""Which command lines are ours."""

import pytest

from tests.deploy.programs import is_one_of_ours


@pytest.mark.parametrize(
    ("line", "is_ours"),
    [
        ("/opt/fl/bin/fl-director serve --new", True),
        ("fl-director token issue --role admin", True),
        ("fl-envoy participate", True),
        ("fl-director serve --newer", False),
        ("fl-director served", False),
        ("fl-director token", False),
        ("fl-director", False),
        ("fl-envoy serve", False),
        ("sh -c fl-director", False),
    ],
)
def test_a_line_names_a_program_a_command_and_options_that_there_are(line: str, is_ours: bool) -> None:
    assert is_one_of_ours(line.split()) is is_ours
