"""Measure two ways of doing the same thing in one run, in turns, and print them side by side."""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

TURN = 0.05
UNITS = ((1, "s"), (1e3, "ms"), (1e6, "µs"))

HEADER = ("what", "ours", "instead", "theirs", "theirs/ours", "budget", "")
WIDTHS = (54, 9, 26, 9, 11, 38, 7)


@dataclass(frozen=True)
class Row:
    """One comparison, with the budget of ../shared/design.md and whether it is met.

    Attributes
    ----------
    what : what is computed, and at which size
    ours, theirs : median seconds
    instead : what one would do instead
    budget : the rule, in words
    met : whether the rule holds; None where there is none
    note : what else the reader should know: scaling, gradients reached, step sizes
    """

    what: str
    ours: float
    instead: str
    theirs: float
    budget: str
    met: bool | None
    note: str = ""


def in_turns(*functions: Callable[[], Any], rounds: int) -> list[float]:
    """Return the median seconds of each function, called in turns so that all see the same machine.

    Each is called once before, unmeasured, so that imports are done. A turn of a quick function is
    as many calls as take 50 ms together, and counts their mean.
    """
    calls = [max(1, int(TURN / once(function)[0])) for function in functions]
    seconds: list[list[float]] = [[] for _ in functions]
    for _ in range(rounds):
        for function, number, column in zip(functions, calls, seconds, strict=True):
            start = time.perf_counter()
            for _ in range(number):
                function()
            column.append((time.perf_counter() - start) / number)
    return [statistics.median(column) for column in seconds]


def once(function: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds of one call and its result, for what takes too long to repeat."""
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def in_units(seconds: float) -> str:
    """Return a time in the unit that leaves one to three digits before the point."""
    factor, unit = next(((f, u) for f, u in UNITS if seconds * f >= 1), UNITS[-1])
    return f"{seconds * factor:.3g} {unit}"


def in_columns(cells: Iterable[str]) -> str:
    """Return a line of the table."""
    return "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()


def report(groups: Iterable[Callable[[], list[Row]]]) -> int:
    """Print the rows of every group as they are measured; return how many budgets were missed."""
    print(in_columns(HEADER))
    print(in_columns("-" * width for width in WIDTHS))
    missed = 0
    for group in groups:
        try:
            rows = group()
        except ImportError as error:
            print(f"{group.__name__}: not measured, {error}")
            continue
        for row in rows:
            verdict = {True: "met", False: "NOT MET", None: ""}[row.met]
            ratio = row.theirs / row.ours
            times = in_units(row.ours), row.instead, in_units(row.theirs)
            in_digits = f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.2g}"
            print(in_columns((row.what, *times, in_digits, row.budget, verdict)), flush=True)
            if row.note:
                print(f"    {row.note}")
            missed += row.met is False
    return missed
