"""The scene of the tug of war in Python: its question, its answer and its why."""

import numpy as np
import pytest

import toy
from toy.explorables import TugOfWar


def test_at_rest_both_sides_pull_alike():
    scene = TugOfWar()
    rest = scene.truth()
    assert rest == pytest.approx(np.log(7 / 3), rel=1e-15)
    gradient = toy.reward_loss_gradient([rest, 0.0], [[0, 7], [3, 0]])
    assert gradient == pytest.approx([0, 0], abs=1e-15)
    assert "each of the 7 pulls with 0.3, each of the 3 with 0.7" in scene.why()
    assert "2.1 against 2.1" in scene.describe()


def test_ten_times_the_labels_leave_it_where_it_was():
    assert TugOfWar(up=70, down=30).truth() == TugOfWar().truth()
    assert "70 labels for A pull" in TugOfWar(up=70, down=30).question()


def test_one_label_is_not_many():
    assert TugOfWar(up=1, down=1).question().startswith("1 label for A pulls the margin")
    assert TugOfWar(up=1, down=1).truth() == 0


@pytest.mark.parametrize("change", [{"up": 9}, {"down": 5}, {"time": 10.0}])
def test_the_picture_follows_the_state(change):
    scene = TugOfWar()
    picture = scene.still()
    scene.set_trait(*next(iter(change.items())))
    assert scene.still() != picture


def test_its_ten_labels_are_those_of_the_sum_by_hand():
    scene = TugOfWar()
    assert (scene.up / 10, scene.down / 10) == (0.7, 0.3)
