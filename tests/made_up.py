"""Series and methods whose scores can be worked out by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd


def months(n=84, seed=0, noise=0.05):
    rng, t = np.random.default_rng(seed), np.arange(n)
    z = 5 + 0.004 * t + 0.2 * np.sin(2 * np.pi * t / 12) + noise * rng.normal(size=n)
    return pd.Series(np.exp(z), index=pd.period_range("2018-01", periods=n, freq="M"))


TRUTH = months()


def knows(shift=0.0, spread=0.0):
    """A method that knows the outturns of TRUTH, and forecasts them `shift` too low with a spread of `spread`."""

    def method(y, horizon, paths, seed):
        ahead = TRUTH[y.index[-1] + 1 : y.index[-1] + horizon].to_numpy() - shift
        return SimpleNamespace(point=ahead, paths=ahead + np.linspace(-spread, spread, paths)[:, None], fallback="")

    return method


FLAT = pd.Series(10.0, index=pd.period_range("2018-01", "2023-12", freq="M"))


def either(low, high):
    """Half of the paths stay at `low` times the last month, half at `high` times."""

    def method(y, horizon, paths, seed):
        drawn = np.full((paths, horizon), low * y.iloc[-1])
        drawn[paths // 2 :] = high * y.iloc[-1]
        return SimpleNamespace(point=drawn.mean(axis=0), paths=drawn, fallback="")

    return method
