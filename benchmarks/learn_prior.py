"""Learn the population prior of the structural model from the M1 competition's monthly series.

    python benchmarks/learn_prior.py             print what is learned beside what is stored
    python benchmarks/learn_prior.py --write     and store it in ezlib/prior.json

Empirical Bayes: the mean and covariance of the log variances over series, by expectation and maximisation with a
Gaussian (Laplace) approximation of each series' posterior. Learned from training parts; the test parts of M1 stay for
choosing the settings. The learned spread is then sharpened, because the mode under a wide prior follows accidents.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from series import competition

from ezlib import closures, linearised, structural, variances
from ezlib.threads import one_thread

FILE = Path(variances.__file__).with_name("prior.json")
FEWEST, MOST = 30, 120
TURNS = 6
NAMES = ("noise", "level", "slope", "drift", "season", "season_walk")
START = np.array([-6.4, -7.5, -11.4, -11.3, -5.3, -8.7]), 2.0

# Settings beside the learned numbers; docs/methods.md tells how each was chosen.
GROWTH = 0.002  # a month; the training parts of M1 grew by 0.0036, what followed them by less
DAMPING = 0.94
HARMONIC_DECAY = 0.5  # weight of harmonic j is j to the minus this
SHARPEN = {"noise": 1.0, "level": 0.85, "slope": 0.3, "drift": 0.7, "season": 0.85, "season_walk": 0.6}
SHIFT = {"noise": 0.0, "level": -0.3, "slope": -0.6, "drift": 0.0, "season": 0.4, "season_walk": 0.4}
OUTLIER, SPREAD, SPREAD_TAIL = 3.0, 0.85, 6.0
YEAR_ON_YEAR, REGRESSION = 0.18, 0.15
LEAN, STEADY = 0.2, 0.14
VOLATILITY, VOLATILITY_LASTS, NOISY_MONTHS = 0.5, 24.0, 0.35
HOLIDAYS = -4.0, 1.0  # mean and sd; M1 has no dates, so these come from the Vietnamese development series


def season_shape() -> np.ndarray:
    """Weights of the six harmonics; together the variance of one month's effect is 11/12, as for free months."""
    weight = np.arange(1.0, 7.0) ** -HARMONIC_DECAY * [1, 1, 1, 1, 1, 0.5]
    return weight * (11 / 12) / weight.sum()


def wide() -> variances.Prior:
    """What learning begins with: variances that may be almost anything, and settings without any correction."""
    return variances.Prior(
        names=NAMES,
        mean=START[0],
        root=START[1] * np.eye(len(NAMES)),
        growth=GROWTH,
        damping=DAMPING,
        season_shape=tuple(season_shape()),
        outlier=OUTLIER,
        spread=1.0,
        spread_tail=np.inf,
        year_on_year=YEAR_ON_YEAR,
        regression=0.0,
        lean=0.0,
        steady=STEADY,
        volatility=VOLATILITY,
        volatility_lasts=VOLATILITY_LASTS,
        noisy_months=NOISY_MONTHS,
    )


def learn(series: list[np.ndarray], prior: variances.Prior) -> variances.Prior:
    """One turn: the mode and curvature of every series under `prior`, then their mean and covariance."""
    modes, spreads = [], []
    for z in series:
        stack = structural.kernels(len(z), prior.damping, prior.season_shape)
        fixed = structural.DIFFUSE + linearised.JITTER * np.eye(len(z))
        apart = z - prior.growth * np.arange(len(z))
        posterior = variances.Posterior(stack, apart - apart.mean(), fixed, prior)
        mode = variances.most_likely(posterior, np.zeros(len(NAMES)))
        modes.append(prior.mean + prior.root @ mode)
        spreads.append(prior.root @ np.linalg.inv(_kept_positive(posterior.curvature(mode))) @ prior.root.T)
    covariance = np.cov(np.array(modes).T, bias=True) + np.mean(spreads, axis=0)
    return replace(prior, mean=np.mean(modes, axis=0), root=np.linalg.cholesky(covariance))


def _kept_positive(curvature) -> np.ndarray:
    values, vectors = np.linalg.eigh(curvature)
    return (vectors * np.maximum(values, 0.3)) @ vectors.T


def _logs(y: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(y, closures.FLOOR * np.median(y[y > 0])))


def stored(prior: variances.Prior) -> dict:
    """What goes into the file: the learned prior sharpened and widened, and the settings."""
    covariance = np.zeros((len(NAMES) + 1, len(NAMES) + 1))
    sharper = np.array([SHARPEN[name] for name in NAMES])
    covariance[:-1, :-1] = sharper[:, None] * (prior.root @ prior.root.T) * sharper
    covariance[-1, -1] = HOLIDAYS[1] ** 2
    mean = prior.mean + [SHIFT[name] for name in NAMES]
    return {
        "about": "Population prior of the log variances of the structural model, and the settings learned with it; "
        "see docs/methods.md",
        "source": "M1 competition, monthly series, training parts; made by benchmarks/learn_prior.py",
        "names": [*prior.names, "holidays"],
        "mean": [*np.round(mean, 3).tolist(), HOLIDAYS[0]],
        "covariance": np.round(covariance, 4).tolist(),
        "growth": GROWTH,
        "damping": DAMPING,
        "season_shape": np.round(season_shape(), 5).tolist(),
        "outlier": OUTLIER,
        "spread": SPREAD,
        "spread_tail": SPREAD_TAIL,
        "year_on_year": YEAR_ON_YEAR,
        "regression": REGRESSION,
        "lean": LEAN,
        "steady": STEADY,
        "volatility": VOLATILITY,
        "volatility_lasts": VOLATILITY_LASTS,
        "noisy_months": NOISY_MONTHS,
    }


def main() -> None:
    series = [_logs(train[-MOST:]) for train, _ in competition("m1").values() if len(train) >= FEWEST]
    prior = wide()
    with one_thread():
        for turn in range(TURNS):
            prior = learn(series, prior)
            spread = np.sqrt(np.diag(prior.root @ prior.root.T))
            sys.stdout.write(f"turn {turn + 1}: mean {prior.mean.round(2)}, sd {spread.round(2)}\n")
    found = stored(prior)
    before = json.loads(FILE.read_text(encoding="utf-8"))
    sys.stdout.write(f"learned {found['mean']}\nstored  {before['mean']}\n")
    if "--write" in sys.argv:
        FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
