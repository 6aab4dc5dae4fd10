"""Labeling as users meet it: through MLflow's API, with traces and datasets in its own store."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.entities import Trace
from mlflow.exceptions import MlflowException
from mlflow.genai import datasets, labeling

from mlflowplug_sample.experiments import tracking_store_of
from mlflowplug_sample.labeling_store import labeling_store

LOADS = """
import mlflow
from mlflow.genai.labeling.stores import _get_labeling_store
print(type(_get_labeling_store("sample:" + {path!r})).__name__)
"""


def traced(question: str) -> Trace:
    with mlflow.start_span("ask") as span:
        span.set_inputs({"question": question})
        span.set_outputs("an answer")
    return mlflow.get_trace(span.trace_id)


@pytest.fixture
def session(tracking: str) -> Iterator[labeling.LabelingSession]:
    made = labeling.create_labeling_session("first", assigned_users=["a@example.org"])
    yield made
    labeling.delete_labeling_session(made)


def test_a_session_is_a_run(session: labeling.LabelingSession, tracking: str) -> None:
    run = MlflowClient(tracking).get_run(session.mlflow_run_id)
    assert (run.info.run_name, run.info.experiment_id) == ("first", session.experiment_id)
    assert labeling.get_labeling_session(session.mlflow_run_id).name == "first"
    assert "first" in [one.name for one in labeling.get_labeling_sessions()]


def test_a_deleted_session_takes_its_run_along(tracking: str) -> None:
    made = labeling.create_labeling_session("gone")
    assert labeling.delete_labeling_session(made) is None
    assert MlflowClient(tracking).get_run(made.mlflow_run_id).info.lifecycle_stage == "deleted"


def test_expectations_reach_a_dataset(session: labeling.LabelingSession, tracking: str) -> None:
    store = labeling_store(tracking)
    questions = [traced("one?"), traced("two?")]
    session.add_traces(questions).add_traces([questions[0].to_json()])
    assert len(store.get_session_traces(session)) == 2
    mlflow.log_expectation(
        trace_id=questions[0].info.trace_id, name="expected_response", value="one"
    )
    dataset = datasets.create_dataset(name="labeled", experiment_id=session.experiment_id)
    session.sync("labeled")
    records = datasets.get_dataset(dataset_id=dataset.dataset_id).to_df()
    told = {row.inputs["question"]: row.expectations for row in records.itertuples()}
    assert told["one?"] == {"expected_response": "one"}
    assert not told["two?"]


def test_a_dataset_is_added(session: labeling.LabelingSession, tracking: str) -> None:
    store = labeling_store(tracking)
    for name in ("whole", "in part"):
        datasets.create_dataset(name=name, experiment_id=session.experiment_id)
    session.add_dataset("whole").add_dataset("in part", record_ids=["r-1"])
    assert store.get_session_datasets(session) == {"in part": ["r-1"], "whole": None}
    with pytest.raises(MlflowException, match="no such dataset"):
        session.add_dataset("no such dataset")


def test_people_are_assigned(session: labeling.LabelingSession) -> None:
    assert session.set_assigned_users(["b@example.org"]).assigned_users == ["b@example.org"]


def test_traces_are_kept_where_nobody_else_keeps_them(
    session: labeling.LabelingSession, tracking: str
) -> None:
    trace = traced("gone?")
    session.add_traces([trace])
    client = MlflowClient(tracking)
    client.delete_traces(session.experiment_id, trace_ids=[trace.info.trace_id])
    (kept,) = labeling_store(tracking).get_session_traces(session)
    assert kept.data.spans[0].inputs == {"question": "gone?"}


def test_a_tracking_store_without_traces_is_enough(tmp_path: Path) -> None:
    uri = f"sample:{tmp_path}/store.db"
    if tracking_store_of(uri) is None:
        pytest.skip("the plugin has no tracking store")
    store = labeling_store(uri)
    made = store.create_labeling_session("first", experiment_id="0")
    assert MlflowClient(uri).get_run(made.mlflow_run_id).info.run_name == "first"
    with pytest.raises(MlflowException, match="12345"):
        store.create_labeling_session("first", experiment_id="12345")


def test_the_store_loads_in_a_process_that_only_imported_mlflow(tmp_path: Path) -> None:
    code = LOADS.format(path=f"{tmp_path}/store.db")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "SampleLabelingStore", done.stderr
