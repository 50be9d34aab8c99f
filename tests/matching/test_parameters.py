import math
from dataclasses import replace

import pytest

from matching.parameters import MatchParameters


@pytest.mark.parametrize(
    "changed",
    [
        {"dense_share": 9},
        {"dense_share": -0.1},
        {"dense_share": math.nan},
        {"field_weight": -0.12},
        {"field_weight": math.inf},
        {"text_weight": 0.0},
        {"headroom": 0.0},
        {"ticket_reach": 1},
        {"ticket_tolerance_bp": -1},
        {"reference_low": 0.9999},
    ],
)
def test_a_value_that_means_nothing_is_refused(changed):
    with pytest.raises(ValueError, match=next(iter(changed))):
        replace(MatchParameters(), **changed)


def test_a_value_at_the_edge_of_its_meaning_stands():
    assert replace(MatchParameters(), dense_share=1, field_weight=0, trl_tolerance=0, reference_low=0.0)
