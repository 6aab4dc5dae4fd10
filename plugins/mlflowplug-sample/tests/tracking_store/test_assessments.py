"""Assessments of traces, on each database."""

from __future__ import annotations

from typing import Any

import pytest
from mlflow.entities import AssessmentError, Expectation, Feedback
from mlflow.exceptions import MlflowException

from mlflowplug_sample.tracking_store import tracking_store

from .traces import trace_id, trace_info

TRACE = trace_id(1)


@pytest.fixture
def store(any_uri: str) -> Any:
    store = tracking_store(any_uri)
    store.start_trace(trace_info(1))
    return store


def _feedback(store: Any, value: Any = True, **more: Any) -> Any:
    return store.create_assessment(Feedback(name="good", value=value, trace_id=TRACE, **more))


@pytest.mark.parametrize("value", [True, "yes", 5, 0.5, ["a", 1], {"a": "ü"}, None])
def test_feedback_is_read_back(store: Any, value: Any) -> None:
    made = _feedback(store, value, rationale="why", metadata={"k": "v"}, error=_error())
    found = store.get_assessment(TRACE, made.assessment_id)
    assert found == made
    assert (found.value, found.rationale, found.metadata) == (value, "why", {"k": "v"})
    assert found.error.error_message == "late"
    assert store.get_trace_info(TRACE).assessments == [found]


def _error() -> AssessmentError:
    return AssessmentError(error_code="TIMEOUT", error_message="late")


def test_an_expectation_is_read_back(store: Any) -> None:
    wanted = Expectation(name="answer", value={"text": ["42"]}, trace_id=TRACE)
    made = store.create_assessment(wanted)
    assert store.get_assessment(TRACE, made.assessment_id).value == {"text": ["42"]}


def test_an_update_keeps_the_rest(store: Any) -> None:
    made = _feedback(store, "no", metadata={"a": "1"}, rationale="old")
    store.update_assessment(TRACE, made.assessment_id, metadata={"b": "2"}, rationale="new")
    changed = store.update_assessment(TRACE, made.assessment_id, feedback=Feedback(value="yes"))
    assert (changed.value, changed.rationale, changed.name) == ("yes", "new", "good")
    assert changed.metadata == {"a": "1", "b": "2"}
    assert changed.create_time_ms == made.create_time_ms
    with pytest.raises(MlflowException, match="Cannot update expectation value"):
        store.update_assessment(TRACE, made.assessment_id, expectation=Expectation("a", value=1))


def test_what_is_overridden_is_valid_again_once_the_other_is_gone(store: Any) -> None:
    first = _feedback(store, "no")
    second = _feedback(store, "yes", overrides=first.assessment_id)
    assert not store.get_assessment(TRACE, first.assessment_id).valid
    for _ in range(2):
        store.delete_assessment(TRACE, second.assessment_id)
    assert store.get_assessment(TRACE, first.assessment_id).valid
    with pytest.raises(MlflowException, match="not found for trace"):
        _feedback(store, "no", overrides="a-none")


def test_what_does_not_exist_is_said(store: Any) -> None:
    with pytest.raises(MlflowException, match="Assessment with ID 'a-1' not found"):
        store.get_assessment(TRACE, "a-1")
    with pytest.raises(MlflowException, match="Trace with ID 'tr-0' not found"):
        store.get_assessment("tr-0", "a-1")
    with pytest.raises(MlflowException, match="Trace with ID 'tr-0' not found"):
        store.create_assessment(Feedback(name="good", value=True, trace_id="tr-0"))


def test_what_a_run_found_is_hidden_while_the_run_is_deleted(store: Any) -> None:
    run_id = store.create_run("0", "me", 1, [], "judge").info.run_id
    made = _feedback(store, metadata={"mlflow.assessment.sourceRunId": run_id})
    store.delete_run(run_id)
    assert store.get_trace_info(TRACE).assessments == []
    assert store.search_traces(["0"], "feedback.good = 'true'")[0] == []
    store.restore_run(run_id)
    assert store.get_trace_info(TRACE).assessments == [made]
    store.delete_run(run_id)
    store._hard_delete_run(run_id)
    with pytest.raises(MlflowException, match="not found"):
        store.get_assessment(TRACE, made.assessment_id)
