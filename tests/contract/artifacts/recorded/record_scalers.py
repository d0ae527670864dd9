"""Record what an installed scikit-learn writes: ``python record_scalers.py FOLDER``. See README.md."""

import sys
from collections.abc import Callable
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import sklearn
from sklearn.preprocessing import StandardScaler

ROWS = np.column_stack([np.random.default_rng(5).normal(10, 4, size=(20, 2)), np.full(20, 4.0)])
TABLE = pd.DataFrame(ROWS, columns=["age", "sex", "köln"])

SCALERS: dict[str, Callable[[], StandardScaler]] = {
    "plain": lambda: StandardScaler().fit(ROWS),
    "names": lambda: StandardScaler().fit(TABLE),
    "weights": lambda: StandardScaler().fit(ROWS, sample_weight=np.ones(20)),
    "batches": lambda: StandardScaler().partial_fit(ROWS[:12]).partial_fit(ROWS[12:]),
}
WAYS: dict[str, dict[str, object]] = {
    "gzip": {"compress": ("gzip", 9)},
    "lzma": {"compress": ("lzma", 9)},
    "protocol5": {"protocol": 5},
}


def main(folder: Path) -> None:
    """Write each scaler plainly, and the one with names in each way."""
    stem = f"sklearn-{sklearn.__version__}_numpy-{np.__version__}_joblib-{joblib.__version__}"
    for name, make in SCALERS.items():
        joblib.dump(make(), folder / f"{stem}_{name}.pkl")
    for way, options in WAYS.items():
        joblib.dump(SCALERS["names"](), folder / f"{stem}_names-{way}.pkl", **options)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
