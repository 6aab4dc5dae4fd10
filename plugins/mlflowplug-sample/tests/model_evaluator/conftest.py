"""A tracking store, and data with a slice that a model is bad at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def tracking_uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('tracking')}/mlflow.db"


@pytest.fixture
def experiment(tracking_uri: str, tmp_path: Path) -> Iterator[str]:
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(tracking_uri)
    experiment_id = mlflow.create_experiment(tmp_path.as_posix(), f"{tmp_path}/artifacts")
    mlflow.set_experiment(experiment_id=experiment_id)
    yield experiment_id
    mlflow.set_tracking_uri(before)


@pytest.fixture
def data() -> pd.DataFrame:
    """The target is 2x, but 5x in the north."""
    random = np.random.default_rng(7)
    region = np.array(["north", "south", "east", "west"] * 50)
    x = random.uniform(1, 2, len(region))
    return pd.DataFrame({"x": x, "region": region, "y": np.where(region == "north", 5 * x, 2 * x)})
