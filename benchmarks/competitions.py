"""Accuracy on complete monthly series of the M1, M3 and tourism competitions, whole history, last 36 and 24 months.

python benchmarks/competitions.py m1            the collection the prior was learned from (training parts)
python benchmarks/competitions.py m3 tourism    test sets: look at them once the model is frozen, count the looks
"""

from __future__ import annotations

import sys

import pandas as pd
from common import HISTORIES, competition, dated, keep, scored, summary


def run(name: str) -> None:
    found = {}
    for history, months in HISTORIES.items():
        rows = [scored(dated(train[-months:] if months else train), test) for train, test in competition(name).values()]
        found[history] = summary(pd.DataFrame(rows))
    keep(name, found)


if __name__ == "__main__":
    for collection in sys.argv[1:] or ("m1",):
        run(collection)
