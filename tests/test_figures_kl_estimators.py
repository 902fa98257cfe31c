"""The figures of the chapter on KL estimators draw what they are given, in the palette alone."""

import re

import numpy as np
import pytest
from pictures import heights_of, in_palette, key_of, svg_of, texts_of

import toy

pytestmark = pytest.mark.usefixtures("book_style")

POLICY, REFERENCE = toy.HALF_TRAINED, toy.RETICENT_REFERENCE
RESPONSES = ["a", "b", "c", "d"]
ESTIMATORS = {"k1": toy.k1, "k2": toy.k2, "k3": toy.k3}
X = np.linspace(0.1, 1.0, 5)
LINES = {name: estimator(X) for name, estimator in ESTIMATORS.items()}
draw = toy.figures.kl_estimators


FIGURES = {
    "contributions": lambda ax: draw.contributions(ax, RESPONSES, {"k1": POLICY, "k3": REFERENCE}),
    "curves": lambda ax: draw.curves(ax, X, LINES),
    "family": lambda ax: draw.coefficient_family(
        ax, X, {"close": X, "far": X**2}, {"close": 0.5, "far": 0.2}
    ),
    "estimated": lambda ax: draw.estimated_coefficient(
        ax, [10, 20, 50, 80, 100], {"k1": X, "best": X / 2, "same": 2 * X, "cross": 3 * X}
    ),
    "gaussians": lambda ax: draw.gaussians(ax, X, LINES, 0.628),
    "gradients": lambda ax: draw.gradients(ax, RESPONSES, {"policy": POLICY, "k2": REFERENCE}),
    "tokens": lambda ax: draw.token_losses(
        ax,
        ["first", "second"],
        {"policy": POLICY[:2], "reference": REFERENCE[:2]},
        {"k2 per response": X[:2], "k2 per token": X[1:3], "k3 per token": X[2:4]},
    ),
    "off policy": lambda ax: draw.off_policy(ax, X, LINES),
}


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_a_figure_returns_its_ax_labels_it_and_uses_the_palette_alone(figure):
    ax = toy.figures.axes()
    assert figure(ax) is ax
    assert (
        "nats" in ax.get_ylabel() + ax.get_xlabel()
        or "KL" in ax.get_ylabel()
        or "std" in (ax.get_ylabel())
    )
    assert texts_of(ax) or key_of(ax)
    assert in_palette(ax)


@pytest.mark.parametrize("figure", [draw.curves, draw.off_policy])
def test_a_curve_is_the_array_that_was_passed_in(figure):
    drawn = heights_of(figure(toy.figures.axes(), X, LINES))
    for name, values in LINES.items():
        np.testing.assert_array_equal(drawn[name], values)


def test_a_line_is_named_at_its_end_in_its_colour_where_there_is_room():
    for figure, end in ((draw.curves, 0), (draw.off_policy, -1)):
        ax = figure(toy.figures.axes(), X, LINES)
        named = {text.get_text(): text for text in ax.texts}
        assert named.keys() == LINES.keys()
        for name, text in named.items():
            assert text.xy == (X[end], LINES[name][end])
            assert text.get_color() == toy.figures.style.LIGHT[name]


def test_losses_per_token_are_hollow_and_stand_at_their_numbers():
    losses = {"k2 per response": X[:2], "k2 per token": X[1:3], "k3 per response": X[2:4]}
    ax = draw.token_losses(toy.figures.axes(), ["a", "b"], {"policy": POLICY[:2]}, losses)
    heights = heights_of(ax)
    faces = {line.get_label(): line.get_markerfacecolor() for line in ax.get_lines()}
    for name, values in losses.items():
        np.testing.assert_array_equal(heights[name], values)
        paper = toy.figures.style.LIGHT["paper"]
        assert (faces[name] == paper) == (name == "k2 per token")
    assert set(losses) < set(texts_of(ax))
    (divergence,) = ax.collections
    np.testing.assert_array_equal([ends[0, 1] for ends in divergence.get_segments()], POLICY[:2])


def test_estimated_coefficients_have_a_marker_and_fixed_ones_none():
    lines = {"k1": X, "same": 2 * X, "cross": 3 * X}
    ax = draw.estimated_coefficient(toy.figures.axes(), [10, 20, 50, 80, 100], lines)
    drawn = {line.get_label(): line for line in ax.get_lines()}
    assert [drawn[name].get_marker() for name in drawn] == ["", "o", "s"]
    np.testing.assert_array_equal(drawn["λ̂, same draws"].get_ydata(), 2 * X)
    np.testing.assert_array_equal(drawn["λ̂, other half"].get_ydata(), 3 * X)
    assert texts_of(ax) == ["k1", "λ̂, same draws", "λ̂, other half"]


def test_each_world_is_named_with_its_best_coefficient():
    assert texts_of(FIGURES["family"](toy.figures.axes())) == [
        "close: best λ = 0.50",
        "far: best λ = 0.20",
    ]


def test_bars_are_as_high_as_the_numbers():
    ax = draw.contributions(toy.figures.axes(), RESPONSES, {"k1": POLICY, "k3": -REFERENCE})
    heights = [bar.get_height() for bar in ax.patches]
    np.testing.assert_array_equal(heights, [*POLICY, *-REFERENCE])
    assert texts_of(ax) == ["π · k1", "π · k3"]
    assert [text.xy[1] for text in ax.texts] == [POLICY.max(), -REFERENCE.min()]


def test_a_gradient_that_is_zero_is_written_out():
    rows = {"policy": [0.1, -0.1], "k1": [0.0, 0.0], "k3": [0.2, -0.2]}
    ax = draw.gradients(toy.figures.axes(), ["a", "b"], rows)
    assert texts_of(ax) == ["E ∇k1 = 0"]
    assert key_of(ax)[1:] == ["E ∇k1", "E ∇k3"]
    ax = draw.gradients(toy.figures.axes(), ["a", "b"], {"k3": [0.2, -0.2]})
    assert not ax.texts


def test_the_path_has_bias_above_and_spread_below_with_the_crossover_in_both():
    path = toy.geometric_mixture(POLICY, REFERENCE, X)
    moments = {n: toy.estimator_moments(k, path, REFERENCE) for n, k in ESTIMATORS.items()}
    panels = toy.figures.axes(2, height=5.2)
    assert draw.along_path(panels, X, moments, 0.9) is panels
    for ax, name in zip(panels, ("bias", "std"), strict=True):
        drawn = heights_of(ax)
        for role, moment in moments.items():
            np.testing.assert_array_equal(drawn[role], getattr(moment, name))
        assert set(moments) < set(texts_of(ax))
        assert any(list(line.get_xdata()) == [0.9, 0.9] for line in ax.get_lines())


def test_the_same_numbers_make_the_same_picture_byte_for_byte():
    first, second = (svg_of(draw.curves(toy.figures.axes(), X, LINES)) for _ in range(2))
    without_date = [re.sub(r"<dc:date>.*?</dc:date>", "", s) for s in (first, second)]
    assert without_date[0] == without_date[1]
