"""CPU seconds of a fit and of the paths, on one thread, against the length of the history.

python benchmarks/cost.py
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
from common import dated, keep

from ezlib import bounds, structural
from ezlib.outlook import forecast

LENGTHS = (24, 36, 60, 120)
REPEATS = 15
AHEAD = 24


def simulated(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    season = 0.2 * np.sin(2 * np.pi * np.arange(n) / 12)
    return np.exp(6 + np.cumsum(0.03 * rng.standard_normal(n)) + season + 0.05 * rng.standard_normal(n))


def seconds(action) -> float:
    began = time.process_time()
    action()
    return time.process_time() - began


def one(n: int, seed: int) -> dict[str, float]:
    y = simulated(n, seed)
    weights = np.eye(n, n + AHEAD)
    stated = bounds.statements(weights, np.zeros_like(weights), y, y)
    kept = []
    fit = seconds(lambda: kept.append(structural.fit(stated)))
    draw = seconds(lambda: structural.draw(kept[0], 1000, np.random.default_rng(0)))
    return {"fit": fit, "paths": draw, "forecast": seconds(lambda: forecast(dated(y), AHEAD))}


def main() -> None:
    found = {}
    for n in LENGTHS:
        one(n, 0)  # kernels are kept from the first call of a length
        found[f"{n} months"] = pd.DataFrame([one(n, seed) for seed in range(REPEATS)]).median().to_dict()
    keep("cost", found)


if __name__ == "__main__":
    main()
