"""An outlook made by hand: known months, plausible paths, no model. Charts are tested on it."""

import numpy as np
import pandas as pd

from ezlib.outlook import Outlook
from ezlib.periods import BOARD, CALENDAR, month_bounds


def lao_cai(paths=400, spread=1.0, as_of="2025-05-31") -> Outlook:
    """Trade of the Lào Cai board as published up to May 2025: a year's total, a year to date, one month, one change."""
    rng = np.random.default_rng(7)
    index = pd.period_range("2024-01", "2026-12", freq="M")
    level = np.r_[130, 140, 152, 168, 235, 275, 297, 297, 288, 263, 235, 203, 128, 120, 112, 113.4, 150.83]
    level = np.r_[level, 160, 164, 162, 161, 159, 157, 154, np.full(12, 158)]
    walk = rng.normal(0, 0.08 * spread, (paths, len(index))).cumsum(axis=1)
    noise = rng.normal(0, 0.15 * spread, (paths, len(index)))
    # Uncertainty is pinned at April and May 2025, as their facts do.
    walk = walk - walk[:, [16]]
    draws = level * np.exp(walk * np.minimum(1, np.abs(np.arange(36) - 16) / 3) ** 0.5 + noise)
    draws[:, 15], draws[:, 16] = rng.uniform(113.0, 113.85, paths), rng.uniform(150.825, 150.835, paths)
    draws[:, :12] *= rng.uniform(2785, 2795, (paths, 1)) / draws[:, :12].sum(axis=1, keepdims=True)
    early = rng.uniform(625.905, 625.915, paths) - draws[:, 15] - draws[:, 16]
    draws[:, 12:15] *= (early / draws[:, 12:15].sum(axis=1))[:, None]
    status = ["estimated"] * 15 + ["derived", "reported"] + ["forecast"] * 19
    facts = [
        ("2024-01", "2024-12", 2790, 5),
        ("2025-01", "2025-05", 625.91, 0.005),
        ("2025-05", "2025-05", 150.83, 0.005),
    ]
    return _stand_in("lao-cai/trade_total/board", "million_usd", "2025-05", as_of, index, draws, status, facts)


def complete(last="2025-02", months=50, unit="million_usd") -> Outlook:
    """A national series with every month published, and ten months of forecast."""
    rng = np.random.default_rng(11)
    end = pd.Period(last, "M")
    index = pd.period_range(end - months + 1, f"{end.year + 1}-12", freq="M")
    history = np.round(30000 * 1.006 ** np.arange(months) * (1 + 0.08 * np.sin(np.arange(months))), 0)
    ahead = len(index) - months
    draws = np.tile(np.r_[history, np.full(ahead, history[-1])], (300, 1))
    draws[:, months:] *= np.exp(rng.normal(0, 0.03, (300, ahead)).cumsum(axis=1))
    status = ["reported"] * months + ["forecast"] * ahead
    facts = [(str(m), str(m), v, 0.5) for m, v in zip(index[:months], history, strict=True)]
    return _stand_in("viet-nam/trade_export/national", unit, last, None, index, draws, status, facts)


def annual_only() -> Outlook:
    """Two years known only as totals: every month an estimate with wide intervals."""
    rng = np.random.default_rng(3)
    index = pd.period_range("2024-01", "2026-12", freq="M")
    draws = np.exp(rng.normal(np.log(30), 0.9, (400, 36)))
    draws[:, :12] *= 350 / draws[:, :12].sum(axis=1, keepdims=True)
    draws[:, 12:24] *= 410 / draws[:, 12:24].sum(axis=1, keepdims=True)
    status = ["estimated"] * 24 + ["forecast"] * 12
    facts = [("2024-01", "2024-12", 350, 0.5), ("2025-01", "2025-12", 410, 0.5)]
    return _stand_in("lai-chau/trade_total/board", "million_usd", "2025-12", "2026-01-31", index, draws, status, facts)


def _stand_in(series, unit, month, as_of, index, draws, status, facts) -> Outlook:
    paths = pd.DataFrame(draws, columns=index)
    status = pd.Series(status, index)
    printed = {pd.Period(first, "M"): float(value) for first, last, value, _ in facts if first == last}
    calendar = BOARD if series.startswith("lao-cai") else CALENDAR
    rows = [
        {
            "start": month_bounds(first, calendar)[0],
            "end": month_bounds(last, calendar)[1],
            "value": float(value),
            "half_width": half_width,
            "soft_sd": 0.0,
            "relaxed": False,
            "published": pd.Timestamp(as_of),
        }
        for first, last, value, half_width in facts
    ]
    last = pd.Period(month, "M")
    printed = pd.Series(printed, dtype=float).reindex(index)
    when = pd.Timestamp(as_of) if as_of else None
    about = {"series": series, "unit": unit, "month": last, "as_of": when, "calendar": calendar}
    return Outlook(paths, status, pd.DataFrame(rows), printed, last, 400.0, **about)
