"""The structural model: what it is told holds in every path, and what it draws has the distribution it claims."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from threadpoolctl import threadpool_info, threadpool_limits

from ezlib import bounds, draws, structural, variances
from ezlib.outlook import forecast

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


def independent_months(fitted, sd):
    """The same facts under a prior of independent log-normal months."""
    covariance = np.eye(len(fitted.mode)) * sd**2
    known = {"alternatives": covariance[None], "weights": np.ones(1)}
    return replace(fitted, centre=0.0, spread=1.0, tail=np.inf, lean=0.0, **known)


def small_model(rows, sd, n, seed=0, count=4000):
    """Draws under a prior of independent log-normal months, so that plain rejection can check them."""
    stated = told(rows, n)
    fitted = independent_months(structural.fit(stated), sd)
    return stated, draws.draw(fitted, count, np.random.default_rng(seed)).paths


def rejected(stated, sd, n, count=2_000_000):
    x = np.exp(sd * np.random.default_rng(99).standard_normal((count, n)))
    values = said(stated, x)
    return x[np.all((values >= stated.lower) & (values <= stated.upper), axis=1)]


WIDE = [
    [((0, 1, 2), None, 2.5, 3.5)],
    [((0,), None, 1.0, 1.3), ((0, 1, 2), None, 3.0, 3.4)],
    [((0, 1), None, 1.5, 2.5), ((2, 3), (0, 1), 1.2, 1.4), ((0,), None, 0.7, 1.6)],
    [((0,), None, 0.8, 1.2), ((1,), None, 0.8, 1.2), ((0, 1), None, 2.1, 2.3)],
    [((0,), None, 0.6, 1.4), ((1,), None, 0.6, 1.4), ((0, 1), None, 2.1, 2.12)],  # a sum firmer than its months
    [((0,), None, 0.4, 1.6), ((1,), None, 0.2, 0.6), ((0, 1), None, 1.5, 1.53)],  # a small remainder of one
    [((0,), None, 0.7, 1.3), ((1,), None, 0.7, 1.4), ((1,), (0,), 1.09, 1.10)],  # a change firmer than its months
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
    fitted = independent_months(structural.fit(stated), sd)
    paths = draws.draw(fitted, 4000, np.random.default_rng(3)).paths
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


def test_estimated_months_share_out_an_exact_sum_by_their_likelihood():
    rows = [((0,), None, 1.0, 1.0), ((1,), None, 1.0, 1.0), ((2,), None, 1.0, 1.0), ((0, 1, 2), None, 3.2, 3.201)]
    stated = replace(told(rows, 3), soft_sd=np.array([0.2, 0.2, 0.1, 0.0]))
    drawn = draws.draw(independent_months(structural.fit(stated), 0.5), 4000, np.random.default_rng(3))
    x = np.exp(0.5 * np.random.default_rng(4).standard_normal((2_000_000, 2)))
    x = np.column_stack([x, 3.2005 - x.sum(axis=1)])
    x = x[x[:, 2] > 0]  # by its density at the remainder, and by what the estimates say
    lost = (np.log(x[:, 2]) / 0.5) ** 2 + 2 * np.log(x[:, 2]) + ((np.log(x) / [0.2, 0.2, 0.1]) ** 2).sum(axis=1)
    weight = np.exp(-0.5 * lost)
    truth = x[np.random.default_rng(5).choice(len(x), 20_000, p=weight / weight.sum())]
    assert honoured(stated.take([3]), drawn.paths) and drawn.effective > 2000
    for month in range(3):
        for q in (0.1, 0.5, 0.9):
            below = (drawn.paths[:, month] <= np.quantile(truth[:, month], q)).mean()
            assert abs(below - q) < 4 * np.sqrt(q * (1 - q) / 1500)


SOFT = {
    "a change of coarse months": ([((0,), None, 0.75, 1.25), ((1,), None, 0.75, 1.25), ((1,), (0,), 1.3, 1.3)], 0.025),
    "a sum of coarse months": ([((0,), None, 0.6, 1.4), ((1,), None, 0.6, 1.4), ((0, 1), None, 2.3, 2.3)], 0.01),
}


@pytest.mark.parametrize(("rows", "sd"), SOFT.values(), ids=SOFT)
def test_estimates_firmer_than_the_months_they_are_of_have_the_distribution_that_rejection_gives(rows, sd):
    stated = replace(told(rows, 2), soft_sd=np.array([0.0, 0.0, sd]))
    drawn = draws.draw(independent_months(structural.fit(stated), 0.5), 4000, np.random.default_rng(1))
    x = rejected(stated.take([0, 1]), 0.5, 2)
    miss = np.log(said(stated, x)[:, 2] / rows[2][2]) / np.hypot(sd, 1e-9)
    weight = np.exp(-0.5 * miss**2)
    truth = x[np.random.default_rng(5).choice(len(x), 40_000, p=weight / weight.sum())]
    assert honoured(stated.take([0, 1]), drawn.paths) and drawn.effective > 2000
    for month in range(2):
        for q in (0.1, 0.5, 0.9):
            below = (drawn.paths[:, month] <= np.quantile(truth[:, month], q)).mean()
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
    drawn = draws.draw(structural.fit(stated), 500, np.random.default_rng(1))
    assert honoured(stated, drawn.paths)
    assert drawn.effective > 100


def test_closed_months_keep_what_was_printed_and_leave_the_level_alone():
    rows = [((t,), None, 99.5, 100.5) for t in range(20)] + [((20,), None, 0.0, 0.5), ((21,), None, 0.0, 0.0)]
    stated = told([*rows, ((22,), None, 99.5, 100.5)], 30)
    drawn = draws.draw(structural.fit(stated), 400, np.random.default_rng(0)).paths
    assert honoured(stated, drawn)
    assert (drawn[:, 21] == 0).all()
    assert 80 < np.median(drawn[:, 26]) < 125


def test_variances_of_simulated_series_are_recovered_within_their_prior_spread():
    prior = variances.population_prior()
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


def some_posterior(seed=3, m=9):
    """The posterior of sums and changes of random months, with kernels as they see them."""
    rng, prior = np.random.default_rng(seed), variances.population_prior()
    h = rng.random((m, MONTHS)) * (rng.random((m, MONTHS)) < 0.3)
    stack = structural.kernels(MONTHS, prior.damping, prior.season_shape)
    small = replace(prior, names=prior.names[:6], mean=prior.mean[:6], root=prior.root[:6, :6])
    return variances.Posterior(h @ stack @ h.T, rng.normal(0, 0.3, m), np.diag(rng.random(m) * 0.01), small)


def test_the_gradient_and_the_curvature_of_the_posterior_are_those_of_its_loss():
    posterior = some_posterior()
    at = np.linspace(-0.4, 0.5, 6)
    steps = 1e-5 * np.eye(len(at))
    loss, gradient, information = posterior.expand(at)
    slope = [(posterior.loss(at + step) - posterior.loss(at - step)) / 2e-5 for step in steps]
    np.testing.assert_allclose(gradient, slope, rtol=1e-4, atol=1e-5)
    bend = [(posterior.expand(at + step)[1] - posterior.expand(at - step)[1]) / 2e-5 for step in steps]
    np.testing.assert_allclose(posterior.curvature(at), bend, rtol=1e-4, atol=1e-5)
    assert loss == posterior.loss(at)
    some = np.stack([at, 2 * at, at[::-1]])
    np.testing.assert_allclose(posterior.losses(some), [posterior.loss(one) for one in some], rtol=1e-9)
    assert np.linalg.eigvalsh(information).min() >= 1 - 1e-9


@pytest.mark.parametrize("seed", range(8))
def test_the_search_ends_at_the_mode_that_a_general_optimiser_finds(seed):
    posterior = some_posterior(seed, m=14)
    found = variances.most_likely(posterior, np.zeros(6))
    general = minimize(lambda v: posterior.expand(v)[:2], np.zeros(6), jac=True, method="BFGS", options={"gtol": 1e-7})
    assert abs(posterior.loss(found) - general.fun) < 1e-3
    np.testing.assert_allclose(found, general.x, atol=0.03)


@pytest.mark.parametrize("size", [0.003, 0.1, 1.5])
def test_the_search_begins_near_its_end_whatever_the_size_of_the_variances(size):
    prior, n = variances.population_prior(), 48
    stack = structural.kernels(n, prior.damping, prior.season_shape)
    prior = replace(prior, names=prior.names[:6], mean=prior.mean[:6], root=prior.root[:6, :6])
    steps = size * np.random.default_rng(9).standard_normal(n)
    posterior = variances.Posterior(stack, steps - steps.mean(), structural.DIFFUSE + 1e-9 * np.eye(n), prior)
    start, nowhere = variances.guess(posterior), np.zeros(6)
    found = variances.most_likely(posterior, start)
    np.testing.assert_allclose(found, variances.most_likely(posterior, nowhere), atol=0.02)
    lost = [posterior.loss(at) - posterior.loss(found) for at in (start, nowhere)]
    assert lost[0] < 0.5 * lost[1]


def test_variances_without_a_density_are_told():
    posterior = some_posterior()
    with pytest.raises(np.linalg.LinAlgError, match="no density"):
        variances.most_likely(variances.Posterior(0 * posterior.kernels, posterior.residual, -posterior.fixed,
                                                  posterior.prior), np.zeros(6))  # fmt: skip


def test_a_handful_of_paths_are_different_ones_but_for_one_at_most():
    stated = told(WIDE[2])
    for count in (2, 5, 13):
        paths = draws.draw(structural.fit(stated), count, np.random.default_rng(5)).paths
        assert honoured(stated, paths)
        assert len(np.unique(paths[:, :3], axis=0)) >= count - 1


def test_the_same_seed_gives_the_same_paths():
    stated = told(WIDE[2])
    first, second = (draws.draw(structural.fit(stated), 200, np.random.default_rng(5)).paths for _ in range(2))
    assert np.array_equal(first, second)


def steady(n=60, sd=0.02, seed=0):
    return 100 * np.exp(sd * np.random.default_rng(seed).standard_normal(n))


def complete(x, ahead=6):
    weights = np.eye(len(x), len(x) + ahead)
    return structural.fit(bounds.statements(weights, np.zeros_like(weights), x, x))


def ahead_of(fitted, count=400):
    told = int(fitted.view.touched.sum())
    return draws.draw(fitted, count, np.random.default_rng(1)).paths[:, told:]


def test_one_month_far_out_of_line_hardly_moves_the_forecast():
    x = steady()
    x[50] = 400.0
    fitted = complete(x)
    assert [(shock.month, shock.kind) for shock in fitted.shocks] == [(50, "passing")]
    assert fitted.shocks[0].variance > 0.1
    assert np.all(np.abs(np.median(ahead_of(fitted), axis=0) / 100 - 1) < 0.1)


def test_a_level_that_moves_for_good_is_one_lasting_shock_and_carries_the_forecast():
    x = steady()
    x[40:] *= 2
    fitted = complete(x)
    assert [(shock.month, shock.kind) for shock in fitted.shocks] == [(40, "lasting")]
    assert np.all(np.abs(np.median(ahead_of(fitted), axis=0) / 200 - 1) < 0.1)


def test_nothing_tells_whether_a_shock_in_the_last_month_will_last():
    x = steady()
    x[-1] = 200.0
    fitted = complete(x)
    assert fitted.shocks[-1].kind == "open"
    median, upper = np.median(ahead_of(fitted), axis=0), np.quantile(ahead_of(fitted), 0.9, axis=0)
    assert np.all((median > 110) & (median < 180))
    assert np.all(upper > 130)


def test_steady_months_hold_no_shock_that_matters():
    granted = [shock.variance for seed in range(5) for shock in complete(steady(seed=seed)).shocks]
    assert sum(granted) < 0.02**2


def test_a_dated_closure_does_not_poison_what_follows():
    x = steady(48)
    x[20:24] *= 0.3
    months = np.arange(60)
    weights = np.eye(48, 60)
    closed = ((months >= 20) & (months < 24)).astype(float)[:, None]
    stated = bounds.statements(weights, np.zeros_like(weights), x, x)
    told_of, untold = structural.fit(stated, events=closed), structural.fit(stated)
    assert not told_of.shocks
    assert {shock.kind for shock in untold.shocks} == {"lasting"}
    width = [np.ptp(np.quantile(np.log(ahead_of(f)), [0.1, 0.9], axis=0), axis=0).mean() for f in (told_of, untold)]
    assert width[0] < width[1]
    assert np.all(np.abs(np.median(ahead_of(told_of), axis=0) / 100 - 1) < 0.1)


@pytest.mark.parametrize("growth", [1.02, 1.04])
def test_growth_that_has_gone_on_for_years_goes_on(growth):
    trend = np.log(growth) * np.arange(72)
    kept = []
    for seed in range(4):
        x = 100 * np.exp(trend[:60] + 0.03 * np.random.default_rng(seed).standard_normal(60))
        kept.append(np.log(np.median(ahead_of(complete(x, 12)), axis=0)[-1] / 100) - trend[59])
    assert np.mean(kept) / (12 * np.log(growth)) == pytest.approx(1, abs=0.25)


def spread_of(logs):
    months = np.exp(logs)
    return structural.fit(told([((t,), None, x, x) for t, x in enumerate(months)], len(months))).spread


def test_what_strayed_of_late_strays_on():
    calm_then_wild = np.repeat([0.02, 0.08], [48, 12]) * np.random.default_rng(3).standard_normal(60)
    assert spread_of(calm_then_wild) > 1.2 * spread_of(calm_then_wild[::-1])


def test_a_month_out_of_line_widens_what_follows_when_it_was_the_last():
    logs = 0.02 * np.random.default_rng(3).standard_normal(60)
    early, late = (spread_of(logs + 0.5 * (np.arange(60) == t)) for t in (30, 59))
    assert late > 1.2 * early > 1.2 * spread_of(logs)


def test_wild_series_are_expected_to_calm_down_and_steady_ones_not_to_stay_so():
    luck = np.random.default_rng(4).standard_normal(60)
    steady, usual, wild = (spread_of(size * luck) for size in (0.01, 0.05, 0.5))
    assert steady > usual > wild
    assert 0.6 < wild / steady < 0.9


def test_paths_of_a_steady_series_reach_farther_down_than_up_and_those_of_a_wild_one_as_far():
    luck = np.random.default_rng(4).standard_normal(60)
    reach = {}
    for size in (0.01, 0.5):
        fitted = complete(np.exp(size * luck), 12)
        leaning, upright = (ahead_of(each, 4000)[:, -1] for each in (fitted, replace(fitted, lean=0.0)))
        low, middle, high = np.log(np.quantile(leaning, [0.025, 0.5, 0.975]))
        assert middle == pytest.approx(np.log(np.median(upright)), abs=0.01 * (high - low))
        reach[size] = (middle - low) / (high - middle)
    assert reach[0.01] > 1.2
    assert reach[0.5] == pytest.approx(1, abs=0.05)


def test_paths_stand_upright_where_months_are_too_few_to_tell_how_steady_they_are():
    months = np.exp(0.01 * np.random.default_rng(4).standard_normal(12))
    assert complete(months).lean > 0
    assert complete(months[1:]).lean == 0
    assert structural.fit(told([(range(12), None, 99, 101), (range(12, 24), None, 99, 101)])).lean == 0


def month_rows(months, half=0.0):
    return [((t,), None, x * (1 - half), x * (1 + half)) for t, x in enumerate(months)]


@pytest.mark.parametrize("rounded", [False, True])
def test_the_width_of_a_coming_total_hardly_hangs_on_the_seed(rounded):
    months = 100 * np.exp(0.1 * np.random.default_rng(5).standard_normal(48))
    rows = month_rows(months, 0.005 * rounded)
    rows += [(range(36, 48), None, sum(months[36:]) * 0.999, sum(months[36:]) * 1.001)] * rounded
    fitted = structural.fit(told(rows, 60))
    widths = []
    for seed in range(40):
        totals = draws.draw(fitted, 500, np.random.default_rng(seed)).paths[:, 48:].sum(axis=1)
        widths.append(np.diff(np.log(np.quantile(totals, [0.1, 0.9])))[0])
    assert np.std(widths) < 0.043 * np.mean(widths)  # 0.06 where the main direction is drawn like the others


def test_spread_is_that_of_months_however_often_stated_and_in_whatever_order():
    months = np.exp(0.1 * np.random.default_rng(6).standard_normal(36))
    rows = month_rows(months)
    once = structural.fit(told(rows)).spread
    assert structural.fit(told(rows[::-1])).spread == pytest.approx(once, rel=1e-3)
    year = month_rows(months[:10], 0.01)
    assert structural.fit(told([*year, *month_rows(months[:10], 0.02), *month_rows(months[:10], 0.03)], 12)).spread == (
        variances.population_prior().spread
    )
    twice = structural.fit(told([*month_rows(months, 1e-4), *month_rows(months, 2e-4)])).spread
    assert twice == pytest.approx(once, rel=0.03)


def test_the_spread_does_not_hang_on_whether_the_first_month_held_the_feast():
    held = np.isin(np.arange(66), [5, 18, 29, 42, 53])  # now in one month of the year, now in the next
    months = np.exp(0.05 * np.random.default_rng(7).standard_normal(66)) * np.where(held, 1.8, 1.0)
    spreads = [
        structural.fit(told(month_rows(months[t:]), 66 - t), regressors=held[t:, None] * 1.0).spread for t in (4, 5, 6)
    ]
    assert np.ptp(spreads) < 0.05 * np.mean(spreads)


def test_few_months_leave_the_variances_open_and_the_paths_wider_for_it():
    fitted = complete(steady(14))
    assert fitted.weights.sum() == pytest.approx(1)
    assert (fitted.weights > 0).all()
    sure = replace(fitted, alternatives=fitted.covariance[None], weights=np.ones(1))
    narrow, wide = (
        np.ptp(np.quantile(np.log(ahead_of(f, 2000)), [0.025, 0.975], axis=0), axis=0) for f in (sure, fitted)
    )
    assert (wide > 1.1 * narrow).all()


def test_months_drawn_from_the_model_itself_are_covered_as_often_as_stated():
    prior, n, ahead = variances.population_prior(), 18, 6
    stack = structural.kernels(n + ahead, prior.damping, prior.season_shape)
    rng, held = np.random.default_rng(11), []
    for _ in range(150):
        u = prior.mean[:6] + prior.root[:6, :6] @ rng.standard_normal(6)
        covariance = np.tensordot(np.exp(u), stack, 1) + 1e-10 * np.eye(n + ahead)
        x = np.exp(5 + np.linalg.cholesky(covariance) @ rng.standard_normal(n + ahead))
        low, high = np.quantile(ahead_of(complete(x[:n], ahead), 200), [0.1, 0.9], axis=0)
        held.append(np.mean((x[n:] >= low) & (x[n:] <= high)))
    # months of one series hang together: the sd of a mean over series, four of them as bound
    assert abs(np.mean(held) - 0.8) < 4 * np.std(held) / np.sqrt(len(held))


def test_threads_at_once_leave_the_users_setting_and_give_the_same_bits():
    def blas_threads():
        return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]

    y = pd.Series(np.exp(np.random.default_rng(5).normal(4, 0.2, 90)), pd.period_range("2016-01", periods=90, freq="M"))
    with ThreadPoolExecutor(1) as setter:  # the thread that sets a limit must be gone, or no other may change it
        limit = setter.submit(threadpool_limits, 2, "blas").result()
    before = blas_threads()
    alone = forecast(y, 12, paths=50).paths
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: forecast(y, 12, paths=50).paths, range(12)))
    after = blas_threads()
    limit.restore_original_limits()
    assert after == before
    assert all(paths.equals(alone) for paths in together)


def test_paths_do_not_hang_on_the_signs_that_a_library_gives_eigenvectors(monkeypatch):
    y = pd.Series(np.exp(np.random.default_rng(5).normal(4, 0.2, 40)), pd.period_range("2016-01", periods=40, freq="M"))
    usual, decompose = forecast(y, 12, paths=50).paths, np.linalg.eigh

    def turned(matrix):
        values, vectors = decompose(matrix)
        return values, vectors * np.where(np.arange(len(values)) % 3, 1, -1)[::-1]

    monkeypatch.setattr(np.linalg, "eigh", turned)
    assert forecast(y, 12, paths=50).paths.equals(usual)
