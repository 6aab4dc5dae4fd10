"""A list of scorers is one query, however many there are."""

from __future__ import annotations

import time
from pathlib import Path

from mlflow.genai.scorers import Guidelines

from mlflowplug_sample.scorer_store import scorer_store


def test_five_hundred_scorers_take_less_than_twenty_seconds(tmp_path: Path) -> None:
    store = scorer_store(f"sample:{tmp_path}/store.db")
    start = time.perf_counter()
    for i in range(500):
        store.register_scorer("0", Guidelines(name=f"scorer {i % 100}", guidelines=["be polite"]))
    assert len(store.list_scorers("0")) == 100
    assert len(store.list_scorer_versions("0", "scorer 7")) == 5
    assert time.perf_counter() - start < 20
