"""Each error under Flower has a code of its own."""

from contract.errors import FederationError
from flower_apps import errors
from flower_apps.errors import FlowerError

KINDS = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, FlowerError)]


def test_each_has_a_code_of_its_own_under_one_root():
    assert len({kind.code for kind in KINDS}) == len(KINDS) == 5
    assert FederationError.code not in {kind.code for kind in KINDS}
