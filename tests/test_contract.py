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
    if isinstance(result, dict):
        return numbers(tuple(result.values()))
    if callable(result):
        return numbers(result(np.array(REST["log_ratio"])))
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


def refusal(function, given):
    """Return with what message a function refuses its arguments, or '' if it takes them."""
    try:
        function(**given)
    except ValueError as error:
        return str(error)
    return ""


def numeric(function):
    """Return the arguments of a function that are no functions, in its world."""
    given = given_to(function, worlds(function)[0])
    return {argument: value for argument, value in given.items() if not callable(value)}


def is_sense(function, argument, kind):
    """Return whether what is nonsense elsewhere may be given for this argument."""
    default = inspect.signature(function).parameters[argument].default
    return (argument, kind) == ("log_ratio", "a complex number") or (default, kind) == (
        None,
        "None",
    )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_nonsense_is_refused_by_its_name_on_one_line(name):
    function, wrong = FUNCTIONS[name], {}
    given = given_to(function, worlds(function)[0])
    for argument, kind in itertools.product(numeric(function), NONSENSE):
        message = refusal(function, given | {argument: NONSENSE[kind]})
        if is_sense(function, argument, kind) or re.search(
            rf"^{argument}\b.* must .{{,220}}$", message
        ):
            continue
        wrong[argument, kind] = message
    assert wrong == {}


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


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("call", "names"),
    [
        (lambda: toy.reinforce_moments([0.5, 0.5], [1e155, 0.0]), "reward and baseline"),
        (lambda: toy.trajectory_moments([[0.5, 0.5]], [[1e155, 0.0]]), "reward and baseline"),
        (lambda: toy.gae_moments([[0.5, 0.5]], [[1e155, 0.0]], 0.0, 1.0), "reward and values"),
        (
            lambda: toy.group_gradient_moments([0.5, 0.5], [1e155, 0.0], 2, toy.group_mean),
            "reward and advantage",
        ),
    ],
)
def test_rewards_whose_variance_float64_does_not_hold_are_refused(call, names):
    with pytest.raises(ValueError, match=f"^{names} must be small enough for a variance within ±1"):
        call()


@pytest.mark.filterwarnings("error")
def test_an_estimator_without_a_variance_in_float64_is_refused_and_the_largest_is_not():
    policy, rule = [1e-200, 1.0], "^estimator must have a variance within ±1e300; got inf"
    for function, tables in (
        (toy.estimator_moments, (policy, [0.5, 0.5])),
        (toy.sequence_estimator_moments, ([policy], [[0.5, 0.5]])),
        (toy.token_estimator_moments, ([policy], [[0.5, 0.5]])),
    ):
        np.testing.assert_allclose(function(toy.k3, *tables).variance, 2.5e199, rtol=1e-9)
        with pytest.raises(ValueError, match=rule):
            function(lambda d: 1e100 * np.exp(-d), *tables)


@pytest.mark.filterwarnings("error")
def test_what_float64_does_not_hold_is_infinite_where_a_docstring_says_so():
    np.testing.assert_array_equal(toy.k2([1e300, 0.0]), [np.inf, 0.0])
    assert toy.chi_square_divergence([0.5, 0.5], [1e-310, 1.0]) == np.inf
    assert toy.optimal_coefficient([1e-310, 1.0], [0.5, 0.5]) == 0
    far = toy.control_variate(1e300)([1e300, 1e308, np.inf, -np.inf])
    np.testing.assert_allclose(far, [0.0, 1e308, np.inf, np.inf], rtol=1e-7)
    assert toy.Moments(1e200, 1e200, 1.0).mse(2) == np.inf
    assert toy.Moments(0.0, 1e200, 1.0).samples_to_beat(toy.Moments(0.0, 2e200, 0.5)) == 1


@pytest.mark.filterwarnings("error")
def test_a_number_beyond_the_finite_is_refused_and_the_largest_is_not():
    np.testing.assert_array_equal(toy.group_mean([1e300, -1e300]), [1e300, -1e300])
    for function in (toy.group_mean, toy.rewards_to_go, toy.softmax):
        with pytest.raises(ValueError, match=r"must be finite, within ±1e300; got 1e\+308"):
            function([1e308, -1e308])
    moments = toy.reinforce_moments([0.25, 0.75], [1e140, -1e140])
    assert moments.bias_length([3e299, 4e299]) == pytest.approx(5e299)
    assert moments.cosine([1e300, -1e300]) == pytest.approx(1.0)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda n: toy.ascend(lambda z: -z, [1.0, 2.0], 0.1, n), "num_steps"),
        (lambda n: toy.ascend(lambda z: -z, np.ones((0, 2)), 0.1, n), "num_steps"),
        (
            lambda n: toy.sample_estimates(
                np.random.default_rng(0), toy.k1, [0.5, 0.5], [0.5, 0.5], 4, n
            ),
            "num_replications",
        ),
        (lambda n: toy.wins_from_rankings([[0, 1]], n), "num_responses"),
    ],
)
def test_more_numbers_than_fit_in_memory_are_refused_before_they_are_made(call, name):
    for n in (10**8, 10**11, 2**62):
        with pytest.raises(ValueError, match=f"^{name} must leave at most 20,000,000 numbers"):
            call(n)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ["fit_dpo", "fit_rewards", "ipo_policy", "margin_standard_errors"])
def test_of_no_worlds_there_is_no_result_and_no_error(name):
    none = {"reference": np.ones((0, 4)), "reward": np.ones((0, 4)), "wins": np.ones((0, 4, 4))}
    assert call(FUNCTIONS[name], WORLD | none).shape[:2] == (0, 4)


