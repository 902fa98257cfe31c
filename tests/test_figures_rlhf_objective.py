"""The figures of the chapter on the RLHF objective draw what they are given, and in the palette."""

import re

import numpy as np
import pytest
from pictures import heights_of, in_palette, texts_of

import toy

pytestmark = pytest.mark.usefixtures("book_style")

draw = toy.figures.rlhf_objective
X = np.linspace(0.1, 1.0, 6)
FOUR = ["a", "b", "c", "d"]
POLICIES = toy.softmax(np.outer(X, [0.0, 1.0, 2.0, -1.0]))
PATH = toy.softmax(np.outer(X, [0.0, 1.0, 2.0]))
GRID = np.array([(i, j, 6 - i - j) for i in range(7) for j in range(7 - i)]) / 6
TERMS = {"reward": X, "reference": -X, "policy": X**2}
POINTS = {"reference": PATH[0], "π*": PATH[3], "β → 0": np.array([0.0, 1.0, 0.0])}
RIVALS = {"several": (X, X), "one": (0.3, 0.4), "two": (0.4, 0.4), "three": (0.5, 0.4)}

FIGURES = {
    "two responses": lambda ax: draw.two_responses(ax, X, TERMS, (0.5, 1.0), (0.2, 0.1, 1.0)),
    "destinations": lambda ax: draw.destinations(
        ax, FOUR[:3], {"r": PATH, "−KL": PATH[1:], "log p": PATH[:3], "H": PATH[::-1]}
    ),
    "landscape": lambda ax: draw.landscape(
        ax, FOUR[:3], GRID, GRID @ [0.0, 1.0, 0.5], [0.2, 0.5], PATH, POINTS
    ),
    "along beta": lambda ax: draw.along_beta(ax, X, POLICIES, FOUR, 0.4),
    "along gamma": lambda ax: draw.along_gamma(ax, X, POLICIES, FOUR, (POLICIES[0], POLICIES[-1])),
    "frontier": lambda ax: draw.frontier(
        ax, X, np.sqrt(X), (np.array([0.0, 1.0]), np.array([0.4, 1.0])), (0.5, 0.7), RIVALS
    ),
    "best of n": lambda ax: draw.best_of_n(
        ax, X, np.log1p(X), {"few": X / 4, "some": X / 3, "many": X / 2}
    ),
    "rare response": lambda ax: draw.rare_response(
        ax, X, {"½": X, "¼": X / 2, "⅛": X / 4, "0": 0 * X}, {"½": 0.5}
    ),
    "overoptimisation": lambda ax: draw.overoptimisation(
        ax, X, {"reward": X, "policy": -X}, X / 2, (0.2, 0.1)
    ),
}
TRIANGLES = {"destinations", "landscape"}


@pytest.mark.parametrize(("name", "figure"), FIGURES.items(), ids=FIGURES)
def test_a_figure_returns_its_ax_names_its_units_and_uses_the_palette_alone(name, figure):
    ax = toy.figures.axes(height=4.0)
    assert figure(ax) is ax
    if name not in TRIANGLES:
        assert re.search("response|nat|draws", ax.get_xlabel())
        assert re.search("reward|nats|probability", ax.get_ylabel())
    assert in_palette(ax)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("landscape", {"optima for all β", *POINTS}),
        ("frontier", {"frontier: Gibbs policies", *RIVALS}),
        ("best of n", {"log n − (n − 1)/n", "few", "some", "many"}),
        ("rare response", {r"$\pi_\mathrm{ref}$ = ½", "¼", "⅛", r"$\pi_\mathrm{ref}$ = 0"}),
    ],
)
def test_what_is_drawn_is_named_beside_itself(name, words):
    ax = FIGURES[name](toy.figures.axes(height=4.0))
    assert words <= set(texts_of(ax))
    assert not ax.get_legend()


@pytest.mark.parametrize("name", ["along beta", "along gamma"])
def test_each_response_is_the_column_that_was_passed_in(name):
    drawn = heights_of(FIGURES[name](toy.figures.axes()))
    for response, column in zip(FOUR, POLICIES.T, strict=True):
        np.testing.assert_array_equal(drawn[response], column)


def test_the_curves_are_the_arrays_that_were_passed_in():
    drawn = heights_of(FIGURES["two responses"](toy.figures.axes()))
    np.testing.assert_array_equal(drawn[r"J($\pi$), their sum"], X**2)
    drawn = heights_of(FIGURES["frontier"](toy.figures.axes()))
    np.testing.assert_array_equal(drawn["frontier: Gibbs policies"], np.sqrt(X))
    np.testing.assert_array_equal(drawn["several"], X)
    drawn = heights_of(FIGURES["best of n"](toy.figures.axes()))
    np.testing.assert_array_equal(drawn["log n − (n − 1)/n"], np.log1p(X))
    drawn = heights_of(FIGURES["overoptimisation"](toy.figures.axes()))
    np.testing.assert_array_equal(drawn["true reward of the same policies"], -X)
    np.testing.assert_array_equal(drawn["true reward within reach"], X / 2)


def test_a_response_that_is_never_given_has_no_place_where_its_odds_are_even():
    ax = FIGURES["rare response"](toy.figures.axes())
    even = [line for line in ax.get_lines() if list(line.get_ydata()) == [0.5]]
    assert [list(line.get_xdata()) for line in even] == [[0.5]]


def test_a_policy_is_drawn_between_the_corners_in_proportion_to_its_probabilities():
    np.testing.assert_array_equal(draw.place(np.eye(3)), draw.CORNERS)
    np.testing.assert_allclose(draw.place([0.5, 0.5, 0.0]), [0.5, 0.0])
    sides = np.linalg.norm(draw.CORNERS - np.roll(draw.CORNERS, 1, axis=0), axis=1)
    np.testing.assert_allclose(sides, 1.0)


def test_a_path_in_the_triangle_ends_where_the_last_policy_lies():
    ax = FIGURES["destinations"](toy.figures.axes())
    ends = [line.get_xydata()[0] for line in ax.get_lines() if len(line.get_xdata()) == 1]
    for end in draw.place(PATH[[-1, 0]]):
        assert any(np.allclose(end, point) for point in ends)
