import numpy as np

from aggregation.rules.combined import room_for
from aggregation.updates import in_order
from tests.small_updates import drawn_update


def test_the_room_for_a_result_has_the_layouts_names_shapes_and_type() -> None:
    updates = in_order([drawn_update(1, 10), drawn_update(2, 10)])

    room = room_for(updates.layout)

    assert {name: values.shape for name, values in room.items()} == {each.name: each.shape for each in updates.layout}
    assert {values.dtype for values in room.values()} == {np.dtype(np.float32)}
