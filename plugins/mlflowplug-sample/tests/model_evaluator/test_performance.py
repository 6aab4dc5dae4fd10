"""What an evaluation costs."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from mlflowplug_sample.model_evaluator.configuration import Configuration
from mlflowplug_sample.model_evaluator.measures import BY_MODEL_TYPE
from mlflowplug_sample.model_evaluator.slices import slice_table


def test_half_a_million_rows_take_less_than_half_a_minute() -> None:
    rows = 500_000
    random = np.random.default_rng(0)
    features = pd.DataFrame({"id": np.arange(rows).astype(str), "age": random.normal(size=rows)})
    labels = random.normal(size=rows)
    configuration = Configuration(("id", "age"))
    start = time.perf_counter()
    table = slice_table(features, labels, labels, BY_MODEL_TYPE["regressor"], configuration)
    assert time.perf_counter() - start < 30
    # As many slices as the configuration allows, however many values there are.
    assert len(table) == 1 + configuration.max_slices + 1 + configuration.bins
