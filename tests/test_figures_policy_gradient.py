"""The figures of the policy gradient draw what they are given, in the palette alone."""

import numpy as np
import pytest
from pictures import in_palette, key_of, texts_of

import toy

pytestmark = pytest.mark.usefixtures("book_style")

POLICY, REWARD = toy.HALF_TRAINED, toy.TEMPTING.reward[0]
RESPONSES = ["a", "b", "c", "d"]
PATH = np.array([POLICY, [0.1, 0.2, 0.3, 0.4], [0.2, 0.1, 0.4, 0.3]])
X = np.linspace(0.1, 1.0, 5)
PULLS = {"reward": POLICY, "KL penalty": -POLICY, "pretraining": REWARD, "sum": -REWARD}
THREE = {"one": X, "two": X**2, "three": X**3}
POINTS = {name: {"value": (0.2, 0.4), "best": (0.3, 0.1)} for name in RESPONSES[:3]}
draw = toy.figures.policy_gradient


def drawn(ax):
    """The heights of all lines of an `ax`, in the order in which they were drawn."""
    return [np.asarray(line.get_ydata()) for line in ax.get_lines()]


def simplex(ax):
    field = np.array([[0.2, 0.3, 0.5]]), np.array([[0.1, -0.1, 0.0]])
    paths = [[0.2, 0.2, 0.6], [0.5, 0.3, 0.2]], [[[0.2, 0.2, 0.6], [0.6, 0.2, 0.2]]] * 2
    return draw.simplex(ax, RESPONSES[:3], field, *paths, [0.6, 0.3, 0.1])


FIGURES = {
    "terms": lambda ax: draw.terms(ax, RESPONSES, PULLS),
    "simplex": simplex,
    "baselines": lambda ax: draw.baselines(
        ax, X, dict(zip(RESPONSES[:3], (X, X**2, X**3), strict=True)), POINTS
    ),
    "prompts": lambda ax: draw.prompt_weights(ax, X, dict.fromkeys(RESPONSES, X), X**2),
    "ratios": lambda ax: draw.ratios(ax, PATH, dict.fromkeys(RESPONSES, 1.0), "b", 0.2),
    "lengths": lambda ax: draw.lengths(ax, X, THREE),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_returns_its_ax_labels_it_and_uses_the_palette_alone(name):
    ax = toy.figures.axes()
    assert FIGURES[name](ax) is ax
    assert name == "simplex" or ax.get_ylabel()
    # Bars alone have a key; a line is named beside itself.
    assert bool(ax.get_legend()) == (name == "terms")
    assert texts_of(ax) or key_of(ax)
    assert in_palette(ax)


def test_bars_are_as_high_as_the_numbers():
    ax = draw.terms(toy.figures.axes(), RESPONSES, PULLS)
    heights = [bar.get_height() for bar in ax.patches]
    np.testing.assert_array_equal(heights, np.concatenate(list(PULLS.values())))
    assert key_of(ax) == list(PULLS)


def test_the_corners_of_the_simplex_are_the_policies_that_are_certain():
    ax = simplex(toy.figures.axes())
    triangle = ax.get_lines()[0].get_xydata()
    np.testing.assert_allclose(triangle, draw.CORNERS[[0, 1, 2, 0]])
    # Equal sides, so that no response looks nearer than another.
    sides = np.linalg.norm(np.diff(triangle, axis=0), axis=1)
    np.testing.assert_allclose(sides, 1.0)
    optimum = ax.get_lines()[-1].get_xydata()[0]
    np.testing.assert_allclose(optimum, np.array([0.6, 0.3, 0.1]) @ draw.CORNERS)


def test_the_plateau_has_probabilities_above_and_the_gradients_length_below():
    panels = toy.figures.axes(2, height=5.0)
    places = dict.fromkeys(RESPONSES, (1.0, 0.5))
    assert draw.plateau(panels, [1, 2, 3], PATH, X[:3], places, best="d") is panels
    np.testing.assert_array_equal(drawn(panels[0]), PATH.T)
    np.testing.assert_array_equal(drawn(panels[1])[0], X[:3])
    assert set(texts_of(panels[0])) == set(RESPONSES)
    assert in_palette(panels)
    best = draw.LIGHT["best"]
    assert [line.get_color() == best for line in panels[0].get_lines()] == [False] * 3 + [True]


def test_groups_have_bias_above_and_variance_below_with_the_levels_in_the_lower_panel():
    panels = toy.figures.axes(2, height=5.0)
    variance = {role: 2 * values for role, values in THREE.items()}
    assert draw.groups(panels, [2, 4, 8, 16, 32], THREE, variance, {"none": (4, 0.7)}) is panels
    np.testing.assert_array_equal(drawn(panels[0]), list(THREE.values()))
    *below, level = drawn(panels[1])
    np.testing.assert_array_equal(below, list(variance.values()))
    assert list(level) == [0.7, 0.7]
    assert texts_of(panels[0]) == list(THREE)
    assert in_palette(panels)


def test_gae_has_bias_above_and_variance_below():
    panels = toy.figures.axes(2, height=5.0)
    moments = {"exact": (X, X**2), "guessed": (X**3, X**4)}
    assert draw.gae(panels, X, moments) is panels
    np.testing.assert_array_equal(drawn(panels[0]), [X, X**3])
    np.testing.assert_array_equal(drawn(panels[1]), [X**2, X**4])
    assert panels[1].get_yscale() == "log"
    assert texts_of(panels[0]) == ["critic: exact", "critic: guessed"]
    assert in_palette(panels)


def test_the_marked_baselines_lie_where_they_were_computed():
    ax = FIGURES["baselines"](toy.figures.axes())
    marked = [tuple(line.get_xydata()[0]) for line in ax.get_lines() if len(line.get_xdata()) == 1]
    assert marked == [(0.2, 0.4), (0.3, 0.1)] * 3


@pytest.mark.parametrize("name", ["prompts", "lengths", "ratios"])
def test_a_curve_is_the_array_that_was_passed_in(name):
    lines = drawn(FIGURES[name](toy.figures.axes()))
    expected = {"prompts": [X] * 4 + [X**2], "lengths": list(THREE.values()), "ratios": PATH.T}
    for line, values in zip(lines, expected[name], strict=False):
        np.testing.assert_array_equal(line, values)


@pytest.mark.parametrize(("name", "end"), [("prompts", X[-1]), ("lengths", X[-1])])
def test_a_line_is_named_at_its_end(name, end):
    ax = FIGURES[name](toy.figures.axes())
    ends = {text.get_text(): tuple(text.xy) for text in ax.texts}
    for line in ax.get_lines()[:3]:
        assert ends[line.get_label()] == (end, line.get_ydata()[-1])


def test_the_sampled_ascents_are_named_where_they_stray_farthest_to_the_right():
    ax = simplex(toy.figures.axes())
    (sampled,) = (text for text in ax.texts if text.get_text() == "sampled")
    np.testing.assert_allclose(sampled.xy, np.array([0.2, 0.2, 0.6]) @ draw.CORNERS)
    assert {"exact", "reference", "optimum"} < set(texts_of(ax))


def test_the_kinds_of_baselines_are_named_once_in_ink():
    ax = FIGURES["baselines"](toy.figures.axes())
    inked = {text.get_text() for text in ax.texts if text.get_color() == draw.LIGHT["ink"]}
    assert inked == {"best baseline", "value baseline"}


def test_the_range_of_clipping_is_drawn_around_one():
    *_, low, high = drawn(FIGURES["ratios"](toy.figures.axes()))
    assert (low[0], high[0]) == (0.8, 1.2)
