"""Months that move a series more than others: found where they are, and not where they are not."""

import numpy as np
import pytest
from test_structural import told

from ezlib import draws, linearised, structural, variances, volatility

YEARS = 10
MONTHS = 12 * YEARS


def series(noise, level=0.0, seed=0) -> np.ndarray:
    """Logarithms of months with a season, `noise` of each month, steps of the `level` into it."""
    rng = np.random.default_rng(seed)
    season = 0.2 * np.sin(2 * np.pi * np.arange(MONTHS) / 12)
    return season + np.cumsum(level * rng.standard_normal(MONTHS)) + noise * rng.standard_normal(MONTHS)


def stated(logs) -> list:
    return [((month,), None, value, value) for month, value in enumerate(100 * np.exp(logs))]


def posterior_of(logs):
    n, prior = len(logs), variances.population_prior()
    stack, prior = structural._with_regressors(n, prior, None)
    fixed = structural.DIFFUSE + linearised.JITTER * np.eye(n)
    posterior = variances.Posterior(stack, logs - logs.mean(), fixed, prior)
    return posterior, variances.most_likely(posterior, variances.guess(posterior))


def found(noise, level=0.0, seeds=12) -> volatility.Volatility:
    """Geometric mean of what several such series are found to have."""
    each = [volatility.find(*posterior_of(series(noise, level, seed)), np.eye(MONTHS)) for seed in range(seeds)]
    return volatility.Volatility(
        *(np.exp(np.mean([np.log(getattr(one, name)) for one in each], axis=0)) for name in ("noise", "level"))
    )


def test_months_that_are_alike_are_found_to_be():
    same = found(np.full(MONTHS, 0.08), 0.02)
    assert np.abs(np.log(same.noise)).max() < 0.35 and np.abs(np.log(same.level)).max() < 0.35


def test_a_noisy_month_of_the_year_has_more_noise_and_no_wilder_level():
    is_february = np.arange(MONTHS) % 12 == 1
    unlike = found(np.where(is_february, 0.24, 0.06))
    assert unlike.noise[is_february].min() > 1.6 * unlike.noise[~is_february].max()
    assert np.ptp(np.log(unlike.level)) < 0.35


@pytest.mark.parametrize("what", ["noise", "level"])
def test_a_wild_time_is_told_from_a_calm_one_whichever_part_is_wild(what):
    size = np.where(np.arange(MONTHS) < MONTHS // 2, 0.12, 0.03)
    wild = found(size) if what == "noise" else found(np.full(MONTHS, 0.02), size)
    early, late = (slice(12, MONTHS // 2 - 12), slice(MONTHS // 2 + 12, MONTHS))
    for factors in (wild.noise, wild.level):
        assert np.median(factors[early]) > 1.5 * np.median(factors[late])


def test_months_ahead_come_back_to_the_usual():
    logs = series(np.where(np.arange(MONTHS) < MONTHS - 36, 0.03, 0.12))
    posterior, v = posterior_of(logs)
    ahead = volatility.find(posterior, v, np.eye(MONTHS, MONTHS + 240)).level[MONTHS:]
    usual = np.exp(posterior.prior.volatility**2 / 2)  # the mean of a log-normal about 1
    assert ahead[0] > 1.2 * usual and np.all(np.diff(ahead) < 0)
    assert ahead[-1] == pytest.approx(usual, rel=1e-3)


def test_the_score_is_the_slope_of_the_density():
    rng, months, rows = np.random.default_rng(1), 8, 6
    h = np.eye(rows, months) + np.eye(rows, months, 1)  # sums of two months
    usual, logs = np.array([0.3, 0.2]), rng.normal(0, 0.4, (2, months))
    base, residual = np.eye(rows), rng.standard_normal(rows)
    steps = np.cumsum(h[:, ::-1], axis=1)[:, ::-1] * (np.arange(months) > 0)

    def density(at):
        excess = usual[:, None] * np.expm1(at.reshape(2, months))
        held = base + (h * excess[0]) @ h.T + (steps * excess[1]) @ steps.T
        return -0.5 * (np.linalg.slogdet(held)[1] + residual @ np.linalg.solve(held, residual))

    score, information = volatility.score_and_information(base, residual, h, usual, logs)
    for place, shift in enumerate(1e-5 * np.eye(2 * months)):
        slope = (density(logs.ravel() + shift) - density(logs.ravel() - shift)) / 2e-5
        assert score[place] == pytest.approx(slope, abs=1e-6)
    assert np.linalg.eigvalsh(information).min() > -1e-12


def test_kernels_of_months_that_are_alike_are_those_of_the_model():
    prior = variances.population_prior()
    usual = structural.kernels(30, prior.damping, prior.season_shape)
    ones = np.ones(30)
    assert np.allclose(volatility.Volatility(ones, ones).kernels(usual), usual)
    twice = volatility.Volatility(ones, 2 * ones).kernels(usual)
    assert np.allclose(twice[volatility.LEVEL], 2 * usual[volatility.LEVEL])
    assert np.array_equal(twice[2:], usual[2:])


def test_a_forecast_is_wider_where_the_month_of_the_year_is_noisy():
    is_february = np.arange(MONTHS) % 12 == 1
    widths = []
    for seed in range(6):
        fit = structural.fit(told(stated(series(np.where(is_february, 0.24, 0.06), seed=seed)), MONTHS + 12))
        paths = draws.draw(fit, 1000, np.random.default_rng(0)).paths[:, MONTHS:]
        low, high = np.quantile(np.log(paths), [0.1, 0.9], axis=0)
        widths.append(high - low)
    width = np.mean(widths, axis=0)
    assert width[1] > 1.1 * np.delete(width, 1).max()


def test_three_years_of_months_count_as_alike():
    few = volatility.FEWEST - 1
    rows = stated(series(np.full(MONTHS, 0.05)))
    for months, alike in ((few, True), (few + 1, False)):
        fit = structural.fit(told(rows[:months], months))
        stack, _ = structural._with_regressors(months, variances.population_prior(), None)
        usual = structural._covariance(stack, fit.log_variances, np.zeros((months, months)))
        assert not fit.shocks and np.allclose(fit.covariance, usual) == alike
