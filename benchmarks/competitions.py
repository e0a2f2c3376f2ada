"""Accuracy on complete monthly series of the M1, M3 and tourism competitions, whole history, last 36 and 24 months.

python benchmarks/competitions.py m1            ours on the collection the prior was learned from (test parts), scored
python benchmarks/competitions.py m3 tourism    test sets: look at them once the model is frozen, count the looks
python benchmarks/competitions.py scores m3     score what the store holds, without running our model

Beside ours are scored all methods whose forecasts are in the store: see peers.py, references.py and prototype.py.
"""

from __future__ import annotations

import sys

from common import run_ours
from scoring import score

if __name__ == "__main__":
    words = sys.argv[1:] or ["m1"]
    for collection in [word for word in words if word != "scores"]:
        if "scores" not in words:
            run_ours(collection)
        score(collection)
