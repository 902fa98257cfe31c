"""What holds for every function of the public contract alike."""

import inspect
import itertools
import re
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
import torch

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
    "lengths": np.array([2, 1, 3, 1]),
    "sampler": np.array([0.2, 0.2, 0.3, 0.3]),
    "other": np.array([0.2, 0.2, 0.3, 0.3]),
    "values": np.array([1.0, 0.0, -1.0, 1.0]),
    "features": np.array([[1.0, 0.0], [0.0, 1.0], [2.0, -1.0], [0.5, 0.5]]),
}

#: The same world, and a response that neither policy nor reference ever gives.
WITH_IMPOSSIBLE = {
    "policy": padded(POLICY, 0.0),
    "reference": padded(REFERENCE, 0.0),
    "reward": padded(WORLD["reward"], 1e17),
    "pretraining": padded(WORLD["pretraining"], 0.0),
    "wins": padded(WINS, 0.0, axes=(-1, -2)),
    "sampler": padded(WORLD["sampler"], 0.0),
    "lengths": padded(WORLD["lengths"], 4.0),
    "features": padded(WORLD["features"], 5.0, axes=(0,)),
}

#: The same for functions of sequences of two tokens.
SEQUENCES = {
    "policy": [POLICY, ROWS],
    "reference": [REFERENCE, REFERENCE_ROWS],
    "reward": [np.arange(4.0), np.arange(16.0).reshape(4, 4) % 5],
    "values": [0.5, 1.0],
    "pairs": [[[0, 1], [3, 1]], [[1, 1], [1, 3]]],
}
SEQUENCES_WITH_IMPOSSIBLE = {
    "policy": [padded(POLICY, 0.0), padded_rows(ROWS)],
    "reference": [padded(REFERENCE, 0.0), padded_rows(REFERENCE_ROWS)],
    "pairs": [[[0, 1], [4, 1]], [[1, 1], [1, 4]]],
}

#: What is the same in both worlds.
REST = {
    "advantage": toy.leave_one_out,
    "as_published": False,
    "baseline": 0.5,
    "beta": 0.5,
    "betas": [0.5, 2.0],
    "clip_range": 0.2,
    "coefficient": 0.3,
    "credit": toy.rewards_to_go,
    "decay": 0.9,
    "dual_clip": 3.0,
    "estimator": toy.k3,
    "gamma": 0.7,
    "gradient": lambda z: -z,
    "group_size": 3,
    "l2": 0.1,
    "log_ratio": [0.5, -0.5],
    "logits": [0.5, -0.5, 0.0],
    "margin": 0.5,
    "num_replications": 3,
    "num_responses": 4,
    "num_samples": 6,
    "num_steps": 2,
    "pair_counts": WINS + WINS.T,
    "preference": 0.7,
    "rankings": [[0, 1, 2], [3, 1, 0]],
    "rewards": [1.0, 0.0, 3.0],
    "shift": 0.5,
    "start": [0.5, -0.5],
    "step_size": 0.1,
    "time": 2.0,
    "weight": 0.3,
    "weights": [0.2, -0.1],
}


def given_to(function, world):
    """Return the arguments that a function is called with, by name."""
    names = inspect.signature(function).parameters
    given = {"rng": np.random.default_rng(0), **REST, **world}
    if function.__name__.startswith("clipped"):
        given["advantage"] = world["reward"]
    if function.__name__ == "fit_rankings":
        given["weights"] = [2.0, 1.0]
    return {name: given[name] for name in names if name in given}


def call(function, world):
    """Call a function with whatever it asks for by name."""
    return function(**given_to(function, world))


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
    if "sequence" in function.__module__:
        return SEQUENCES, SEQUENCES_WITH_IMPOSSIBLE
    return WORLD, WITH_IMPOSSIBLE


def test_whatever_a_function_asks_for_is_known_here():
    for name, function in FUNCTIONS.items():
        asked = inspect.signature(function).parameters
        unknown = {*asked} - {*given_to(function, worlds(function)[0])}
        assert all(asked[argument].default is None for argument in unknown), name


def test_the_contract_has_functions_of_a_reference_and_of_a_pair():
    assert len(OF_REFERENCES) > len(OF_PAIRS) > 20


