"""Lines are named beside themselves, and bars in one row above the axes."""

import numpy as np
import pytest
from pictures import key_of

import toy
from toy.figures.stills import halfway, name_highest
from toy.figures.style import LIGHT, bars, beside, key_above, name_bars, name_line

pytestmark = pytest.mark.usefixtures("book_style")

X = np.linspace(0.0, 4.0, 5)


def named(**place):
    """The words that `name_line` writes beside the second of two lines."""
    ax = toy.figures.axes()
    ax.plot(X, X, color=LIGHT["k1"], label="other")
    ax.plot(X, X**2, color=LIGHT["policy"], label="squares")
    name_line(ax, "squares", **place)
    return ax.texts[0]


def test_a_line_is_named_right_of_its_end_in_its_colour():
    text = named()
    assert text.get_text() == "squares"
    assert text.get_color() == LIGHT["policy"]
    assert text.xy == (4.0, 16.0)
    assert text.xyann == (6, 0)


@pytest.mark.parametrize(("at", "point"), [(0.0, (0, 0)), (0.5, (2, 4)), (0.3, (1, 1))])
def test_a_name_stands_at_a_point_of_the_line_so_far_along_it(at, point):
    assert named(at=at).xy == point


def test_a_line_may_be_called_something_else_than_its_label():
    assert named(text="$x^2$").get_text() == "$x^2$"


@pytest.mark.parametrize(
    ("heights", "place", "side"),
    [([3, 2, 1, 0], (0, 3), 1), ([0, 1, 3, 2, 1], (2, 3), 0), ([0, 1, 2, 4], (3, 4), -1)],
)
def test_a_name_above_the_highest_point_of_a_line_stays_inside_the_picture(heights, place, side):
    ax = toy.figures.axes()
    ax.plot(heights, label="line")
    name_highest(ax, "line")
    assert ax.texts[0].xy == place
    assert ax.texts[0].xyann == (side, 5)


@pytest.mark.parametrize(("values", "part"), [([0, 1, 5, 10], 2 / 3), ([8, 5, 1, 0, 0], 0.25)])
def test_halfway_is_where_a_line_has_done_half_of_its_way(values, part):
    assert halfway(np.array(values)) == part


@pytest.mark.parametrize(
    ("shift", "side"),
    [
        ((6, 0), ("left", "center")),
        ((-6, 2), ("right", "bottom")),
        ((0, -5), ("center", "top")),
    ],
)
def test_words_grow_away_from_their_point(shift, side):
    ax = toy.figures.axes()
    beside(ax, "here", (1, 1), shift)
    assert (ax.texts[0].get_ha(), ax.texts[0].get_va()) == side


def test_words_can_be_read_also_where_the_line_is_a_light_grey():
    ax = toy.figures.axes()
    beside(ax, "reference", (1, 1), colour=LIGHT["reference"])
    beside(ax, "a word", (1, 1))
    assert [text.get_color() for text in ax.texts] == [LIGHT["muted"], LIGHT["ink"]]
    assert all(text.get_fontsize() >= 9 for text in ax.texts)


def test_the_bars_of_a_role_are_named_beside_the_highest_of_them_in_their_colour():
    ax = toy.figures.axes()
    heights = {"k1": [0.1, -0.7], "k3": [0.3, 0.4]}
    bars(ax, ["a", "b"], heights, {"k1": "first", "k3": "second"})
    name_bars(ax, (0, 4), (6, -3))
    first, second = ax.texts
    np.testing.assert_allclose([first.xy, second.xy], [(-0.2, 0.1), (1.2, 0.4)])
    assert [first.get_text(), second.get_text()] == ["first", "second"]
    assert [first.get_color(), second.get_color()] == [LIGHT["k1"], LIGHT["k3"]]
    assert second.xyann == (6, -3)


def test_bars_are_named_in_one_row_above_the_axes_in_their_order():
    ax = toy.figures.axes()
    heights = {"k1": [0.1, 0.2], "k3": [0.3, 0.4], "policy": [0.5, 0.6]}
    bars(ax, ["a", "b"], heights, {"k1": "first", "k3": "second", "policy": "third"})
    key_above(ax)
    ax.figure.canvas.draw()
    assert key_of(ax) == ["first", "second", "third"]
    places = [text.get_window_extent() for text in ax.get_legend().get_texts()]
    assert len({round(place.y0) for place in places}) == 1
    assert [place.x0 for place in places] == sorted(place.x0 for place in places)
    assert min(place.y0 for place in places) > ax.get_window_extent().y1
    assert not ax.get_legend().get_frame_on()
