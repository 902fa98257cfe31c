"""What the tests of figures read off a picture."""

import io
import re

import numpy as np

from toy.figures.palette import PALETTE


def svg_of(ax):
    """The picture that an `ax` is part of as text, as a notebook would hold it."""
    picture = io.StringIO()
    ax.figure.savefig(picture, format="svg")
    return picture.getvalue()


def in_palette(axes):
    """Say whether the picture of an `ax`, or of panels, knows only the palette's colours."""
    colours = set(re.findall(r"#[0-9a-f]{6}\b", svg_of(np.ravel(axes)[0])))
    return colours <= {colour.light for colour in PALETTE.values()}


def lines_of(ax):
    """The points (…, 2) of the curves of an `ax`, by their names."""
    return {line.get_label(): line.get_xydata() for line in ax.get_lines()}


def heights_of(ax):
    """The heights of the curves of an `ax`, by their names."""
    return {line.get_label(): line.get_ydata() for line in ax.get_lines()}


def texts_of(ax):
    """What is written in an `ax`."""
    return [text.get_text() for text in ax.texts]


def key_of(ax):
    """The names of the bars of an `ax`, in the row above it."""
    return [text.get_text() for text in ax.get_legend().get_texts()]
