"""Stored traces and assessments, as the entities that MLflow's clients expect."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from mlflow.entities import (
    AssessmentError,
    AssessmentSource,
    Expectation,
    Feedback,
    Span,
    Trace,
    TraceData,
    TraceInfo,
    TraceLocation,
    TraceState,
)
from mlflow.tracing.otel.translation import translate_loaded_span

from ..sql.database import Row
from .storage.assessments import NAMES
from .storage.traces import TraceRecord


def trace_info(record: TraceRecord) -> TraceInfo:
    """The trace without its spans."""
    trace_id, experiment_id, start, duration, status, client_id, request, response = record.row
    return TraceInfo(
        trace_id=trace_id,
        trace_location=TraceLocation.from_experiment_id(str(experiment_id)),
        request_time=start,
        execution_duration=duration,
        state=TraceState(status),
        tags=dict(record.tags),
        trace_metadata=dict(record.metadata),
        client_request_id=client_id,
        request_preview=request,
        response_preview=response,
        assessments=[assessment(row) for row in record.assessments],
    )


def trace(record: TraceRecord, contents: Sequence[str]) -> Trace:
    """The trace with its spans."""
    spans = [Span.from_dict(translate_loaded_span(json.loads(one))) for one in contents]
    return Trace(trace_info(record), TraceData(spans))


def assessment(row: Row) -> Any:
    """The feedback, expectation or reference to an issue of a row of assessments."""
    stored = dict(zip(NAMES, row, strict=True))
    value = json.loads(stored["value"])
    common = {
        "trace_id": stored["trace_id"],
        "source": AssessmentSource(stored["source_type"], stored["source_id"]),
        "metadata": json.loads(stored["assessment_metadata"] or "null"),
        "span_id": stored["span_id"],
        "create_time_ms": stored["created_timestamp"],
        "last_update_time_ms": stored["last_updated_timestamp"],
    }
    entity = _MAKERS[stored["assessment_type"]](stored, value, common)
    entity.assessment_id = stored["assessment_id"]
    entity.run_id = stored["run_id"]
    entity.overrides = stored["overrides"]
    entity.valid = bool(stored["valid"])
    return entity


def _feedback(stored: dict[str, Any], value: Any, common: dict[str, Any]) -> Feedback:
    error = json.loads(stored["error"] or "null")
    return Feedback(
        name=stored["name"],
        value=value,
        error=AssessmentError.from_dictionary(error) if error else None,
        rationale=stored["rationale"],
        **common,
    )


def _expectation(stored: dict[str, Any], value: Any, common: dict[str, Any]) -> Expectation:
    return Expectation(name=stored["name"], value=value, **common)


def _issue(stored: dict[str, Any], value: Any, common: dict[str, Any]) -> Any:
    from mlflow.entities.assessment import IssueReference  # in MLflows newer than 3.10

    return IssueReference(
        issue_id=stored["name"],
        issue_name=value.get("issue_name"),
        run_id=stored["run_id"],
        rationale=stored["rationale"],
        **common,
    )


_MAKERS = {"feedback": _feedback, "expectation": _expectation, "issue": _issue}
