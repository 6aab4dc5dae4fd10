"""The numbers behind the charts of the UI, on each database."""

from __future__ import annotations

from typing import Any

import pytest
from mlflow.entities import Feedback, TraceInfo
from mlflow.exceptions import MlflowException
from mlflow.tracing import constant

from mlflowplug_sample.tracking_store import tracking_store

from .traces import START, span, trace_id, trace_info, usage

metrics = pytest.importorskip("mlflow.entities.trace_metrics", reason="this MLflow has no charts")


@pytest.fixture
def store(any_uri: str) -> Any:
    """Four traces that take 100, 200, 300 and 400 ms, a second apart, called a, b, a, b."""
    store = tracking_store(any_uri)
    cost = {"mlflow.llm.cost": {"input_cost": 0.5, "output_cost": 1.0, "total_cost": 1.5}}
    for number in range(1, 5):
        model = {"mlflow.llm.model": "gpt-4"} if number % 2 else {}
        attributes = {**usage(number), **cost, **model}
        store.log_spans("0", [span(number, 1, end=40, attributes=attributes)])
        store.start_trace(_trace_info(number))
        store.create_assessment(Feedback(name="score", value=number, trace_id=trace_id(number)))
    return store


def _trace_info(number: int) -> TraceInfo:
    return trace_info(
        number,
        request_time=START + number * 1000,
        execution_duration=number * 100,
        tags={"mlflow.traceName": "a" if number % 2 else "b"},
        trace_metadata={"mlflow.trace.session": f"s{number % 2}"},
    )


def _ask(store: Any, view: str, metric: str, *aggregations: str, **more: Any) -> list[Any]:
    wanted = [
        metrics.MetricAggregation(metrics.AggregationType.PERCENTILE, float(name[1:]))
        if name.startswith("P")
        else metrics.MetricAggregation(metrics.AggregationType(name))
        for name in aggregations
    ]
    view_type = metrics.MetricViewType(view)
    found = store.query_trace_metrics(["0"], view_type, metric, wanted, **more)
    return [(point.dimensions, point.values) for point in found]


def test_traces_are_counted_by_name(store: Any) -> None:
    found = _ask(store, "TRACES", "trace_count", "COUNT", dimensions=["trace_name"])
    assert found == [({"trace_name": "a"}, {"COUNT": 2}), ({"trace_name": "b"}, {"COUNT": 2})]
    filters = ["trace.tag.mlflow.traceName = 'a'"]
    assert _ask(store, "TRACES", "trace_count", "COUNT", filters=filters) == [({}, {"COUNT": 2})]


def test_percentiles_lie_between_the_values(store: Any) -> None:
    ((_, found),) = _ask(store, "TRACES", "latency", "AVG", "P0", "P50", "P75", "P100")
    assert found == pytest.approx(
        {"AVG": 250, "P0.0": 100, "P50.0": 250, "P75.0": 325, "P100.0": 400}
    )


def test_sessions_are_counted_once(store: Any) -> None:
    if "session_count" not in vars(constant.TraceMetricKey).values():
        pytest.skip("this MLflow does not count sessions")
    assert _ask(store, "TRACES", "session_count", "COUNT") == [({}, {"COUNT": 2})]


def test_time_is_cut_into_buckets(store: Any) -> None:
    between = {"start_time_ms": START + 1000, "end_time_ms": START + 3999}
    found = _ask(store, "TRACES", "total_tokens", "SUM", time_interval_seconds=2, **between)
    assert found == [
        ({"time_bucket": "2023-11-14T22:13:20+00:00"}, {"SUM": 1}),
        ({"time_bucket": "2023-11-14T22:13:22+00:00"}, {"SUM": 5}),
    ]
    with pytest.raises(MlflowException, match="start_time_ms and end_time_ms are required"):
        _ask(store, "TRACES", "trace_count", "COUNT", time_interval_seconds=2)


def test_spans_and_assessments_have_numbers_too(store: Any) -> None:
    found = _ask(store, "SPANS", "total_cost", "SUM", dimensions=["span_model_name"])
    assert found == [({"span_model_name": "gpt-4"}, {"SUM": 3.0})]
    assert _ask(store, "SPANS", "latency", "AVG") == [({}, {"AVG": 40.0})]
    found = _ask(store, "ASSESSMENTS", "assessment_value", "AVG", "P50")
    assert found == [({}, {"AVG": 2.5, "P50.0": 2.5})]


def test_questions_that_make_no_sense_are_refused(store: Any) -> None:
    for view, metric, aggregation, filters in (
        ("TRACES", "weather", "COUNT", []),
        ("TRACES", "latency", "SUM", []),
        ("TRACES", "trace_count", "COUNT", ["span.name = 'a'"]),
        ("TRACES", "trace_count", "COUNT", ["trace.status > 'OK'"]),
    ):
        with pytest.raises(MlflowException) as caught:
            _ask(store, view, metric, aggregation, filters=filters)
        assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
