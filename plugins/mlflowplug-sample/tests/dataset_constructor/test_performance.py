"""What a dataset costs beside the reading of its rows."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd

from mlflowplug_sample.dataset_constructor.constructor import (
    from_sample,
)


def test_a_million_rows_take_less_than_ten_seconds(folder: Path) -> None:
    frame = pd.DataFrame({"number": [0.5] * 1_000_000})
    frame.to_parquet(folder / "sales" / "orders" / "3.parquet")
    start = time.perf_counter()
    dataset = from_sample("sales/orders")
    described = dataset.to_dict()
    assert time.perf_counter() - start < 10
    assert len(dataset.df) == 1_000_000
    assert len(described["schema"]) < 1000
