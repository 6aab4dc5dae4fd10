"""MLflow's side of assessments: feedback on traces, and what was expected of them.

`mlflow.log_feedback`, `mlflow.log_expectation`, `mlflow.genai.evaluate` and the UI call these.
"""

from __future__ import annotations

import json
from typing import Any

from mlflow.entities import Assessment, Expectation, Feedback
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.tracing.utils import generate_assessment_id
from mlflow.utils.time import get_current_time_millis

from ..sql.database import Row
from ..sql.errors import invalid_parameter
from . import trace_entities
from .storage import Storage
from .token_usage import finite

_YES_NO = {"yes": 1.0, "no": 0.0}


class Assessments(AbstractStore):
    """The part of the tracking store that keeps what people and judges say about traces."""

    _storage: Storage

    def create_assessment(self, assessment: Assessment) -> Assessment:
        """Add an assessment to its trace; the one that it overrides becomes invalid."""
        row = assessment_row(assessment, str(assessment.trace_id))
        self._storage.create_assessment(row)
        return _entity(row)

    def get_assessment(self, trace_id: str, assessment_id: str) -> Assessment:
        """One assessment of a trace."""
        return _entity(self._storage.assessment(trace_id, assessment_id))

    def update_assessment(
        self,
        trace_id: str,
        assessment_id: str,
        name: str | None = None,
        expectation: Any = None,
        feedback: Any = None,
        rationale: str | None = None,
        metadata: dict[str, str] | None = None,
    ) -> Assessment:
        """Change what is not None; metadata is added to what is there.

        Args:
            trace_id: the trace of the assessment.
            assessment_id: which of its assessments.
            name: a new name.
            expectation: an entity with the new `value` of an expectation.
            feedback: an entity with the new `value` and `error` of feedback.
            rationale: a new reason.
            metadata: more of it.

        Raises:
            MlflowException: there is no such assessment, or it is of the other kind.
        """
        _check_kind(self.get_assessment(trace_id, assessment_id), expectation, feedback)
        changes: dict[str, object] = {"last_updated_timestamp": get_current_time_millis()}
        if name is not None:
            changes["name"] = name
        if rationale is not None:
            changes["rationale"] = rationale
        if expectation is not None:
            changes |= _value(expectation.value)
        if feedback is not None:
            changes |= _value(feedback.value) | {"error": _error(feedback)}
        return _entity(
            self._storage.update_assessment(trace_id, assessment_id, changes, metadata or {})
        )

    def delete_assessment(self, trace_id: str, assessment_id: str) -> None:
        """Delete an assessment, if it is there; the one that it overrode is valid again."""
        self._storage.delete_assessment(trace_id, assessment_id)


def assessment_row(assessment: Assessment, trace_id: str) -> Row:
    """The row of a new assessment, in the order of `storage.assessments.COLUMNS`."""
    kind, value = _kind(assessment)
    now = get_current_time_millis()
    stored = _value(value)
    return (
        assessment.assessment_id or generate_assessment_id(),
        trace_id,
        assessment.name,
        kind,
        stored["value"],
        _error(assessment.feedback),
        assessment.create_time_ms or now,
        assessment.last_update_time_ms or now,
        assessment.source.source_type,
        assessment.source.source_id,
        assessment.run_id,
        assessment.span_id,
        assessment.rationale,
        assessment.overrides,
        1,
        json.dumps(assessment.metadata) if assessment.metadata else None,
        stored["aggregate_value"],
        stored["is_numeric_value"],
    )


def _kind(assessment: Assessment) -> tuple[str, object]:
    if assessment.feedback is not None:
        return "feedback", assessment.feedback.value
    if assessment.expectation is not None:
        return "expectation", assessment.expectation.value
    issue: Any = getattr(assessment, "issue", None)  # in MLflows newer than 3.10
    return "issue", issue.to_dictionary()


def _entity(row: Row) -> Assessment:
    entity: Assessment = trace_entities.assessment(row)
    return entity


def _check_kind(existing: Assessment, expectation: object, feedback: object) -> None:
    if expectation is not None and feedback is not None:
        raise invalid_parameter("Cannot specify both `expectation` and `feedback` parameters.")
    if expectation is not None and not isinstance(existing, Expectation):
        raise invalid_parameter("Cannot update expectation value on a Feedback assessment.")
    if feedback is not None and not isinstance(existing, Feedback):
        raise invalid_parameter("Cannot update feedback value on an Expectation assessment.")


def _value(value: object) -> dict[str, object]:
    """The value as JSON, and as the number that searches and charts take for it."""
    is_numeric, number = _number(value)
    return {
        "value": json.dumps(value),
        "aggregate_value": number,
        "is_numeric_value": int(is_numeric),
    }


def _number(value: object) -> tuple[bool, float | None]:
    if isinstance(value, str):
        return False, _YES_NO.get(value.strip().lower())
    if isinstance(value, bool):
        return False, float(value)
    number = finite(value)
    return number is not None, number


def _error(feedback: Any) -> str | None:
    error = None if feedback is None else feedback.error
    return json.dumps(error.to_dictionary()) if error else None
