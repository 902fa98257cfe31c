"""The figures of the first chapter draw what they are given, in the palette's colours."""

import numpy as np
import pytest
from pictures import heights_of, in_palette, texts_of

import toy
from toy.exact.enumeration import count_vectors
from toy.figures.style import LIGHT

pytestmark = pytest.mark.usefixtures("book_style")

draw = toy.figures.bandits
X = np.linspace(0.2, 4.0, 9)
RESPONSES = ["a", "b", "c", "d"]
HOME, WORTH = toy.NOISY_LABELS.reference[0], toy.NOISY_LABELS.reward[0]
LATTICE = count_vectors("N", 20, 3, "take fewer") / 20
KL, EARNED = toy.kl_divergence(LATTICE, HOME), LATTICE @ WORTH


def triangle(ax):
    kl, earned = (KL, [0.1, 0.5]), (EARNED, [-0.8, 0.4])
    return draw.simplex(ax, ["a", "b", "c"], LATTICE, kl, earned, HOME, LATTICE[:4])


def loss_of_samples(ax):
    return draw.sampling(ax, 10**X, np.array([X, X / 2]), 2 * X, 7.7e6)


def three(ax):
    return draw.bargain(ax, ["first", "second", "third"], [0.0, 0.5, 2.0], [0.4, 0.7, 1.0], 0.5)


FIGURES = {
    "pipeline": draw.pipeline,
    "one logit": lambda ax: draw.one_logit(ax, X, np.outer(X / 20, [1, 2, 3, 4]), RESPONSES, 1),
    "log bound": lambda ax: draw.log_bound(
        ax, X, {"v − 1": X - 1, "log v": np.log(X)}, [0.5, 1.0, 2.0, 3.0], RESPONSES
    ),
    "simplex": triangle,
    "sampling": loss_of_samples,
    "world": lambda ax: draw.world_map(ax, toy.SHIFTED_REWARDS, {"no": (-8, 0)}),
    "bargain": three,
}


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_a_figure_returns_its_ax_and_uses_the_palette_alone(figure):
    ax = toy.figures.axes()
    assert figure(ax) is ax
    assert in_palette(ax)


@pytest.mark.parametrize("name", ["one logit", "log bound", "sampling", "bargain"])
def test_both_axes_say_what_they_show(name):
    ax = FIGURES[name](toy.figures.axes())
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert texts_of(ax)
    assert not ax.get_legend()


def test_each_curve_of_one_logit_is_named_where_it_runs_and_the_moved_one_is_the_policys():
    ax = FIGURES["one logit"](toy.figures.axes())
    assert set(RESPONSES) <= set(texts_of(ax))
    blue = [line.get_label() for line in ax.get_lines() if line.get_color() == LIGHT["policy"]]
    assert blue == [RESPONSES[1]]


def test_the_pipeline_names_its_stations_and_its_short_cut():
    words = " ".join(texts_of(draw.pipeline(toy.figures.axes())))
    for station in ("reference", "comparisons", "reward model", "policy", "DPO", "per nat of KL"):
        assert station in words


def test_a_curve_is_the_array_that_was_passed_in():
    policies = np.outer(X / 20, [1, 2, 3, 4])
    ax = draw.one_logit(toy.figures.axes(), X, policies, RESPONSES, moved=1)
    for name, column in zip(RESPONSES, policies.T, strict=True):
        np.testing.assert_array_equal(heights_of(ax)[name], column)


def test_the_gaps_reach_from_the_logarithm_to_the_tangent():
    ax = FIGURES["log bound"](toy.figures.axes())
    gaps = [line.get_xydata() for line in ax.get_lines() if line.get_xdata()[0] == 2.0]
    (low, high), _ = gaps[0], gaps[1]
    assert high[1] == pytest.approx(1.0)
    assert low[1] == pytest.approx(np.interp(2.0, X, np.log(X)))


def test_the_reference_stands_where_its_probabilities_put_it():
    ax = triangle(toy.figures.axes())
    (square,) = [line for line in ax.get_lines() if line.get_marker() == "s"]
    # A fifth of the right corner, three tenths of the top one.
    np.testing.assert_allclose(square.get_xydata()[0], [0.2 + 0.15, 0.3 * 3**0.5 / 2])


def test_contours_and_the_path_across_them_are_named_where_they_run():
    ax = triangle(toy.figures.axes())
    words = {text.get_text(): text.get_color() for text in ax.texts}
    assert {"0.1", "KL = 0.5", "0.4", "E[r] = −0.8"} <= set(words)
    assert words["E[r] = −0.8"] == LIGHT["reward"]
    assert words["most E[r]\nfor its KL"] == LIGHT["best"]
    assert not ax.get_legend()


def test_an_objective_is_read_off_at_the_axis():
    ax = three(toy.figures.axes())
    assert texts_of(ax)[1::2] == ["J = 0.400", "J = 0.450", "J = 0.000"]
    assert texts_of(ax)[::2] == ["first", "second", "third"]


def test_the_worlds_stand_below_each_other_with_the_reference_along_the_bottom():
    worlds = list(toy.WORLDS.values())
    panels = toy.figures.axes(len(worlds), height=8)
    assert draw.worlds(panels, worlds, {}) is panels
    assert "reference" in panels[-1].get_xlabel()
    for ax, world in zip(panels, worlds, strict=True):
        points = np.concatenate([line.get_xydata() for line in ax.get_lines()])
        expected = np.stack([world.reference.ravel(), world.reward.ravel()], axis=-1)
        np.testing.assert_array_equal(points, expected)
        assert all(prompt in ax.get_title(loc="left") for prompt in world.prompts)
