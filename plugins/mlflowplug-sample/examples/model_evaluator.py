"""Finds the region that a model is worst at: `python examples/model_evaluator.py`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd

EVALUATOR = "sample"


def main(folder: Path) -> None:
    """Evaluate predictions that are good everywhere but in the north."""
    random = np.random.default_rng(0)
    region = random.choice(["north", "south", "east", "west"], 400)
    data = pd.DataFrame({"region": region, "age": random.integers(18, 90, 400)})
    data["price"] = 2.0 * data["age"]
    data["predicted"] = data["price"] + np.where(region == "north", 25, 2) * random.normal(size=400)

    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    mlflow.create_experiment("slices", f"{folder}/artifacts")
    mlflow.set_experiment("slices")
    result = mlflow.models.evaluate(
        data=data,
        targets="price",
        predictions="predicted",
        model_type="regressor",
        evaluators=EVALUATOR,
        evaluator_config={"slice_by": ["region", "age"]},
    )
    columns = ["column", "slice", "example_count", "mean_absolute_error"]
    print(result.artifacts["slices"].content[columns].round(2).to_string(index=False))
    print(result.metrics)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(Path(temporary))
