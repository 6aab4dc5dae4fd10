"""Traces and their spans, on each database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mlflow.entities import Feedback, Span, TraceLocation, TraceState
from mlflow.entities.trace_status import TraceStatus
from mlflow.exceptions import MlflowException, MlflowTracingException

from mlflowplug_sample.tracking_store import traces, tracking_store

from .traces import START, span, trace_id, trace_info, usage

FIRST, SECOND = trace_id(1), trace_id(2)


@pytest.fixture
def store(any_uri: str, tmp_path: Path) -> Any:
    return tracking_store(any_uri, str(tmp_path / "artifacts"))


def test_a_trace_is_read_back(store: Any) -> None:
    metadata = {"mlflow.trace.session": "s", "k": "ü"}
    judged = Feedback(name="good", value=True, trace_id=FIRST)
    started = store.start_trace(
        trace_info(1, tags={"a": "b"}, trace_metadata=metadata, assessments=[judged])
    )
    found = store.get_trace_info(FIRST)
    assert found == started
    assert (found.request_time, found.execution_duration) == (START + 1, 100)
    assert found.tags["a"] == "b"
    assert found.tags["mlflow.artifactLocation"].endswith(f"/0/traces/{FIRST}/artifacts")
    assert found.trace_metadata == {**metadata, "mlflow.trace.infoFinalized": "true"}
    assert [one.value for one in found.assessments] == [True]
    assert judged.assessment_id is None


def test_spans_come_first_and_tell_what_they_know(store: Any) -> None:
    inputs = {"mlflow.spanInputs": {"q": "why"}, "mlflow.traceTag.team": "blue"}
    store.log_spans("0", [span(1, 2, 1, start=10, end=80)])
    assert store.get_trace_info(FIRST).state == TraceState.IN_PROGRESS
    store.log_spans("0", [span(1, 1, end=50, failed=True, attributes=inputs)])
    found = store.get_trace_info(FIRST)
    assert (found.request_time, found.execution_duration) == (START + 1, 80)
    assert found.state == TraceState.ERROR
    assert found.request_preview == '{"q": "why"}'
    assert found.tags["team"] == "blue"
    assert found.tags["mlflow.trace.spansLocation"] == "TRACKING_STORE"


def test_the_end_of_a_trace_has_the_last_word(store: Any) -> None:
    for _ in range(2):
        store.log_spans("0", [span(1, 1, end=900, attributes={"user.id": "guessed"})])
        store.start_trace(trace_info(1, trace_metadata={"mlflow.trace.user": "known"}))
    found = store.get_trace_info(FIRST)
    assert (found.request_time, found.execution_duration) == (START + 1, 100)
    assert found.trace_metadata["mlflow.trace.user"] == "known"
    assert found.tags["mlflow.trace.spansLocation"] == "TRACKING_STORE"


def test_spans_are_read_back_with_the_root_first(store: Any) -> None:
    logged = [
        span(1, 3, 1, start=5, attributes={"model": "ü"}),
        span(1, 2, 1, start=1),
        span(1, 1, start=9),
    ]
    assert store.log_spans("0", logged) == logged
    store.log_spans("0", [span(1, 3, 1, start=5, name="again")])
    found = store.get_trace(FIRST).data.spans
    assert [(one.span_id[-1], one.name) for one in found] == [
        ("1", "step"),
        ("2", "step"),
        ("3", "again"),
    ]
    assert found[1].to_dict() == logged[1].to_dict()


def test_a_trace_whose_spans_are_on_their_way_is_waited_for(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traces, "PAUSES", (0.01,))
    sizes = {"mlflow.trace.sizeStats": json.dumps({"num_spans": 2})}
    store.log_spans("0", [span(1, 1)])
    store.start_trace(trace_info(1, trace_metadata=sizes))
    with pytest.raises(MlflowException, match="not fully exported"):
        store.get_trace(FIRST)
    assert store.batch_get_traces([FIRST]) == []
    assert len(store.get_trace(FIRST, allow_partial=True).data.spans) == 1
    store.log_spans("0", [span(1, 2, 1)])
    assert len(store.get_trace(FIRST).data.spans) == 2


def test_spans_that_were_uploaded_are_not_claimed(store: Any) -> None:
    store.start_trace(trace_info(1))
    with pytest.raises(MlflowTracingException, match="not stored in tracking store"):
        store.get_trace(FIRST)


def test_several_traces_at_once_keep_the_order_asked_for(store: Any) -> None:
    store.log_spans("0", [span(1, 1), span(2, 1), span(3, 1)])
    asked = [trace_id(3), trace_id(9), FIRST, SECOND]
    expected = [trace_id(3), FIRST, SECOND]
    assert [one.info.trace_id for one in store.batch_get_traces(asked)] == expected
    assert [one.trace_id for one in store.batch_get_trace_infos(asked)] == expected
    assert store.batch_get_trace_infos(asked, experiment_ids=["1"]) == []


def test_tokens_that_a_parent_repeats_are_counted_once(store: Any) -> None:
    store.log_spans("0", [_used(2, 1, 5), _used(3, 1, 6)])
    assert _tokens(store) == 11
    store.log_spans("0", [_used(1, None, 11)])
    assert _tokens(store) == 11
    said = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    store.start_trace(trace_info(1, trace_metadata={"mlflow.trace.tokenUsage": json.dumps(said)}))
    store.log_spans("0", [_used(4, 1, 7)])
    assert _tokens(store) == 2


def _used(number: int, parent: int | None, tokens: int) -> Span:
    return span(1, number, parent, attributes=usage(tokens))


def _tokens(store: Any) -> int:
    metadata = store.get_trace_info(FIRST).trace_metadata
    return int(json.loads(metadata["mlflow.trace.tokenUsage"])["total_tokens"])


def test_usage_that_is_no_number_loses_no_span(store: Any) -> None:
    wrong = {"mlflow.chat.tokenUsage": {"input_tokens": "many"}}
    store.log_spans("0", [span(1, 1, attributes=wrong)])
    assert len(store.get_trace(FIRST).data.spans) == 1


def test_a_deleted_experiment_takes_no_traces(store: Any) -> None:
    experiment_id = store.create_experiment("old")
    store.delete_experiment(experiment_id)
    location = TraceLocation.from_experiment_id(experiment_id)
    with pytest.raises(MlflowException, match="'active' state"):
        store.start_trace(trace_info(1, trace_location=location))
    with pytest.raises(MlflowException, match="'active' state"):
        store.log_spans(experiment_id, [span(1, 1)])


def test_what_does_not_exist_is_said(store: Any) -> None:
    for call, arguments in (
        (store.get_trace_info, ()),
        (store.get_trace, ()),
        (store.set_trace_tag, ("a", "b")),
        (store.delete_trace_tag, ("a",)),
    ):
        with pytest.raises(MlflowException) as caught:
            call(FIRST, *arguments)
        assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_tags_are_set_and_deleted(store: Any) -> None:
    store.start_trace(trace_info(1, tags={"mlflow.traceName": "old"}))
    store.set_trace_tag(FIRST, "mlflow.traceName", "new")
    store.set_trace_tag(FIRST, "color", "red")
    assert store.get_trace_info(FIRST).tags["mlflow.traceName"] == "new"
    store.delete_trace_tag(FIRST, "color")
    assert "color" not in store.get_trace_info(FIRST).tags


def test_the_oldest_traces_are_deleted_first(store: Any) -> None:
    other = store.create_experiment("other")
    store.log_spans("0", [span(number, 1) for number in (3, 1, 2)])
    store.log_spans(other, [span(4, 1)])
    assert store.delete_traces("0", max_timestamp_millis=START + 9, max_traces=2) == 2
    left = [one.trace_id for one in store.search_traces(["0", other])[0]]
    assert left == [trace_id(4), trace_id(3)]
    assert store.delete_traces("0", trace_ids=[trace_id(3), trace_id(4)]) == 1
    assert store.batch_get_traces([trace_id(3)]) == []


def test_a_purged_experiment_takes_its_traces_along(store: Any) -> None:
    experiment_id = store.create_experiment("old")
    store.log_spans(experiment_id, [span(1, 1)])
    store.log_spans("0", [span(2, 1)])
    store.delete_experiment(experiment_id)
    store._hard_delete_experiment(experiment_id)
    assert [one.trace_id for one in store.batch_get_trace_infos([FIRST, SECOND])] == [SECOND]


def test_old_clients_begin_and_end_traces(store: Any) -> None:
    begun = store.deprecated_start_trace_v2("0", START, {"a": "b"}, {"mlflow.traceName": "old"})
    ended = store.deprecated_end_trace_v2(
        begun.request_id, START + 70, TraceStatus.OK, {"c": "d"}, {"e": "f"}
    )
    assert (ended.execution_time_ms, ended.status) == (70, TraceStatus.OK)
    assert ended.request_metadata == {"a": "b", "c": "d"}
    assert ended.tags["mlflow.traceName"] == "old"
