"""Traces as users meet them: through MLflow's fluent API, and through a server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import mlflow
import pytest
import requests
from mlflow.entities import Trace

from mlflowplug_sample.sql.location import SCHEME

from .traces import START

HOST = "127.0.0.1"
SECONDS = 180


@pytest.fixture
def tracking_uri(tmp_path: Path) -> Iterator[str]:
    before = mlflow.get_tracking_uri()
    uri = f"{SCHEME}:{tmp_path}/store.db"
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment("traces")
    yield uri
    mlflow.set_tracking_uri(before)


def _answer(question: str) -> str:
    with mlflow.start_span("ask the model", span_type="LLM") as span:
        span.set_inputs({"messages": [question]})
        tokens = {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
        span.set_attribute("mlflow.chat.tokenUsage", tokens)
    mlflow.update_current_trace(tags={"team": "blue"})
    return question.upper()


answer: Callable[[str], str] = mlflow.trace(_answer, name="answer", span_type="AGENT")


def _ask(question: str) -> str:
    answer(question)
    mlflow.flush_trace_async_logging()
    return str(mlflow.get_last_active_trace_id())


def _search(**asked: Any) -> list[Trace]:
    return list(mlflow.search_traces(return_type="list", **asked))


def test_functions_are_traced_found_and_judged(tracking_uri: str) -> None:
    with mlflow.start_run() as run:
        asked = _ask("why?")
    other = _ask("how?")
    trace = mlflow.get_trace(asked)
    assert [span.name for span in trace.data.spans] == ["answer", "ask the model"]
    assert trace.info.tags["mlflow.trace.spansLocation"] == "TRACKING_STORE"
    assert trace.info.token_usage["total_tokens"] == 7
    assert [one.info.trace_id for one in _search()] == [other, asked]
    assert [one.info.trace_id for one in _search(run_id=run.info.run_id)] == [asked]
    mlflow.log_feedback(trace_id=asked, name="good", value=True, rationale="short")
    mlflow.log_expectation(trace_id=asked, name="expected", value="WHY?")
    (found,) = _search(filter_string="feedback.good = 'true' AND tags.team = 'blue'")
    assert {one.name: one.value for one in found.info.assessments} == {
        "good": True,
        "expected": "WHY?",
    }


def test_feedback_is_overridden_and_traces_are_tagged_and_deleted(tracking_uri: str) -> None:
    asked = _ask("why?")
    first = mlflow.log_feedback(trace_id=asked, name="good", value=False)
    mlflow.override_feedback(trace_id=asked, assessment_id=first.assessment_id, value=True)
    judged = mlflow.get_trace(asked).info.assessments
    assert [(one.value, one.valid) for one in judged] == [(False, False), (True, True)]
    mlflow.delete_assessment(trace_id=asked, assessment_id=judged[1].assessment_id)
    assert mlflow.get_assessment(asked, first.assessment_id).valid
    mlflow.set_trace_tag(asked, "color", "red")
    mlflow.delete_trace_tag(asked, "team")
    tags = mlflow.get_trace(asked).info.tags
    assert tags["color"] == "red"
    assert "team" not in tags
    client = mlflow.MlflowClient()
    experiment = mlflow.get_experiment_by_name("traces")
    assert client.delete_traces(experiment.experiment_id, trace_ids=[asked]) == 1
    assert _search() == []


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a server that keeps everything in a store of ours."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", HOST, "--port", str(port)]
    command += ["--workers", "1", "--backend-store-uri", f"{SCHEME}:{tmp_path}/store.db"]
    command += ["--default-artifact-root", str(tmp_path / "artifacts")]
    environment = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env=environment, start_new_session=True
        )
    before = mlflow.get_tracking_uri()
    try:
        _wait_for(f"http://{HOST}:{port}/health", process, tmp_path / "server.log")
        mlflow.set_tracking_uri(f"http://{HOST}:{port}")
        yield f"http://{HOST}:{port}"
    finally:
        mlflow.set_tracking_uri(before)
        # Some MLflows leave uvicorn behind when only they are told to end.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        with suppress(requests.ConnectionError, requests.Timeout):
            if requests.get(url, timeout=5).ok:
                return
        time.sleep(0.2)
    pytest.fail(log.read_text())


def test_a_server_takes_traces(server: str) -> None:
    mlflow.set_experiment("served")
    asked = _ask("why?")
    mlflow.log_feedback(trace_id=asked, name="good", value="yes")
    (found,) = _search(filter_string="feedback.good = 'yes' AND span.type = 'LLM'")
    assert [span.name for span in found.data.spans] == ["answer", "ask the model"]
    # What the UI asks for when a trace is opened.
    artifact = f"{server}/ajax-api/2.0/mlflow/get-trace-artifact"
    shown = requests.get(artifact, params={"request_id": asked}, timeout=30)
    assert [span["name"] for span in shown.json()["spans"]] == ["answer", "ask the model"]


def test_a_server_takes_what_opentelemetry_exports(server: str) -> None:
    experiment_id = mlflow.set_experiment("exported").experiment_id
    number = "0af7651916cd43dd8448eb211c80319c"
    body: Any = {
        "resourceSpans": [
            {
                "resource": {"attributes": [_attribute("service.name", "shop")]},
                "scopeSpans": [
                    {
                        "spans": [
                            {
                                "traceId": number,
                                "spanId": "b7ad6b7169203331",
                                "name": "order",
                                "startTimeUnixNano": str(START * 1_000_000),
                                "endTimeUnixNano": str((START + 5) * 1_000_000),
                                "attributes": [_attribute("session.id", "s1")],
                            }
                        ]
                    }
                ],
            }
        ]
    }
    answered = requests.post(
        f"{server}/v1/traces",
        json=body,
        headers={"x-mlflow-experiment-id": experiment_id},
        timeout=30,
    )
    if answered.status_code == 400:
        pytest.skip("this MLflow takes no JSON")
    assert answered.ok, answered.text
    (found,) = _search(filter_string="metadata.`mlflow.trace.session` = 's1'")
    assert found.info.trace_id == f"tr-{number}"
    assert (found.info.execution_duration, found.data.spans[0].name) == (5, "order")


def _attribute(key: str, value: str) -> dict[str, object]:
    return {"key": key, "value": {"stringValue": value}}