@pytest.mark.parametrize("name", ["fit_dpo", "ipo_policy"])
def test_a_response_that_is_compared_must_be_one_that_the_reference_gives(name):
    function, reference = FUNCTIONS[name], [[0.5, 0.5, 0.0], [0.5, 0.0, 0.5]]
    first, last = [[0, 3, 0], [1, 0, 0], [0, 0, 0]], [[0, 0, 3], [0, 0, 0], [1, 0, 0]]
    both = function(reference, [first, last], 1.0)
    np.testing.assert_allclose(both[1], both[0][[0, 2, 1]], rtol=1e-14)
    with pytest.raises(ValueError, match=r"^reference must be > 0 for every response that is comp"):
        function(reference, first, 1.0)
    with pytest.raises(ValueError, match=r"were never compared with \[2\]"):
        function([0.4, 0.4, 0.2], first, 1.0)


def test_a_message_is_short_however_much_was_given():
    for call in (
        lambda: toy.Moments(1.0, 0.0, 1.0).mse([0.5] * 10**6),
        lambda: toy.softmax(["a"] * 10**6),
    ):
        with pytest.raises(ValueError, match=r"^.{,200}$"):
            call()


@pytest.mark.parametrize("name", [n for n, f in FUNCTIONS.items() if worlds(f)[0] is WORLD])
def test_worlds_that_do_not_fit_are_refused_by_a_name(name):
    """Two worlds of one argument and three of another: never NumPy's word for it."""
    function, wrong = FUNCTIONS[name], {}
    given = given_to(function, WORLD)
    stacked = [n for n in numeric(function) if n not in ("as_published", "rankings", "rng")]
    for pair in itertools.permutations(stacked, 2):
        worlds_of = {n: np.stack([given[n]] * size) for n, size in zip(pair, (2, 3), strict=True)}
        message = refusal(function, given | worlds_of)
        named, *rule = message.split(" must ")
        if message and not (rule and {*pair} & {*re.findall(r"\w+", named)}):
            wrong[pair] = message
    assert wrong == {}


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


#: Which arguments are probabilities, sizes that may be large, and numbers > 0 of any order.
PROBABILITIES = {"other", "policy", "preference", "pretraining", "reference", "sampler"}
SIZES = {"group_size", "num_replications", "num_responses", "num_samples", "num_steps"}
POSITIVE = {"beta", "betas", "clip_range", "gamma", "l2", "step_size", "time", "wins"}
WITH_A_SIGN = {
    "advantage",
    "baseline",
    "coefficient",
    "features",
    "log_ratio",
    "logits",
    "margin",
    "reward",
}
WITH_A_SIGN |= {"rewards", "shift", "start", "values", "weight", "weights"}

#: No orders of magnitude: as they are.
AS_THEY_ARE = {"as_published", "decay", "dual_clip", "pairs", "rankings", "rng"}


def extreme(rng, argument, value):
    """Return what is as valid as a value, of the same shape and of any order of magnitude."""
    if argument in AS_THEY_ARE:
        return value
    if (
        isinstance(value, list)
        and argument in PROBABILITIES | {"reward"}
        and np.ndim(value[-1]) > 1
    ):
        return [extreme(rng, argument, table) for table in value]
    shape = np.shape(value)
    order = rng.uniform(-300, 300 if argument not in PROBABILITIES else 0, shape)
    size = 10.0 ** rng.choice([order, np.full(shape, order.max()), np.zeros(shape)], axis=0)
    if argument in PROBABILITIES:
        size = np.atleast_1d(size) / size.max()
        return size / size.sum(axis=-1, keepdims=True)
    if argument in SIZES:
        return int(rng.choice([2, 3, 10**11, 10**18]))
    if argument in ("lengths", "pair_counts"):
        return np.asarray(value) * 10 ** rng.integers(0, 17)
    if argument in WITH_A_SIGN:
        return size * rng.choice([-1.0, 1.0], shape)
    return size * (np.asarray(value) > 0)


def complaint(function, given):
    """Return what is wrong with an answer: '' for numbers, and for an error that names a name."""
    try:
        found = numbers(function(**given))
    except (ValueError, RuntimeError) as error:
        named = {*re.findall(r"\w+", str(error))} & {*inspect.signature(function).parameters}
        fine = type(error) in (ValueError, RuntimeError) and named and "\n" not in str(error)
        return "" if fine else repr(error)
    if any(np.isnan(x).any() for x in found):
        return "NaN"
    told = re.search("infinit|−inf|∞", function.__doc__)
    return "" if told or all(np.isfinite(x).all() for x in found) else "an infinity nobody tells of"


def test_every_argument_can_be_extreme():
    known = (
        PROBABILITIES | SIZES | POSITIVE | WITH_A_SIGN | AS_THEY_ARE | {"lengths", "pair_counts"}
    )
    assert {argument for function in FUNCTIONS.values() for argument in numeric(function)} == known


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_extreme_arguments_have_a_finite_result_or_are_refused_by_a_name(name):
    """No warning, no NaN, no LinAlgError and no MemoryError leaves a public function."""
    function, rng = FUNCTIONS[name], np.random.default_rng(7)
    for _ in range(30):
        extremes = {
            argument: extreme(rng, argument, x) for argument, x in numeric(function).items()
        }
        given = given_to(function, worlds(function)[0]) | extremes
        assert complaint(function, given) == "", f"of {name}(**{given})"
