"""A trait is declared once: what Python refuses, the page refuses, in the same words."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import traitlets

import toy
from toy.explorables import Explorable
from toy.explorables.traits import Count, Distribution, Labels, Number, Option, Switch, Values

CLASSES = [getattr(toy.explorables, name) for name in toy.explorables.__all__[1:]]
MANY = {cls: cls.declared()["responses"] for cls in CLASSES if "responses" in cls.declared()}
VARIABLE = [cls for cls, labels in MANY.items() if labels.low < labels.high]
SCHEMA = Path(__file__).parents[2] / "toy/explorables/parts/schema.js"


class Sample(Explorable):
    """Show one trait of each kind.

    What more there is to say.
    """

    policy = Distribution([0.5, 0.3, 0.2], "π")
    data = Distribution([0.1, 0.1, 0.8], "p", like="policy")
    reward = Values([0.0, 1.0, -1.0], "r", low=-2.0, high=2.0, unit="units of reward")
    steps = Values([0.5, 0.5], "of two things", low=0.0, high=1.0, length=2, each="thing")
    responses = Labels(["one", "two", "three"], "what they are called")
    beta = Number(1.0, "β", low=0.5, high=4.0, unit="reward units per nat")
    draws = Count(3, "N", low=2, high=8)
    kind = Option("first", "which", options={"first": "the <b>first</b>", "second": "another"})
    quick = Switch(False, "whether to hurry")
    private = Number(0.0, "for the view alone", low=0.0, high=1.0, linked=False)


AT_LEAST = "policy must be probabilities of at least 1e-9 that sum to 1, one for each"

#: trait, value, what is said of it
BAD = [
    (
        "policy",
        [0.5, 0.5, 0.0],
        AT_LEAST,
    ),
    ("policy", [0.5, 0.4, 0.2], "policy must sum to 1 "),
    ("policy", [0.5, np.nan, 0.5], "policy must hold no NaN"),
    ("policy", [1.5, -1.0, 0.5], "policy must have no negative probability"),
    (
        "policy",
        [[0.5, 0.3, 0.2]],
        AT_LEAST,
    ),
    ("policy", "abc", "policy must hold real numbers"),
    ("policy", None, "policy must hold real numbers"),
    ("policy", [0.5, 0.5], "policy must have 3 entries, one for each response; got 2"),
    ("reward", [0.0, 1.0], "reward must have 3 entries, one for each response; got 2"),
    ("reward", [0.0, 0.0, 2.5], "reward must be numbers from −2 to 2, one for each response; got"),
    ("reward", [0.0, 0.0, -2.5], "reward must be numbers from −2 to 2, one for each response; got"),
    ("reward", [[1.0, 0.0, 0.0]], "reward must be numbers from −2 to 2"),
    ("reward", [0.0, np.nan, 0.0], "reward must hold no NaN"),
    ("steps", [0.5] * 3, "steps must have 2 entries, one for each thing; got 3"),
    ("responses", ["yes", "no"], "responses must have 3 entries, one for each response; got 2"),
    ("responses", list("abcde"), "responses must be 2 to 4 labels; got"),
    ("responses", ["a"], "responses must be 2 to 4 labels; got"),
    ("responses", [1, 2, 3], "responses must be 2 to 4 labels; got"),
    ("responses", "abc", "responses must be 2 to 4 labels; got abc"),
    ("responses", ["a", "b", "\x00"], "responses must be 2 to 4 labels; got"),
    ("responses", ["a", "b", "\ud800"], "responses must be 2 to 4 labels; got"),
    ("beta", 0.4, "beta must be one number from 0.5 to 4; got 0.4"),
    ("beta", 4.5, "beta must be one number from 0.5 to 4; got 4.5"),
    ("beta", [1.0, 2.0], "beta must be one number"),
    ("beta", [[1], [1, 2]], "beta must have rows of equal length"),
    ("beta", "many", "beta must"),
    ("beta", None, "beta must"),
    ("beta", np.inf, "beta must"),
    ("draws", 1, "draws must be a whole number from 2 to 8; got 1"),
    ("draws", 9, "draws must be a whole number from 2 to 8; got 9"),
    ("draws", 2.5, "draws must be a whole number"),
    ("kind", "third", "kind must be one of first, second; got third"),
    ("kind", ["first"], "kind must be one of first, second"),
    ("quick", "yes", "quick must be True or False; got yes"),
    ("quick", 1, "quick must be True or False; got 1"),
]


@pytest.mark.parametrize(("trait", "value", "words"), BAD)
def test_what_has_not_the_form_is_refused_by_name_rule_and_value(trait, value, words):
    sample = Sample()
    before = getattr(sample, trait)
    with pytest.raises(traitlets.TraitError) as error:
        setattr(sample, trait, value)
    assert str(error.value).startswith(words)
    assert getattr(sample, trait) == before


def test_arrays_tuples_and_numpys_numbers_are_taken():
    sample = Sample(policy=np.array([0.25, 0.75]), reward=(1, -2), beta=np.float64(4))
    sample.draws, sample.quick = np.int64(8), np.bool_(True)
    assert (sample.policy, sample.reward, sample.beta) == ((0.25, 0.75), (1.0, -2.0), 4.0)
    assert (sample.draws, sample.quick) == (8, True)
    assert type(sample.draws) is int
    assert type(sample.quick) is bool


def test_a_row_cannot_be_changed_in_place():
    sample = Sample()
    assert type(sample.reward) is type(sample.policy) is type(sample.responses) is tuple


def test_the_page_cannot_overwrite_what_it_may_only_read():
    sample = Sample()
    before = sample.view, sample.initial, sample.schema
    sample.set_state({"view": "gibbs", "initial": {}, "schema": {}, "beta": 2.0})
    assert (sample.view, sample.initial, sample.schema) == before
    assert sample.beta == 2.0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            {"reward": [1, 2]},
            "reward has 2 entries, but policy, which was not given, has 3: give "
            r"it too, Sample\(reward=\[1, 2\], policy=…\)",
        ),
        ({"policy": [0.5, 0.5]}, "policy has 2 entries, but reward, which was not given, has 3"),
        (
            {"responses": ["yes", "no"]},
            r"Sample\(responses=\[yes, no\], policy=…",
        ),
        (
            {"policy": [0.2] * 5, "reward": [0] * 5},
            "policy must have 2 to 4 entries, one for each response; got 5",
        ),
        ({"policy": [0.5, 0.5], "reward": [0] * 3}, "reward must have 2 entries, .*; got 3"),
        (
            {"responses": ["yes", "no"], "policy": [0.5, 0.2, 0.3], "reward": [0, 1]},
            "policy must have 2 entries, .*; got 3",
        ),
        ({"policy": None}, "policy must hold real numbers"),
    ],
)
def test_a_wrong_length_names_the_culprit_and_what_to_do(call, words):
    with pytest.raises(traitlets.TraitError, match=words):
        Sample(**call)


def test_the_given_rows_letter_the_responses_and_stand_in_for_what_is_like_them():
    sample = Sample(policy=[0.9, 0.1], reward=[1, 0])
    assert sample.responses == ("A", "B")
    assert sample.data == (0.9, 0.1)
    assert Sample(policy=[0.2, 0.3, 0.5]).reward == Sample().reward, "the rest is as it was"
    assert Sample(policy=[0.2, 0.3, 0.5], data=[0.1, 0.2, 0.7]).data == (0.1, 0.2, 0.7)


@pytest.mark.parametrize("cls", VARIABLE)
def test_the_number_of_responses_changes_only_together(cls):
    explorable = cls()
    fewest = MANY[cls].low
    names = ["yes", "no", "perhaps"][:fewest]
    with pytest.raises(traitlets.TraitError, match="hold_trait_notifications"):
        explorable.responses = names
    with explorable.hold_trait_notifications():
        for name in explorable.declared():
            if isinstance(getattr(explorable, name), tuple) and name != "responses":
                setattr(explorable, name, [1 - 0.1 * (fewest - 1)] + [0.1] * (fewest - 1))
        explorable.responses = names
    assert explorable.responses == tuple(names)


def test_an_unknown_trait_is_refused_with_the_nearest_name():
    with pytest.raises(TypeError, match=r"Sample has no trait 'bta'; did you mean 'beta'\?"):
        Sample(bta=0.3)
    with pytest.raises(AttributeError, match=r"Sample has no trait 'bets'; did you mean 'beta'\?"):
        Sample().bets = 0.2
    with pytest.raises(TypeError, match=r"it has policy, data, .*, anchor"):
        Sample(zzz=0.3)


def test_what_every_widget_has_can_be_set():
    sample = Sample(layout={"width": "50%"}, tooltip="a sample", _dom_classes=["mine"])
    sample.layout.height, sample._mine = "3em", 1
    assert (sample.layout.width, sample.layout.height) == ("50%", "3em")


def test_the_declarations_are_the_documentation():
    summary, more, attributes = Sample.__doc__.split("\n\n")
    assert (summary, more) == ("Show one trait of each kind.", "What more there is to say.")
    lines = attributes.splitlines()
    assert lines[:2] == ["Attributes", "----------"]
    assert "beta : β; one number from 0.5 to 4, in reward units per nat" in lines
    assert [line.split(" : ")[0] for line in lines[2:]] == [*Sample.declared()]


def test_a_link_carries_what_is_linked_and_the_view_knows_all():
    sample = Sample()
    assert sample.initial.keys() == sample.declared().keys() - {"private"}
    assert sample.schema["private"]["high"] == 1
    assert sample.schema["kind"]["options"]["first"] == "the <b>first</b>"
    assert "private" not in repr(sample)
    with pytest.raises(traitlets.TraitError):
        sample.schema = {}


def faults(cases):
    """Return what the page says of each (schema, state)."""
    script = f"""import {{ fault }} from "{SCHEMA.as_uri()}";
        const cases = JSON.parse(process.getBuiltinModule("node:fs").readFileSync(0, "utf-8"));
        console.log(JSON.stringify(cases.map(([schema, state]) => fault(schema, state))));"""
    run = ["node", "--input-type=module", "--eval", script]
    text = json.dumps(cases).replace("NaN", "null")
    done = subprocess.run(run, input=text, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("cls", [Sample, *CLASSES])
def test_the_page_takes_what_python_takes(cls):
    explorable = cls()
    assert faults([(explorable.schema, explorable.initial)]) == [""]


def test_the_page_refuses_what_python_refuses_and_names_trait_rule_and_value():
    sample = Sample()
    bad = [case for case in BAD if case[1] is not np.inf]
    said = faults([(sample.schema, sample.initial | {trait: value}) for trait, value, _ in bad])
    for (trait, value, words), sentence in zip(bad, said, strict=True):
        form = sample.declared()[trait].form
        assert sentence.startswith((f"{trait} must be {form}; got ", f"{trait} must have "))
        if " must be " in words or " entries, one for each " in words:
            assert sentence.startswith(words.split("; got")[0]), (value, sentence)


def test_the_page_says_which_value_it_got():
    sample = Sample()
    state = sample.initial | {"reward": [0, 0, 3]}
    assert faults([(sample.schema, state)]) == [
        "reward must be numbers from −2 to 2, one for each response; got 0, 0, 3"
    ]
