"""The questions that keep coming back: every number of every answer, computed by other means."""

import re
from itertools import pairwise, product
from math import comb, exp, log, log1p, sqrt
from pathlib import Path

import numpy as np
import pytest
import torch

import toy

PAGE = (Path(__file__).parents[1] / "book" / "questions.md").read_text(encoding="utf-8")
QUESTIONS = re.split(r"^### ", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL), flags=re.MULTILINE)
ANSWERS = dict(question.split("\n", 1) for question in QUESTIONS[1:])

#: World A: the policy, the reference, and their log-ratio.
PI, REF = np.array([0.6, 0.3, 0.1]), np.array([0.2, 0.3, 0.5])
D = np.log(PI) - np.log(REF)
KL = PI @ D

#: World B: rewards, reference, price.
REWARD, HOME, BETA = np.array([0.0, 1.0, 2.0]), np.array([0.5, 0.3, 0.2]), 0.5


def says(question, *numbers):
    """Each number, as (text of the page, exact value), stands in the answer, rightly rounded."""
    answer = ANSWERS[question].replace("−", "-")
    for text, value in numbers:
        assert text in answer, text
        decimals = len(text.partition(".")[2])
        assert round(float(value), decimals) == float(text), (text, value)


def says_vector(question, text, values):
    """The vector that the answer shows is this one, each entry rightly rounded."""
    assert f"({text})" in ANSWERS[question], text
    says(question, *zip(text.split(", "), values, strict=True))


def slope_in_logits(value):
    """The gradient of a function of the policy in world A's logits, by autograd."""
    z = torch.tensor(np.log(PI), requires_grad=True)
    value(torch.softmax(z, dim=-1)).backward()
    return z.grad.numpy()


def pulled(cost, policy=PI):
    """The expected gradient when a sample's cost multiplies its score."""
    return policy * cost @ (np.eye(len(policy)) - policy)


def test_there_are_twenty_nine_questions_each_with_a_link_to_its_derivation():
    assert len(ANSWERS) == 29
    for question, answer in ANSWERS.items():
        assert question.endswith("?")
        assert re.search(r"See \{ref\}`[\w-]+`( and \{ref\}`[\w-]+`)?\.\n", answer), question


def test_the_sign_of_the_penalty_and_of_one_sample():
    says("Which sign has the KL penalty?", ("0.498", KL))
    stale = np.array([0.4, 0.3, 0.3])
    says("Can the KL be negative?", ("1.10", D[0]), ("-1.61", D[2]), ("-0.043", stale @ D))
    assert D[1] == 0


FIRST, FIRST_REF = [0.8, 0.2], [0.3, 0.7]
THEN, THEN_REF = [[0.6, 0.4], [0.3, 0.7]], [[0.2, 0.8], [0.9, 0.1]]


def test_the_sum_over_sampled_tokens_has_the_kl_of_the_response_for_its_mean():
    mean = sum(
        FIRST[a] * THEN[a][b] * (log(FIRST[a] / FIRST_REF[a]) + log(THEN[a][b] / THEN_REF[a][b]))
        for a, b in product(range(2), repeat=2)
    )
    says("Is the KL wrong if only the sampled tokens are looked at?", ("1.046", mean))
    table, reference = (
        np.ravel([[p[a] * q[a][b] for b in range(2)] for a in range(2)])
        for p, q in ((FIRST, THEN), (FIRST_REF, THEN_REF))
    )
    assert toy.kl_divergence(table, reference) == pytest.approx(mean, rel=1e-14)


def test_a_sum_of_per_token_terms_leaves_the_future_out_of_the_gradient():
    z = torch.tensor(np.log(FIRST), requires_grad=True)
    first = torch.log_softmax(z, dim=-1)
    d1 = first - torch.tensor(np.log(FIRST_REF))
    then, then_ref = torch.tensor(THEN), torch.tensor(THEN_REF)
    future = (then * (then / then_ref).log()).sum(-1)
    (true,) = torch.autograd.grad((first.exp() * (d1 + future)).sum(), z, retain_graph=True)
    (k2,) = torch.autograd.grad((first.exp().detach() * d1**2 / 2).sum(), z)
    says("Per token or per sequence?", ("0.253", true[0]), ("0.357", k2[0]))


