import numpy as np
import pytest

from matching.disclosure.table import additive_table
from matching.disclosure.tracing import Tracer


@pytest.mark.parametrize(("beside", "hides"), [(20, True), (16, True), (14, False), (0, False)])
def test_a_cell_is_hidden_by_what_can_move_fifteen_per_cent_of_it(beside, hides):
    entries = [("a", "one", 100), ("b", "two", beside)]
    entries += [("*", group, won) for _, group, won in entries]
    table = additive_table(entries, [("*", ["a", "b"])], keys=["a", "b", "*"])
    within = np.array([True, True, False])
    trace = Tracer(table).trace(0, table.amounts.astype(float), withheld=within, open_cells=within)
    assert (trace is not None) is hides


def test_a_trace_is_the_same_seen_from_each_cell_it_moves():
    entries = [("a", "one", 100), ("b", "two", 100), ("*", "one", 100), ("*", "two", 100)]
    table = additive_table(entries, [("*", ["a", "b"])], keys=["a", "b", "*"])
    within = np.array([True, True, False])
    trace = Tracer(table).trace(0, table.amounts.astype(float), withheld=within, open_cells=within)
    assert trace is not None
    assert trace.about(1).moves.tolist() == [-1.0, 1.0]
    assert trace.hides(np.array([15.0, 15.0, 0.0]), 15.0)
    assert not trace.hides(np.array([15.0, 14.0, 0.0]), 15.0)
