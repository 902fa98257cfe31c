"""What the reference promises of every public name, read off its docstring."""

import doctest
import inspect
import re
import sys
from pathlib import Path

import pytest

import toy

#: What each argument, attribute or result says of itself: how many numbers it is, and of what kind.
OTHERS = "number|function|Generator|True|labels|Moments|Frontier|ObjectiveTerms|Trajectory"
SHAPE = rf"\(|any shape|the same shape|tables|{OTHERS}"
UNIT = rf"probabilit|reward|nats|unit|share|counts|wins|responses|{OTHERS}"

#: Something equals something, or is drawn from it, early in a line.
EQUATION = re.compile(r"^.{,60}[=∝~]", re.MULTILINE)

#: Survey data, which nothing computes.
WITHOUT_EQUATION = {"school_comparisons"}

FUNCTIONS = [name for name in toy.__all__ if inspect.isfunction(getattr(toy, name))]
CLASSES = [name for name in toy.__all__ if inspect.isclass(getattr(toy, name))]
CONSTANTS = sorted(set(toy.__all__) - {*FUNCTIONS, *CLASSES})


def sections(docstring):
    """The parts of a docstring by their titles; what stands before the first has the title ''."""
    parts = re.split(r"^(\w+)\n-{3,}\n", inspect.cleandoc(docstring), flags=re.MULTILINE)
    return dict(zip(["", *parts[1::2]], parts[::2], strict=True))


def entries(section):
    """What a section says of each name in it."""
    listed = re.findall(r"^(\w[\w, ]*) : (.*(?:\n .*)*)", section, flags=re.MULTILINE)
    return {name: text for names, text in listed for name in names.split(", ")}


def faults(name, docstring, arguments, rules):
    """What is missing from a function's docstring, or else from its module's `rules`."""
    found = sections(docstring)
    described = entries(found.get("Parameters", ""))
    results = found.get("Returns", "")
    summary = found[""].splitlines()[0]
    missing = {
        "a summary of one sentence": not re.fullmatch(r"Return[ ,][^.]*(\w\.\w[^.]*)*\.", summary),
        "an equation": not (EQUATION.search(found[""]) or name in WITHOUT_EQUATION),
        "every argument": list(described) != list(arguments),
        "shapes": not all(re.search(SHAPE, text) for text in [*described.values(), results]),
        "units": not all(re.search(UNIT, text) for text in [*described.values(), results]),
        "what is refused": not ("ValueError" in found.get("Raises", "") or "ValueError" in rules),
        "a source": not re.search(r"^Sources?: \w+", "\n".join([docstring, rules]), re.MULTILINE),
        "an example": not doctest.DocTestParser().get_examples(found.get("Examples", "")),
    }
    return [promise for promise, broken in missing.items() if broken]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_keeps_every_promise_of_the_reference(name):
    function = getattr(toy, name)
    rules = sys.modules[function.__module__].__doc__
    arguments = inspect.signature(function).parameters
    assert faults(name, inspect.getdoc(function), arguments, rules) == []


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_says_what_each_of_its_fields_is(name):
    cls = getattr(toy, name)
    described = entries(sections(inspect.getdoc(cls))["Attributes"])
    assert list(described) == list(cls.__dataclass_fields__)
    assert all(re.search(SHAPE, text) for text in described.values())


@pytest.mark.parametrize("name", CONSTANTS)
def test_a_constant_has_a_sentence_above_it(name):
    lines = Path(toy.exact.bandits.__file__).read_text(encoding="utf-8").splitlines()
    (place,) = [i for i, line in enumerate(lines) if re.match(rf"{name}\b.* = ", line)]
    assert re.match(r"#: .*\.$", lines[place - 1])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_module_says_once_what_all_its_functions_refuse(name):
    """A Raises section that says no more than the module does is one to take away."""
    raises = sections(inspect.getdoc(getattr(toy, name))).get("Raises", "")
    assert not re.search(r"not what its line|shapes do not fit|is not a distribution", raises)


GOOD = """Return twice as much.

2 x

Parameters
----------
x : (...) finite, in nats

Returns
-------
(...) nats
"""


def test_a_docstring_that_breaks_its_promises_is_found():
    full = GOOD.replace("2 x", "y = 2 x") + "\nSource: me1999.\n\nExamples\n--------\n>>> 1\n1\n"
    rules = "A ``ValueError`` for what is wrong."
    assert faults("twice", full, ["x"], rules) == []
    assert faults("twice", GOOD, ["x", "y"], "") == [
        "an equation",
        "every argument",
        "what is refused",
        "a source",
        "an example",
    ]
    bare = full.replace("(...) nats\n", "a result\n").replace("(...) finite, in nats", "something")
    assert faults("twice", bare.replace("much.", "much"), ["x"], rules) == [
        "a summary of one sentence",
        "shapes",
        "units",
    ]
