"""Scores of every forecast in the store, by collection and length of history, with the library's measures.

OWA comes from means over series as in the M4 competition. Intervals are 90 % bootstrap intervals over series, the same
draws for every method, so that differences are paired; two origins of one series stay together.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import series
import store
from common import keep, results

from ezlib import rivals, scores
from ezlib.evaluate import OURS

NAIVE = "Naive2"
MEAN, MEDIAN = "mean(ETS, DOTM, CES)", "median(ETS, ARIMA, DOTM, CES)"
FAMILIES = "mean of statsmodels' four"
COMBINED = {
    FAMILIES: (tuple(rivals.METHODS[name].name_en for name in rivals.COMBINED), np.mean),
    MEAN: (("AutoETS", "DOTM", "AutoCES"), np.mean),
    MEDIAN: (("AutoETS", "AutoARIMA", "DOTM", "AutoCES"), np.median),
}
MEASURES = ["smape", "mase", "coverage_80", "coverage_95", "msis"]
NAIVES = ["naive_smape", "naive_mase"]
DRAWS, LEVEL = 2000, 0.9
GAVE_WAY = ("failed", "exploded", "stands in")  # in the note of a forecast that does not name what stood in
PARTIAL = ("gaps filled", "held", "without", "near zero")


def combined(forecasts: dict[str, dict]) -> dict[str, dict]:
    """The forecasts of one case with the combinations of those that are there, months and interval ends alike."""
    made = {}
    for name, (members, middle) in COMBINED.items():
        if all(member in forecasts for member in members):
            parts = [forecasts[member] for member in members]
            made[name] = {key: middle([part[key] for part in parts], axis=0) for key in ("point", *store.ENDS)}
            made[name] |= {"seconds": sum(part["seconds"] for part in parts), "note": ""}
    return forecasts | made


def scored(case: series.Case, forecast: dict) -> dict[str, float]:
    """Scores of one forecast; intervals where it has any."""
    outturn, history = case.outturn, case.history.to_numpy()
    row = {
        "smape": scores.smape(outturn, forecast["point"]),
        "mase": scores.mase(outturn, forecast["point"], history),
        "seconds": forecast["seconds"],
        "gave_way": gave_way(forecast),
        "mended": any(word in forecast["note"] for word in PARTIAL),
    }
    if "lower_95" in forecast:
        for level in ("80", "95"):
            ends = forecast[f"lower_{level}"], forecast[f"upper_{level}"]
            row[f"coverage_{level}"] = scores.coverage(outturn, *ends)
        row["msis"] = scores.msis(outturn, *ends, history)
    return row


def gave_way(forecast: dict) -> bool:
    """Whether another model had to stand in."""
    if "stood_in" in forecast:
        return bool(forecast["stood_in"])
    return any(word in forecast["note"] for word in GAVE_WAY)


def naive_of(case: series.Case) -> dict:
    """The forecast of Naive2, which is defined for a complete history alone."""
    complete = case.history.interpolate().bfill().to_numpy()
    return {"point": scores.naive2(complete, len(case.outturn)), "seconds": 0.0, "note": ""}


def rows(collection: str) -> pd.DataFrame:
    """One row a case and method, Naive2 among them."""
    kept, core, found = store.everything(collection), series.sample(collection), []
    by_case: dict[tuple, dict] = {}
    for (name, cut, method), forecast in kept.items():
        by_case.setdefault((name, cut), {})[method] = forecast
    for cut in series.cuts(collection):
        for case in series.cases(collection, cut):
            naive = naive_of(case)
            place = {"series": case.series, "cut": cut, "block": case.block, "core": case.series in core}
            of_naive = scored(case, naive)
            place |= {"naive_smape": of_naive["smape"], "naive_mase": of_naive["mase"]}
            forecasts = combined(by_case.get((case.series, cut), {})) | {NAIVE: naive}
            found += [place | {"method": name} | scored(case, one) for name, one in forecasts.items()]
    return pd.DataFrame(found)


def resampled(values: np.ndarray, blocks) -> np.ndarray:
    """Means (draws, columns) of resamples of `values` (n, columns), whole blocks drawn with replacement."""
    label = pd.factorize(np.asarray(blocks))[0]
    count = label.max() + 1
    sums = np.zeros((count, values.shape[1]))
    np.add.at(sums, label, values)
    times = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), DRAWS)
    return times @ sums / (times @ np.bincount(label))[:, None]


def interval(draws: np.ndarray) -> list[float]:
    return np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist()


def owa(means: np.ndarray) -> np.ndarray:
    """OWA from the means (…, 4) of sMAPE and MASE of a method and of Naive2."""
    return scores.owa(means[..., 0], means[..., 1], means[..., 2], means[..., 3])


def summaries(part: pd.DataFrame) -> dict[str, dict]:
    """By method that has forecast every case of `part`: means, intervals, and OWA of ours less that of the method."""
    cases = part.groupby("method").size()
    tables = {name: part[part["method"] == name].sort_values("series") for name in cases.index[cases == cases.max()]}
    ours = _owas(tables[OURS]) if OURS in tables else None
    found = {}
    for name, table in tables.items():
        means, draws = _owas(table)
        found[name] = {"cases": len(table), "owa": means, "owa_interval": interval(draws)}
        for measure in MEASURES:
            if table[measure].notna().all():
                found[name][measure] = table[measure].mean()
                found[name][f"{measure}_interval"] = interval(resampled(table[[measure]].to_numpy(), table["block"]))
        found[name]["seconds"] = table["seconds"].mean()
        found[name] |= {count: int(table[count].sum()) for count in ("gave_way", "mended")}
        if ours and name != OURS:
            found[name]["ours_less"] = [ours[0] - means, *interval(ours[1] - draws)]
    return found


def _owas(table: pd.DataFrame) -> tuple[float, np.ndarray]:
    values = table[["smape", "mase", *NAIVES]].to_numpy()
    return float(owa(values.mean(axis=0))), owa(resampled(values, table["block"]))


def renewed(kept: dict[str, dict], made: dict[str, dict], measure: str) -> dict[str, dict]:
    """The rows `made` now, by method, and those `kept` of methods whose forecasts were not made again.

    What ours is less than a kept row's, in `measure`, moves as ours has moved: its middle is right, its interval as
    wide as when both were scored.
    """
    moved = made[OURS][measure] - kept[OURS][measure] if OURS in made and OURS in kept else 0.0
    rows = {
        name: {key: [value + moved for value in row[key]] if key.startswith("ours_less") else row[key] for key in row}
        for name, row in kept.items()
    }
    return rows | made


def score(collection: str) -> None:
    """Score what the store holds of a collection; methods that it does not hold keep their stored results."""
    table, name = rows(collection), f"{collection}_ahead" if collection == series.VIETNAM else collection
    found, before = {}, results(name)
    for cut, part in table.groupby("cut", sort=False):
        groups = {"all": part} | ({"core": part[part["core"]]} if not part["core"].all() else {})
        earlier = before.get(cut, {})
        found[cut] = {group: renewed(earlier.get(group, {}), summaries(one), "owa") for group, one in groups.items()}
    keep(name, found)