def test_the_estimators_as_a_loss_and_in_the_reward():
    kl = slope_in_logits(lambda p: (p * (p / torch.tensor(REF)).log()).sum())
    chi = slope_in_logits(lambda p: (p**2 / torch.tensor(REF)).sum() / 2)
    k3 = REF / PI - 1 + D
    question = "What does k3 do as a loss?"
    np.testing.assert_allclose(PI - REF, [0.4, 0, -0.4], atol=1e-15)
    np.testing.assert_allclose(toy.loss_gradient(toy.k3, PI, REF), PI - REF, atol=1e-15)
    says_vector(question, "0.360, -0.149, -0.211", kl)
    np.testing.assert_allclose(toy.loss_gradient(toy.k2, PI, REF), kl, rtol=1e-12)
    question = "Why does a larger β leave a larger KL, with k1 in the loss?"
    scores = np.eye(3) - PI
    np.testing.assert_allclose(PI @ scores, 0, atol=1e-15)
    says(question, ("0.54", PI @ (scores**2).sum(axis=1)))
    np.testing.assert_allclose(pulled(D), kl, rtol=1e-12)
    says_vector("KL in the reward or in the loss?", "-0.040, -0.149, 0.189", pulled(k3))
    stale = np.array([0.4, 0.3, 0.3])
    question = "What does the KL mean after several epochs on one batch?"
    says(question, ("0.890", stale @ k3), ("0.498", stale @ (PI / stale * k3)))
    inverted = PI / REF - 1 - D
    question = "What if the ratio is the wrong way round?"
    says(question, ("0.622", PI @ inverted))
    assert PI @ inverted == pytest.approx((PI - REF) ** 2 @ (1 / REF) - KL, rel=1e-14)
    says_vector(question, "0.528, -0.336, -0.192", chi)
    np.testing.assert_allclose(pulled(PI / REF - 1), chi, rtol=1e-12)


def test_the_loss_that_starts_at_zero_has_a_gradient_and_a_ratio_of_one_is_reinforce():
    advantage = REWARD - HOME @ REWARD
    assert abs(HOME @ advantage) < 1e-15
    z = torch.tensor(np.log(HOME), requires_grad=True)
    ratio = torch.softmax(z, dim=-1) / torch.tensor(HOME)
    (torch.tensor(HOME) * ratio * torch.tensor(advantage)).sum().backward()
    question = "The loss starts at 0: is nothing learnt?"
    says_vector(question, "-0.35, 0.09, 0.26", z.grad.numpy())
    np.testing.assert_allclose(z.grad.numpy(), pulled(advantage, HOME), atol=1e-15)


@pytest.mark.parametrize(
    ("advantage", "ratio", "kept"), [(1, 1.3, 0), (1, 0.7, 1), (-1, 1.3, -1), (-1, 0.7, 0)]
)
def test_clipping_stops_the_gradient_only_where_the_policy_has_gone_far_enough(
    advantage, ratio, kept
):
    rho = torch.tensor(float(ratio), requires_grad=True)
    torch.minimum(advantage * rho, advantage * rho.clamp(0.8, 1.2)).backward()
    assert rho.grad == kept


def test_a_mean_of_means_and_a_mean_of_all_weigh_tokens_differently():
    answer = ANSWERS["What does the length normaliser do?"]
    assert all(weight in answer for weight in ("1/4", "1/7", "1/11"))
    lengths = np.array([4, 7])
    loss = np.repeat([0.0, 1.0], lengths)
    assert np.mean([1 / 4 * loss[:4].sum(), 1 / 7 * loss[4:].sum()]) == pytest.approx(1 / 2)
    assert loss.mean() == pytest.approx(7 / 11)


def expected_normalised(p, size=4):
    """The first logit's expected gradient with normalised advantages, over the number right."""
    total = 0.0
    for right in range(1, size):
        chance = comb(size, right) * p**right * (1 - p) ** (size - right)
        share = right / size
        total += chance * sqrt(share * (1 - share))  # of a right one (1 − p) and a wrong one −p
    return total


def test_groups():
    question = "Shall I divide by the standard deviation?"
    numbers = [expected_normalised(p) for p in (0.05, 0.5)]
    says(question, ("0.081", numbers[0]), ("0.404", numbers[1]))
    says(question, ("0.0475", 0.05 * 0.95), ("0.25", 0.25))
    law = [0.05, 0.95], [1.0, 0.0], 4, toy.group_normalised
    assert toy.group_gradient_moments(*law).mean[0] == pytest.approx(numbers[0], rel=1e-12)
    assert expected_normalised(0.05, 1000) == pytest.approx(sqrt(0.05 * 0.95), rel=5e-3)
    group = np.array([1.0] * 3 + [0.0] * 5)
    leave_one_out = 1 - (group.sum() - 1) / 7
    centred = 1 - group.mean()
    question = "RLOO or GRPO?"
    says(question, ("0.714", leave_one_out), ("0.625", centred))
    says(question, ("1.208", centred / group.std(ddof=1)), ("1.291", centred / group.std()))
    says("How often does a group teach nothing?", ("0.815", 0.05**4 + 0.95**4))
    question = "What does RL without a KL term cost?"
    for k, before, after in ((1, "0.300", "0.455"), (2, "0.510", "0.505"), (8, "0.942", "0.539")):
        says(question, (before, 1 - 0.7**k), (after, 1 - (0.1**k + 0.99**k) / 2))


