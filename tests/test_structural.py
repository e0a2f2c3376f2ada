"""The structural model: what it is told holds in every path, and what it draws has the distribution it claims."""

from dataclasses import replace

import numpy as np
import pytest

from ezlib import bounds, structural

MONTHS = 36


def told(rows, n=MONTHS):
    """Statements from (months, base months or None, lower, upper)."""
    num, den = np.zeros((len(rows), n)), np.zeros((len(rows), n))
    for i, (months, base, _, _) in enumerate(rows):
        num[i, list(months)] = 1
        if base is not None:
            den[i, list(base)] = 1
    return bounds.statements(num, den, [row[2] for row in rows], [row[3] for row in rows])


def said(stated, paths):
    below = np.where(stated.is_change, paths @ stated.den.T, 1.0)
    return paths @ stated.num.T / below


def honoured(stated, paths):
    values = said(stated, paths)
    return bool(np.all((values >= stated.lower * (1 - 1e-9)) & (values <= stated.upper * (1 + 1e-9))))


def small_model(rows, sd, n, seed=0, count=4000):
    """Draws under a prior of independent log-normal months, so that plain rejection can check them."""
    stated = told(rows, n)
    fitted = structural.fit(stated)
    fitted = replace(fitted, centre=0.0, covariance=np.eye(n) * sd**2, spread=1.0, tail=np.inf)
    return stated, structural.draw(fitted, count, np.random.default_rng(seed)).paths


def rejected(stated, sd, n, count=2_000_000):
    x = np.exp(sd * np.random.default_rng(99).standard_normal((count, n)))
    values = said(stated, x)
    return x[np.all((values >= stated.lower) & (values <= stated.upper), axis=1)]


WIDE = [
    [((0, 1, 2), None, 2.5, 3.5)],
    [((0,), None, 1.0, 1.3), ((0, 1, 2), None, 3.0, 3.4)],
    [((0, 1), None, 1.5, 2.5), ((2, 3), (0, 1), 1.2, 1.4), ((0,), None, 0.7, 1.6)],
    [((0,), None, 0.8, 1.2), ((1,), None, 0.8, 1.2), ((0, 1), None, 2.1, 2.3)],
]


@pytest.mark.parametrize("rows", WIDE)
def test_draws_have_the_distribution_that_rejection_gives(rows):
    n, sd = 4, 0.5
    stated, paths = small_model(rows, sd, n)
    truth = rejected(stated, sd, n)
    assert honoured(stated, paths)
    for month in range(n):
        error = 4 * truth[:, month].std() / np.sqrt(1500)  # the draws are worth some 1,500 independent ones or more
        assert abs(paths[:, month].mean() - truth[:, month].mean()) < error
        for q in (0.1, 0.5, 0.9):
            below = (paths[:, month] <= np.quantile(truth[:, month], q)).mean()
            assert abs(below - q) < 4 * np.sqrt(q * (1 - q) / 1500)


def test_soft_statements_draw_paths_by_their_likelihood():
    rows = [((0, 1, 2), None, 3.2, 3.2), ((2, 3), (0, 1), 1.5, 1.5), ((0,), None, 0.9, 1.2)]
    n, sd, soft = 4, 0.5, np.array([0.1, 0.15, 0.0])
    stated = replace(told(rows, n), soft_sd=soft)
    fitted = replace(structural.fit(stated), centre=0.0, covariance=np.eye(n) * sd**2, spread=1.0, tail=np.inf)
    paths = structural.draw(fitted, 4000, np.random.default_rng(3)).paths
    x = np.exp(sd * np.random.default_rng(4).standard_normal((500_000, n)))
    x = x[(x[:, 0] >= 0.9) & (x[:, 0] <= 1.2)]
    miss = np.log(said(stated, x)[:, :2] / [3.2, 1.5]) / soft[:2]
    weight = np.exp(-0.5 * (miss**2).sum(axis=1))
    truth = x[np.random.default_rng(5).choice(len(x), 20_000, p=weight / weight.sum())]
    for month in range(n):
        assert abs(paths[:, month].mean() - truth[:, month].mean()) < 4 * truth[:, month].std() / np.sqrt(1500)
        for q in (0.1, 0.5, 0.9):
            below = (paths[:, month] <= np.quantile(truth[:, month], q)).mean()
            assert abs(below - q) < 4 * np.sqrt(q * (1 - q) / 1500)


