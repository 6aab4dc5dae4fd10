"""What is added together is written together."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mlflowplug_sample.labeling_store import labeling_store


@pytest.mark.usefixtures("without_tracking")
def test_a_thousand_sessions_take_less_than_twenty_seconds(tmp_path: Path) -> None:
    store = labeling_store(f"sample:{tmp_path}/store.db")
    start = time.perf_counter()
    for i in range(1000):
        made = store.create_labeling_session(f"session {i}", experiment_id=str(i % 10))
    assert len(store.get_labeling_sessions("3")) == 100
    assert store.get_labeling_session(made.mlflow_run_id).name == "session 999"
    assert time.perf_counter() - start < 20


@pytest.mark.usefixtures("without_tracking")
def test_traces_are_added_in_one_transaction(tmp_path: Path) -> None:
    store = labeling_store(f"sample:{tmp_path}/store.db")
    made = store.create_labeling_session("many", experiment_id="0")
    start = time.perf_counter()
    many = [(f"tr-{i}", "{}") for i in range(10_000)]
    store._storage.add_traces(made.labeling_session_id, many)
    assert len(store._storage.traces(made.labeling_session_id)) == 10_000
    assert time.perf_counter() - start < 10
