"""What holds for every function of the public contract alike."""

import inspect
from dataclasses import fields, is_dataclass

import numpy as np
import pytest

import toy

FUNCTIONS = {
    name: function for name in toy.__all__ if inspect.isfunction(function := getattr(toy, name))
}

#: Where the impossible response stands in the padded world: in the middle.
_PLACE = 2


def padded(array, value, axes=(-1,)):
    """Return a table with one more response along some axes, filled with a value."""
    for axis in axes:
        array = np.insert(np.asarray(array, float), _PLACE, value, axis=axis)
    return array


def padded_rows(table):
    """Return a table of rows (V, V) with one more token, which is never given and has a row too."""
    return np.insert(padded(table, 0.0), _PLACE, padded(table[0], 0.0), axis=0)


POLICY, REFERENCE = [0.4, 0.3, 0.1, 0.2], [0.1, 0.2, 0.3, 0.4]
ROWS, REFERENCE_ROWS = np.array([POLICY] * 3 + [REFERENCE]), np.array([REFERENCE] * 4)
WINS = np.array([[0, 3, 1, 0], [1, 0, 2, 1], [2, 1, 0, 2], [1, 0, 2, 0]])

#: What a function may be given, by the name of its parameter, in a world of four responses.
WORLD = {
    "policy": np.array(POLICY),
    "reference": np.array(REFERENCE),
    "reward": np.array([1.0, 0.0, -1.0, 1.0]),
    "pretraining": np.array([0.25, 0.25, 0.4, 0.1]),
    "wins": WINS,
    "features": np.array([[1.0, 0.0], [0.0, 1.0], [2.0, -1.0], [0.5, 0.5]]),
}

#: The same world, and a response that neither policy nor reference ever gives.
WITH_IMPOSSIBLE = {
    "policy": padded(POLICY, 0.0),
    "reference": padded(REFERENCE, 0.0),
    "reward": padded(WORLD["reward"], 3.0),
    "pretraining": padded(WORLD["pretraining"], 0.0),
    "wins": padded(WINS, 0.0, axes=(-1, -2)),
    "features": padded(WORLD["features"], 5.0, axes=(0,)),
}

#: The same for functions of sequences of two tokens.
SEQUENCES = {"policy": [POLICY, ROWS], "reference": [REFERENCE, REFERENCE_ROWS]}
SEQUENCES_WITH_IMPOSSIBLE = {
    "policy": [padded(POLICY, 0.0), padded_rows(ROWS)],
    "reference": [padded(REFERENCE, 0.0), padded_rows(REFERENCE_ROWS)],
}

#: What is the same in both worlds.
REST = {
    "advantage": toy.leave_one_out,
    "beta": 0.5,
    "betas": [0.5, 2.0],
    "estimator": toy.k3,
    "gamma": 0.7,
    "num_replications": 3,
    "num_samples": 6,
    "num_steps": 2,
    "step_size": 0.1,
    "weight": 0.3,
    "weights": [0.2, -0.1],
}


def call(function, world):
    """Call a function with whatever it asks for by name."""
    names = inspect.signature(function).parameters
    given = {"rng": np.random.default_rng(0), **REST, **world}
    return function(**{name: given[name] for name in names if name in given})


def numbers(result):
    """Return the arrays that a result is made of, without their impossible response."""
    if is_dataclass(result):
        return [x for f in fields(result) for x in numbers(getattr(result, f.name))]
    if isinstance(result, tuple):
        return [x for part in result for x in numbers(part)]
    array = np.asarray(result)
    for axis in [axis for axis, size in enumerate(array.shape) if size == len(POLICY) + 1]:
        array = np.delete(array, _PLACE, axis=axis)
    return [array]


OF_REFERENCES = [
    name for name in FUNCTIONS if "reference" in inspect.signature(FUNCTIONS[name]).parameters
]
OF_PAIRS = [
    name for name in OF_REFERENCES if "policy" in inspect.signature(FUNCTIONS[name]).parameters
]


def worlds(function):
    """Return the two worlds of the kind that a function takes."""
    if function.__module__.endswith("sequences"):
        return SEQUENCES, SEQUENCES_WITH_IMPOSSIBLE
    return WORLD, WITH_IMPOSSIBLE


def test_the_contract_has_functions_of_a_reference_and_of_a_pair():
    assert len(OF_REFERENCES) > len(OF_PAIRS) > 20


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", OF_REFERENCES)
def test_a_response_that_is_never_given_changes_nothing(name):
    plain, with_impossible = worlds(FUNCTIONS[name])
    expected = numbers(call(FUNCTIONS[name], plain))
    try:
        found = numbers(call(FUNCTIONS[name], with_impossible))
    except ValueError as error:  # a function of the reference alone may want all of it
        if name in OF_PAIRS or "reference must give every response" not in str(error):
            raise
    else:
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("name", OF_PAIRS)
def test_a_reference_that_never_gives_what_the_policy_does_is_refused(name):
    _, world = worlds(FUNCTIONS[name])
    tables = world["policy"]
    if isinstance(tables, list):
        policy, place = [np.full(5, 0.2), tables[1]], r"\[0\]"
    else:
        policy, place = np.full(5, 0.2), ""
    rule = rf"^reference{place} must be > 0 wherever the policy is \(.*0 at index \(2,\)"
    with pytest.raises(ValueError, match=rule):
        call(FUNCTIONS[name], world | {"policy": policy})