def test_facts_that_follow_from_each_other_are_all_honoured():
    stated = told(
        [
            ((0,), None, 99.5, 100.5),
            ((1,), None, 119.5, 120.5),
            ((1,), (0,), 1.195, 1.205),
            ((0, 1), None, 219.5, 220.5),
            (range(12), None, 1399.5, 1400.5),
        ]
    )
    drawn = structural.draw(structural.fit(stated), 500, np.random.default_rng(1))
    assert honoured(stated, drawn.paths)
    assert drawn.effective > 100


def test_closed_months_keep_what_was_printed_and_leave_the_level_alone():
    rows = [((t,), None, 99.5, 100.5) for t in range(20)] + [((20,), None, 0.0, 0.5), ((21,), None, 0.0, 0.0)]
    stated = told([*rows, ((22,), None, 99.5, 100.5)], 30)
    drawn = structural.draw(structural.fit(stated), 400, np.random.default_rng(0)).paths
    assert honoured(stated, drawn)
    assert (drawn[:, 21] == 0).all()
    assert 80 < np.median(drawn[:, 26]) < 125


def test_variances_of_simulated_series_are_recovered_within_their_prior_spread():
    prior = structural.population_prior()
    n, truth = 120, prior.mean[:6] + np.array([0.8, -0.5, 0.0, 0.0, 1.0, -0.5])
    covariance = np.tensordot(np.exp(truth), structural.kernels(n, prior.damping, prior.season_shape), 1)
    root = np.linalg.cholesky(covariance + 1e-12 * np.eye(n))
    rng = np.random.default_rng(7)
    found = []
    for _ in range(20):
        x = np.exp(5 + root @ rng.standard_normal(n))
        stated = bounds.statements(np.eye(n), np.zeros((n, n)), x, x)
        found.append(structural.fit(stated).log_variances)
    centre, spread = np.mean(found, axis=0), np.std(found, axis=0) / np.sqrt(20)
    noise_level_season = [0, 1, 4]
    assert np.all(np.abs(centre - truth)[noise_level_season] < 0.5 + 3 * spread[noise_level_season])


def test_the_gradient_of_the_fit_is_the_slope_of_its_loss(monkeypatch):
    losses = []
    keep = structural.minimize
    monkeypatch.setattr(structural, "minimize", lambda fun, x, **kw: losses.append(fun) or keep(fun, x, **kw))
    structural.fit(told(WIDE[2], 12))
    loss = losses[0]
    at = np.linspace(-0.4, 0.5, 6)
    steps = 1e-5 * np.eye(len(at))
    slope = [(loss(at + step)[0] - loss(at - step)[0]) / 2e-5 for step in steps]
    np.testing.assert_allclose(loss(at)[1], slope, rtol=1e-4, atol=1e-5)


def test_the_same_seed_gives_the_same_paths():
    stated = told(WIDE[2])
    first, second = (structural.draw(structural.fit(stated), 200, np.random.default_rng(5)).paths for _ in range(2))
    assert np.array_equal(first, second)


def test_contradictions_are_found_and_changes_give_way_before_levels():
    stated = told([((0,), None, 9.5, 10.5), ((1,), None, 19.5, 20.5), ((1,), (0,), 0.995, 1.005)])
    stretch = bounds.stretch_needed(stated)
    assert (stretch > 0).tolist() == [False, False, True]
    assert stretch[2] == pytest.approx(19.5 / 10.5 - 1.005, abs=0.2)


def test_the_coarsest_of_contradictory_levels_gives_way():
    stated = told([(range(2), None, 99.99, 100.01), ((0,), None, 39.5, 40.5), ((1,), None, 49.9, 50.1)])
    assert (bounds.stretch_needed(stated) > 0).tolist() == [False, True, False]


def test_statements_that_agree_need_no_stretch():
    stated = told([*WIDE[1], ((0, 1), (2,), 1.0, 3.0)])
    assert not bounds.stretch_needed(stated).any()


def test_the_range_of_a_month_follows_from_the_sums_around_it():
    stated = told([(range(5), None, 49.9, 50.1), (range(4), None, 39.9, 40.1)])
    low, high = bounds.month_range(stated, [4])[0]
    assert (low, high) == (pytest.approx(9.8), pytest.approx(10.2))


def test_one_month_far_out_of_line_hardly_moves_the_forecast():
    rng = np.random.default_rng(0)
    x = 100 * np.exp(0.02 * rng.standard_normal(60))
    x[57] = 400.0
    weights = np.eye(60, 66)
    fitted = structural.fit(bounds.statements(weights, np.zeros_like(weights), x, x))
    ahead = structural.draw(fitted, 400, np.random.default_rng(1)).paths[:, 60:]
    assert fitted.extra_noise[57] > 0.1
    assert np.all(np.abs(np.median(ahead, axis=0) / 100 - 1) < 0.1)
