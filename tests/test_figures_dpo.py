"""The figures of the chapter on DPO draw what they are given, in the palette's colours."""

import numpy as np
import pytest
from pictures import heights_of, in_palette, key_of, lines_of, texts_of

import toy
from toy.figures.style import LIGHT

pytestmark = pytest.mark.usefixtures("book_style")

draw = toy.figures.dpo
TIME = np.geomspace(0.1, 1000.0, 7)
CHANCES = np.linspace(0.9, 0.1, 7)
COURSES = {
    "one": draw.Course(TIME, CHANCES, "policy"),
    "two": draw.Course(TIME, CHANCES**2, "wrong"),
}
PLANE = np.array([[0.2, 0.1], [1.0, 0.5], [3.0, 1.0], [0.4, 1.3]])
LABELS = ["loser", "winner", "third", "fourth"]
MARGIN = np.linspace(-2.0, 3.0, 6)
VALUES = {"policy": MARGIN**2, "wrong": -MARGIN}
PATH = np.array([[0.75, 0.20, 0.05], [0.4, 0.3, 0.3], [0.2, 0.2, 0.6]])


FIGURES = {
    "margins": lambda ax: draw.margins(ax, COURSES, {"high": 0.8, "low": 0.2}),
    "decay": lambda ax: draw.decay(ax, COURSES),
    "shares": lambda ax: draw.shares(ax, COURSES),
    "feature plane": lambda ax: draw.feature_plane(ax, PLANE, LABELS, (1, 0), [1.7, 0.45]),
    "simplex": lambda ax: draw.simplex(ax, ["a", "b", "c"], {"DPO": (PATH, "policy")}),
}


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
def test_a_figure_returns_its_ax_names_what_it_shows_and_uses_the_palette_alone(figure):
    ax = toy.figures.axes()
    assert figure(ax) is ax
    assert (ax.get_xlabel() and ax.get_ylabel()) or set("abc") <= set(texts_of(ax))
    assert in_palette(ax)


@pytest.mark.parametrize("name", ["margins", "decay", "shares"])
def test_a_course_is_the_arrays_that_were_passed_in_over_logarithmic_time(name):
    ax = FIGURES[name](toy.figures.axes())
    assert ax.get_xscale() == "log"
    for label, course in COURSES.items():
        line = np.column_stack([course.time, course.value])
        np.testing.assert_array_equal(lines_of(ax)[label], line)


@pytest.mark.parametrize("name", ["margins", "decay", "shares"])
def test_a_course_is_named_beside_itself_in_its_colour(name):
    ax = FIGURES[name](toy.figures.axes())
    for label, course in COURSES.items():
        (text,) = (text for text in ax.texts if text.get_text() == label)
        assert text.xy in set(zip(course.time, course.value, strict=True))
        assert text.get_color() == LIGHT[course.role]


def test_two_courses_differ_in_more_than_colour():
    one, two = draw.shares(toy.figures.axes(), COURSES).get_lines()[:2]
    assert one.get_linestyle() != two.get_linestyle()


def test_levels_are_drawn_at_their_height_and_named():
    ax = FIGURES["margins"](toy.figures.axes())
    heights = [line.get_ydata()[0] for line in ax.get_lines() if len(line.get_ydata()) == 2]
    assert heights == [0.8, 0.2]
    assert texts_of(ax) == ["one", "two", "high", "low"]


def test_each_row_of_next_tokens_is_a_group_of_bars_with_the_second_policy_narrow():
    here = np.array([[0.25, -0.25, 0.0], [-0.05, 0.125, -0.075]])
    ax = toy.figures.axes()
    assert draw.pushes(ax, "abc", ["first", "then"], {"one": here, "two": 2 * here}) is ax
    wide, narrow = ax.containers
    for bars, values, label in ((wide, here, "one"), (narrow, 2 * here, "two")):
        assert [bar.get_height() for bar in bars] == values.ravel().tolist()
        assert bars.get_label() == label
    assert narrow[0].get_width() < wide[0].get_width()
    assert [label.get_text() for label in ax.get_xticklabels()] == list("abcabc")
    assert texts_of(ax) == ["first", "then"]
    assert key_of(ax) == ["one", "two"]
    assert in_palette(ax)


def test_losses_stand_above_their_slopes():
    panels = toy.figures.axes(2)
    names = {"policy": "DPO", "wrong": "homework"}
    slopes = {"policy": 2 * MARGIN, "wrong": np.full(6, -1.0)}
    assert draw.losses(panels, MARGIN, VALUES, slopes, names) is panels
    for ax, drawn in zip(panels, (VALUES, slopes), strict=True):
        for role, label in names.items():
            np.testing.assert_array_equal(heights_of(ax)[label], drawn[role])
    assert texts_of(panels[0]) == list(names.values())
    assert in_palette(panels)


def test_displacement_is_told_in_two_panels_that_each_name_their_lines():
    panels = toy.figures.axes(2)
    other = {"one": draw.Course(TIME, 1 - CHANCES, "policy")}
    assert draw.displacement(panels, COURSES, other) is panels
    np.testing.assert_array_equal(heights_of(panels[0])["one"], CHANCES)
    np.testing.assert_array_equal(heights_of(panels[1])["one"], 1 - CHANCES)
    assert [texts_of(ax) for ax in panels] == [["one", "two"], ["one"]]
    assert not any(ax.get_legend() for ax in panels)


def test_responses_before_the_line_point_upwards_and_those_behind_it_downwards():
    mean = np.array([1.7, 0.45])
    ax = draw.feature_plane(toy.figures.axes(), PLANE, LABELS, (1, 0), mean)
    markers = [line.get_marker() for line in ax.get_lines() if line.get_marker() in "^v"]
    gains = (PLANE - mean) @ (PLANE[1] - PLANE[0]) > 0
    assert markers == ["^" if gain else "v" for gain in gains]
    assert list(gains) == [False, False, True, False]
    across = ax.get_lines()[0].get_xydata()
    assert np.diff(across, axis=0)[0] @ (PLANE[1] - PLANE[0]) == pytest.approx(0, abs=1e-12)


def test_a_path_in_the_simplex_goes_through_its_policies():
    ax = FIGURES["simplex"](toy.figures.axes())
    assert "DPO" in texts_of(ax)
    x, y = lines_of(ax)["DPO"].T
    # The third response is on top, the second to the right.
    np.testing.assert_allclose(y, PATH[:, 2] * np.sqrt(0.75))
    np.testing.assert_allclose(x, PATH[:, 1] + PATH[:, 2] / 2)