def test_another_sampler():
    question = "Token ratios or one ratio of the sequence?"
    says(question, ("117", exp(50 * log(1.1))))
    pairs = list(product(range(3), repeat=2))
    mean = sum(REF[a] * REF[b] * sqrt(PI[a] * PI[b] / REF[a] / REF[b]) for a, b in pairs)
    says(question, ("0.757", mean))
    np.testing.assert_allclose(0.8**100, 2e-10, rtol=0.02)
    sampler, policy = np.array([0.7, 0.2, 0.1]), np.array([0.5, 0.3, 0.2])
    question = "What does truncating the importance weights cost?"
    for cap, mean, variance in ((np.inf, "0.70", "1.56"), (1.5, "0.60", "0.99")):
        weighted = np.minimum(policy / sampler, cap) * REWARD
        exact = sampler @ weighted
        says(question, (mean, exact), (variance, sampler @ weighted**2 - exact**2))


def test_the_chosen_response_falls_only_where_parameters_are_shared():
    rises = toy.dpo_descent([1 / 3] * 3, [[0, 1, 0], [0, 0, 0], [0, 0, 0]], 1.0, 0.5, 50)
    assert all(a[0] < b[0] for a, b in pairwise(rises.policies))
    weights = np.exp(1.07 * np.array([1.0, 0.0, 10.0]))
    np.testing.assert_array_equal((weights / weights.sum()).round(3), [0, 0, 1])
    assert "1.07" in ANSWERS["Why does the chosen response become less likely?"]


def test_margins_and_targets_of_dpo():
    question = "Which way does β work?"
    for beta, margin in ((0.1, "13.9"), (0.5, "2.8"), (2.0, "0.7")):
        says(question, (margin, log(4) / beta))
    question = "Sum or mean of the log-probabilities?"
    says(question, ("+0.6", 6 * 0.2 - 2 * 0.3), ("-0.1", 0.2 - 0.3))
    says("What target has IPO, and may one average?", ("5", 1 / (2 * 0.1)))


def test_any_sampler_whose_pairs_connect_all_responses_leads_to_the_same_policy():
    tilted = HOME * np.exp(REWARD / BETA)
    chance = 1 / (1 + np.exp(REWARD - REWARD[:, None]))
    for pairs in ([[0, 1, 1], [1, 0, 1], [1, 1, 0]], [[0, 500, 0], [500, 0, 1], [0, 1, 0]]):
        fitted = toy.fit_dpo(HOME, np.array(pairs) * chance, BETA)
        np.testing.assert_allclose(fitted, tilted / tilted.sum(), rtol=1e-9)


def loss(margin):
    return log1p(exp(-margin))


def robust(margin):
    return (0.9 * loss(margin) - 0.1 * loss(-margin)) / 0.8


def test_labels_and_rewards():
    question = "May I add a constant to the rewards, or average inside the logarithm?"
    sigma = 1 / (1 + exp(-4))
    says(question, ("0.356", -(log(0.5) + log(sigma)) / 2), ("0.300", -log((0.5 + sigma) / 2)))
    question = "What do noisy labels need?"
    says(question, ("2.197", log(0.9 / 0.1)), ("0.403", 0.9 * robust(0.7) + 0.1 * robust(-0.7)))
    assert loss(0.7) == pytest.approx(0.9 * robust(0.7) + 0.1 * robust(-0.7), rel=1e-14)
    assert robust(700) < robust(70) < -8
    says("Is KTO's reference point the KL?", ("-0.585", REF @ D), ("0.498", KL))
    sigma = 1 / (1 + exp(-1))
    question = "Why is the reward model's accuracy so low?"
    floor = -sigma * log(sigma) - (1 - sigma) * log(1 - sigma)
    says(question, ("0.646", 1 / (1 + exp(-0.6))), ("0.582", floor))
