import numpy as np
import pytest

from matching.parameters import MatchParameters
from matching.profile import profiled

SIGNAL = np.array([1, 0, 0], dtype=np.float32)
PARAMETERS = MatchParameters(profile_share=0.25)


def test_accepted_projects_draw_a_signal_towards_their_mean():
    accepted = np.array([[0, 1, 0], [0, 0, 0], [0, 0, 1]], dtype=np.float32)
    expected = np.array([0.75, 0.25 / np.sqrt(2), 0.25 / np.sqrt(2)])
    drawn = profiled(SIGNAL, accepted, PARAMETERS)
    assert drawn == pytest.approx(expected / np.linalg.norm(expected), abs=1e-7)
    assert drawn.dtype == np.float32


@pytest.mark.parametrize("accepted", [np.zeros((0, 3), np.float32), np.zeros((2, 3), np.float32)])
def test_without_accepted_projects_a_signal_stays_as_it_is(accepted):
    assert np.array_equal(profiled(SIGNAL, accepted, PARAMETERS), SIGNAL)


def test_a_signal_that_could_not_be_read_stays_absent():
    assert not profiled(np.zeros(3, np.float32), np.eye(3, dtype=np.float32), PARAMETERS).any()
