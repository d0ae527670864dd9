"""A name that stands twice in one object of JSON: of the two one reader takes the first, another the last."""

from collections.abc import Sequence


def name_twice(members: Sequence[tuple[str, object]]) -> str | None:
    """Give the first name that an object has twice; None: it has each once.

    Args:
        members: As ``json.loads`` hands them to its ``object_pairs_hook``.
    """
    if len({name for name, _ in members}) == len(members):
        return None
    names = [name for name, _ in members]
    return next(name for name in names if names.count(name) > 1)
