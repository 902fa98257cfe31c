"""The explorables in Python: traits, errors, stills; and their JavaScript core against toy."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
import traitlets

import toy
from toy.explorables import base
from toy.explorables.kl_estimators import most_listed
from toy.figures.palette import PALETTE

ROOT = Path(__file__).parents[2]
ALL = [getattr(toy.explorables, name) for name in toy.explorables.__all__ if name != "Explorable"]
OF_TWO_POLICIES = [cls for cls in ALL if issubclass(cls, base.TwoPolicies)]
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(params=ALL, ids=lambda explorable: explorable.__name__)
def explorable(request):
    return request.param()


@pytest.fixture(params=OF_TWO_POLICIES, ids=lambda explorable: explorable.__name__)
def two_policies(request):
    return request.param()


def run_javascript_tests(**environment):
    return subprocess.run(
        ["npm", "test", "--silent"],
        cwd=ROOT,
        env=os.environ | {"PYTHON": sys.executable} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_javascript_core_agrees_with_toy():
    result = run_javascript_tests()
    assert result.returncode == 0, result.stdout + result.stderr
    assert int(re.search(r"pass (\d+)", result.stdout)[1]) > 40


def test_the_javascript_tests_fail_without_python_to_compare_with():
    assert run_javascript_tests(PYTHON="no-such-python").returncode != 0


def test_arrays_and_lists_are_taken_as_distributions():
    widget = toy.explorables.KLEstimators(
        policy=toy.softmax([1.0, 0.0]), reference=(0.25, 0.75), num_samples=np.int64(7)
    )
    assert widget.policy == toy.softmax([1.0, 0.0]).tolist()
    assert widget.reference == [0.25, 0.75]
    assert widget.num_samples == 7
    assert isinstance(widget.num_samples, int)


def test_responses_without_labels_are_lettered():
    widget = toy.explorables.KLDirections(policy=[0.9, 0.1], reference=[0.5, 0.5])
    assert widget.responses == ["A", "B"]


@pytest.mark.parametrize("trait", ["policy", "reference"])
@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ([0.5, 0.5, 0.0, 0.0], "must give every response a probability > 0"),
        ([0.5, 0.4, 0.3, 0.2], "must sum to 1"),
        ([0.5, np.nan, 0.25, 0.25], "must hold no NaN"),
        ([1.5, -0.5, 0.5, -0.5], "must have no negative probability"),
        ([0.5, 0.5], "must have as many entries as the others"),
        ([[0.25] * 4], "must be one row of probabilities"),
        ("abcd", "must hold real numbers"),
        (None, "must hold real numbers"),
    ],
)
def test_what_is_no_distribution_is_refused(two_policies, trait, value, rule):
    size = len(two_policies.responses)
    if isinstance(value, list) and len(value) == 4 and size == 3:
        value = [*value[:2], sum(value[2:])]
    with pytest.raises(traitlets.TraitError, match=rf"{trait} .*{rule}"):
        setattr(two_policies, trait, value)


@pytest.mark.parametrize("value", [0, -1, 2.5, np.nan, 10_001, "many"])
def test_a_bad_number_of_samples_is_refused(value):
    widget = toy.explorables.KLEstimators()
    with pytest.raises(traitlets.TraitError, match="num_samples must"):
        widget.num_samples = value
    assert widget.num_samples == 10


@pytest.mark.parametrize(
    ("trait", "value"),
    [("coefficient", -1.1), ("coefficient", 2.1), ("stale", -0.1), ("stale", 1.1), ("stale", None)],
)
def test_a_bad_coefficient_or_sampler_is_refused(trait, value):
    widget = toy.explorables.KLEstimators()
    before = getattr(widget, trait)
    with pytest.raises(traitlets.TraitError, match=f"{trait} must"):
        setattr(widget, trait, value)
    assert getattr(widget, trait) == before


def test_the_law_is_listed_as_far_as_a_frame_allows():
    assert [most_listed(responses) for responses in (2, 3, 4)] == [10_000, 593, 100]
    widget = toy.explorables.KLEstimators(num_samples=10_000)
    assert "10000 samples" in widget.describe()
    assert widget.still().startswith("<svg")


def test_the_words_say_who_samples():
    widget = toy.explorables.KLEstimators(stale=0.25, coefficient=-0.5)
    sampler = toy.geometric_mixture(widget.policy, widget.reference, 0.75)
    mine = toy.control_variate(-0.5)
    moments = toy.estimator_moments(mine, widget.policy, widget.reference, sampler)
    assert f"λ = -0.50 {np.sqrt(moments.mse(10)):.3f}" in widget.describe()
    assert "drawn 0.25 of the way from the policy to the reference" in widget.describe()


@pytest.mark.parametrize("value", [-0.1, 33.0, np.nan, np.inf])
def test_a_bad_weight_is_refused(value):
    widget = toy.explorables.KLPath()
    with pytest.raises(traitlets.TraitError, match="weight must"):
        widget.weight = value
    assert widget.weight == 1.0


@pytest.mark.parametrize("cls", OF_TWO_POLICIES)
def test_a_bad_value_is_refused_at_birth(cls):
    with pytest.raises(traitlets.TraitError, match="must have as many entries"):
        cls(policy=[0.5, 0.5])
    with pytest.raises(traitlets.TraitError):
        cls(policy=[0.2] * 5, reference=[0.2] * 5)


def test_the_number_of_responses_changes_only_together(two_policies):
    with pytest.raises(traitlets.TraitError):
        two_policies.responses = ["yes", "no"]
    with two_policies.hold_trait_notifications():
        two_policies.policy, two_policies.reference = [0.9, 0.1], [0.5, 0.5]
        two_policies.responses = ["yes", "no"]
    assert two_policies.policy == [0.9, 0.1]


def test_reset_and_links_know_the_state_at_birth(explorable):
    assert explorable.initial == {name: getattr(explorable, name) for name in explorable._state}
    with pytest.raises(traitlets.TraitError):
        explorable.initial = {}


def test_what_was_at_birth_stays_when_the_state_moves_on(two_policies):
    before = dict(two_policies.initial)
    two_policies.policy = two_policies.reference
    assert two_policies.initial == before


def test_an_anchor_is_named_after_the_class():
    assert toy.explorables.KLPath().anchor == "kl-path"
    assert toy.explorables.KLPath(anchor="mine").anchor == "mine"


def test_an_explorable_is_written_as_the_call_that_makes_it(explorable):
    copy = eval(repr(explorable), vars(toy.explorables))
    assert copy.initial == explorable.initial


def test_an_output_holds_the_widget_a_picture_and_its_words(explorable):
    data, metadata = explorable._repr_mimebundle_()
    assert data[WIDGET]["model_id"] == explorable.model_id
    assert data["text/plain"] == metadata["image/svg+xml"]["alt"] == explorable.describe()
    picture = ET.fromstring(data["image/svg+xml"])
    assert picture.tag.endswith("svg")
    assert not list(picture.iter("{http://www.w3.org/2000/svg}text")), "letters must be outlines"


def test_a_still_is_the_same_byte_for_byte_and_knows_only_the_palette(explorable):
    picture = explorable.still()
    assert picture == type(explorable)().still()
    assert set(re.findall(r"#[0-9a-f]{6}", picture)) <= {c.light for c in PALETTE.values()}


def test_a_still_and_its_words_follow_the_state(two_policies):
    picture, words = two_policies.still(), two_policies.describe()
    two_policies.policy = list(reversed(two_policies.policy))
    assert two_policies.still() != picture
    assert two_policies.describe() != words


def test_equal_policies_can_be_shown(two_policies):
    two_policies.policy = two_policies.reference
    assert two_policies.still().startswith("<svg")
    assert "0.000" in two_policies.describe()


class Bounded(traitlets.HasTraits):
    values = base.Values([0.0], most=2.0)
    number = base.Number(1.0, low=0.5, high=4.0)


@pytest.mark.parametrize(
    ("trait", "value", "rule"),
    [
        ("values", [3.0], r"must be from −2 to 2; got \[3.0\]"),
        ("values", [[1.0]], "must be one row of numbers"),
        ("values", [np.nan], "must hold no NaN"),
        ("number", 0.4, "must be one number from 0.5 to 4; got 0.4"),
        ("number", [1.0, 2.0], "must be one number"),
        ("number", "many", "must"),
        ("number", None, "must"),
    ],
)
def test_what_is_no_number_in_range_is_refused(trait, value, rule):
    bounded = Bounded()
    with pytest.raises(traitlets.TraitError, match=f"{trait} {rule}"):
        setattr(bounded, trait, value)
    bounded.values, bounded.number = np.array([1, -2]), np.float64(4)
    assert (bounded.values, bounded.number) == ([1.0, -2.0], 4.0)


def test_words_hold_the_numbers_that_toy_computes():
    path = toy.explorables.KLPath(weight=0.5)
    mixture = toy.geometric_mixture(path.policy, path.reference, 0.5)
    assert f"{toy.kl_divergence(mixture, path.reference):.3f} nats" in path.describe()
    assert f"{toy.variance_crossover(path.policy, path.reference):.3f}" in path.describe()
    directions = toy.explorables.KLDirections()
    reverse = toy.kl_divergence(directions.policy, directions.reference)
    forward = toy.kl_divergence(directions.reference, directions.policy)
    assert f"KL(π ‖ π_ref) is {reverse:.3f} nats" in directions.describe()
    assert f"KL(π_ref ‖ π) is {forward:.3f} nats" in directions.describe()
    estimators = toy.explorables.KLEstimators()
    moments = toy.estimator_moments(toy.k2, estimators.policy, estimators.reference)
    assert f"k2 {np.sqrt(moments.mse(10)):.3f}" in estimators.describe()


def test_colours_come_from_the_palette_alone(explorable):
    light, dark = explorable._css.split("html[data-theme", 1)
    for role, colour in PALETTE.items():
        assert f"--toy-{role}:{colour.light};" in light
        assert f"--toy-{role}:{colour.dark};" in dark
    source = (ROOT / "toy/explorables/parts/explorables.css").read_text("utf-8")
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb\(|hsl\(", source)


def test_bundles_ask_for_nothing_and_evaluate_nothing(explorable):
    assert not re.search(r"\beval\(|new Function|fetch\(|XMLHttpRequest|import\(", explorable._esm)
    hosts = set(re.findall(r"https?://[^\"'`]*", explorable._esm + explorable._css))
    assert all(host.startswith("http://www.w3.org/") for host in hosts), "only XML namespaces"


def test_a_missing_bundle_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(base, "files", lambda _: tmp_path)
    with pytest.raises(FileNotFoundError, match="run `make`"):
        toy.explorables.KLPath()


def test_importing_toy_loads_no_widget():
    code = (
        "import sys, toy; assert not {'anywidget', 'ipywidgets', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
