"""The figures of the reward loss draw what they are given, in the palette's colours."""

import numpy as np
import pytest
from pictures import in_palette, lines_of, texts_of

import toy

pytestmark = pytest.mark.usefixtures("book_style")

draw = toy.figures.reward_loss
X = np.linspace(-1.0, 2.0, 7)


def assert_labelled_in_palette(axes):
    """Both axes of the figure are labelled (below, for panels), in no colour but the palette's."""
    panels = np.atleast_1d(axes)
    assert panels[-1].get_xlabel()
    assert all(ax.get_ylabel() or len(ax.get_yticklabels()) for ax in panels)
    assert in_palette(panels)


def test_the_force_is_below_the_loss_and_the_marked_losses_are_written_beside_it():
    panels = toy.figures.axes(2)
    assert draw.loss_and_force(panels, X, X**2, -X, X, {0: 0.693, 2: 0.127}) is panels
    assert_labelled_in_palette(panels)
    upper, lower = panels
    np.testing.assert_array_equal(upper.get_lines()[0].get_ydata(), X**2)
    np.testing.assert_array_equal(lower.get_lines()[0].get_ydata(), -X)
    assert texts_of(upper) == ["0.69", "0.13"]
    assert set(texts_of(lower)) == {"σ(−Δ): always up", "a pull towards 0"}


def test_a_share_of_wins_has_a_dot_exactly_where_its_loss_is_lowest():
    ax = toy.figures.axes()
    losses = {name: (X - k) ** 2 / 4 for k, name in enumerate(("a", "b", "c", "d"))}
    assert draw.noisy_labels(ax, X, losses, {"a": 0.0, "b": 1.0}) is ax
    assert_labelled_in_palette(ax)
    dots = [line.get_xydata()[0].tolist() for line in ax.get_lines() if line.get_marker() == "o"]
    assert dots == [[0.0, 0.0], [1.0, 0.0]]
    assert texts_of(ax) == list(losses)
    assert ax.texts[0].xy == (X[-1], losses["a"][-1])


def test_the_drift_has_a_line_for_the_flow_and_markers_for_the_steps():
    ax, time = toy.figures.axes(), np.geomspace(1, 100, 7)
    flows = {"clean": (time, X), "noisy": (time, -X)}
    steps = {"clean": ([1, 10], [0, 1]), "noisy": ([1, 10], [2, 3])}
    assert draw.drift(ax, flows, steps, 0.8) is ax
    assert_labelled_in_palette(ax)
    assert ax.get_xscale() == "log"
    np.testing.assert_array_equal(ax.get_lines()[2].get_xydata(), np.column_stack([time, -X]))
    assert texts_of(ax) == ["clean", "noisy"]
    assert ax.texts[1].xy == (time[-1], -X[-1])
    assert [[1, 2], [10, 3]] in [line.get_xydata().tolist() for line in ax.get_lines()]


def test_the_two_objectives_stand_below_each_other_with_the_optimum_in_both():
    panels = toy.figures.axes(2)
    assert draw.two_objectives(panels, X, X, -X, 0.5) is panels
    assert_labelled_in_palette(panels)
    for ax in panels:
        assert any(list(line.get_xdata()) == [0.5, 0.5] for line in ax.get_lines())


def test_true_and_fitted_rewards_share_a_row():
    ax = toy.figures.axes()
    assert draw.shifted(ax, ["a", "b", "c"], [0, 1, 2], [5, 6, 7]) is ax
    assert_labelled_in_palette(ax)
    assert lines_of(ax)["true reward"].tolist() == [[0, 2], [1, 1], [2, 0]]
    assert texts_of(ax) == ["true reward", "fitted, mean zero"]
    assert lines_of(ax)["fitted, mean zero"].tolist() == [[5, 2], [6, 1], [7, 0]]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b", "c"]


def test_calibration_draws_truth_against_prediction():
    ax = toy.figures.axes()
    assert draw.calibration(ax, {"halved": [0.4, 0.6], "true": [0.3, 0.7]}, [0.3, 0.7]) is ax
    assert_labelled_in_palette(ax)
    assert texts_of(ax) == ["halved\nrewards", "true\nrewards"]
    assert lines_of(ax)["halved"].tolist() == [[0.4, 0.3], [0.6, 0.7]]


def test_bars_of_rankings_are_as_high_as_the_numbers_and_differ_without_colour():
    ax = toy.figures.axes()
    assert draw.rankings(ax, ["ab", "ba"], {"race": [0.7, 0.3], "pairs": [0.5, 0.2]}) is ax
    assert_labelled_in_palette(ax)
    assert [bar.get_height() for bar in ax.patches] == [0.7, 0.3, 0.5, 0.2]
    assert [bool(bar.get_hatch()) for bar in ax.patches] == [False, False, True, True]
    assert [(text.get_text(), text.xy[1]) for text in ax.texts] == [("race", 0.7), ("pairs", 0.5)]


def test_a_residual_stands_in_the_row_of_its_pair():
    ax = toy.figures.axes()
    assert draw.residuals(ax, ["a – b", "b – c"], {"one": [-6, 1], "two": [0, 2]}) is ax
    assert_labelled_in_palette(ax)
    assert lines_of(ax)["one"].tolist() == [[-6, 1], [1, 0]]


def test_a_version_of_the_data_is_named_at_its_lowest_residual():
    ax = toy.figures.axes()
    draw.residuals(ax, ["a – b", "b – c"], {"one": [-6, 1], "two": [2, 0]})
    assert {text.get_text(): tuple(text.xy) for text in ax.texts} == {"one": (-6, 1), "two": (0, 0)}


def test_rewards_of_the_survey_have_bars_of_two_standard_errors():
    ax = toy.figures.axes()
    rewards, errors = {"one": [1.0, 0.0], "two": [0.5, 0.0]}, {"one": [0.1, 0.2], "two": [0, 0]}
    assert draw.survey_rewards(ax, ["a", "b"], rewards, errors) is ax
    assert_labelled_in_palette(ax)
    assert lines_of(ax)["one"][:, 0].tolist() == [1.0, 0.0]
    assert [(text.get_text(), text.xy[0]) for text in ax.texts] == [("one", 1.0), ("two", 0.5)]
    spans = [segment[:, 0].tolist() for segment in ax.collections[0].get_segments()]
    np.testing.assert_allclose(spans, [[0.8, 1.2], [-0.4, 0.4]])