#: Functions that start from log π_ref, or fit a policy > 0 to all of it; and the optimum under the
#: forward KL, which may give what the reference never does.
WANT_ALL = {
    "dpo_descent",
    "forward_kl_policy",
    "log_linear_dpo_gradient",
    "rlhf_ascent",
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", sorted({*OF_REFERENCES} - WANT_ALL))
def test_a_response_that_is_never_given_changes_nothing(name):
    plain, with_impossible = worlds(FUNCTIONS[name])
    found = numbers(call(FUNCTIONS[name], with_impossible))
    for a, b in zip(found, numbers(call(FUNCTIONS[name], plain)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("name", sorted(WANT_ALL))
def test_a_zero_in_a_reference_is_refused_where_all_of_it_is_wanted(name):
    with pytest.raises(ValueError, match=r"^reference must give every response a probability > 0"):
        call(FUNCTIONS[name], WITH_IMPOSSIBLE)


@pytest.mark.parametrize("name", sorted({*OF_PAIRS} - {"sequence_dpo_gradient"}))
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


#: What nobody can compute with; None is left out where it is the default.
NONSENSE = {
    "None": None,
    "text": "three",
    "an object": object(),
    "a set": {1},
    "a complex number": 1j,
    "a date": np.datetime64("2020-01-01"),
    "a number of thousands of digits": 10**5000,
    "rows of unequal length": [[1.0], [1.0, 2.0]],
    "very much of nothing": [None] * 10**4,
    "a masked array": np.ma.masked_array([0.5, 0.5, 9.0, 9.0], mask=[0, 0, 1, 1]),
    "a tensor with a gradient": torch.full((4,), 0.25, requires_grad=True),
    "rows that are such tensors": [torch.full((4,), 0.25, requires_grad=True)] * 2,
    "NaN": np.nan,
    "a row of NaN": np.full(4, np.nan),
}

NUMBERS = [
    (name, argument)
    for name, function in FUNCTIONS.items()
    for argument, value in given_to(function, worlds(function)[0]).items()
    if not callable(value)
]


@pytest.mark.parametrize(("name", "argument"), NUMBERS)
def test_nonsense_is_refused_by_its_name_on_one_line(name, argument):
    function = FUNCTIONS[name]
    given = given_to(function, worlds(function)[0])
    sense = {"a complex number"} if argument == "log_ratio" else set()
    if inspect.signature(function).parameters[argument].default is None:
        sense = {"None"}
    for nonsense in [value for kind, value in NONSENSE.items() if kind not in sense]:
        with pytest.raises(ValueError, match=rf"^{argument}\b.* must .{{,220}}$"):
            function(**given | {argument: nonsense})


def test_a_refused_tensor_is_told_what_to_do():
    with pytest.raises(ValueError, match=r"^logits must .* pass \.detach\(\)\.cpu\(\); got Tensor"):
        toy.softmax(NONSENSE["a tensor with a gradient"])


@pytest.mark.parametrize(
    "call",
    [
        lambda: toy.best_of_n_policy([1.0, 0.0], [0.5, 0.5], 1e19),
        lambda: toy.Moments(1.0, 0.0, 1.0).mse([2, 2**63]),
        lambda: toy.sample_estimates(np.random.default_rng(0), toy.k1, [1.0], [1.0], 1e300, 1),
    ],
)
def test_a_count_that_no_int64_holds_is_refused(call):
    with pytest.raises(ValueError, match=r"^(num_samples|n) must be below 2\^63"):
        call()
    assert toy.Moments(1.0, 0.0, 1.0).mse(2.0**62) == 2.0**-62


def test_a_message_is_short_however_much_was_given():
    for call in (
        lambda: toy.Moments(1.0, 0.0, 1.0).mse([0.5] * 10**6),
        lambda: toy.softmax(["a"] * 10**6),
    ):
        with pytest.raises(ValueError, match=r"^.{,200}$"):
            call()


#: Pairs of arguments that each may have leading axes.
STACKED = [
    (name, *pair)
    for name, function in FUNCTIONS.items()
    if worlds(function)[0] is WORLD
    for pair in itertools.permutations(
        [n for f, n in NUMBERS if f == name and n not in ("as_published", "rankings", "rng")], 2
    )
]


@pytest.mark.parametrize(("name", "argument", "other"), STACKED)
def test_worlds_that_do_not_fit_are_refused_by_a_name(name, argument, other):
    """Two worlds of one argument and three of another: never NumPy's word for it."""
    given = given_to(FUNCTIONS[name], WORLD)
    two, three = np.stack([given[argument]] * 2), np.stack([given[other]] * 3)
    message = ""
    try:
        FUNCTIONS[name](**given | {argument: two, other: three})
    except ValueError as error:
        message = str(error)
    named, *rule = message.split(" must ")
    assert not message or rule, message
    assert not message or {argument, other} & set(re.findall(r"\w+", named)), message


@pytest.mark.filterwarnings("error")
def test_a_negative_zero_is_a_zero():
    assert toy.optimal_margin(-0.0) == toy.optimal_margin(0.0) == -np.inf
    np.testing.assert_array_equal(toy.softmax([-0.0, 1.0]), toy.softmax([0.0, 1.0]))
    negative, positive = [0.5, -0.0, 0.5], [0.5, 0.0, 0.5]
    for reference in (positive, negative, [0.25, 0.25, 0.5]):
        for name in ("kl_divergence", "log_ratio", "kl_gradient", "chi_square_divergence"):
            function = FUNCTIONS[name]
            expected = function(positive, reference)
            np.testing.assert_array_equal(function(negative, reference), expected)
