"""Filters of traces by what was said of them: `feedback.x`, `expectation.x`, `issue.id`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from mlflow.tracing.constant import TraceMetadataKey
from mlflow.utils.search_utils import SearchTraceUtils

from ..sql.errors import invalid_parameter
from .search import Column, Parsed, compare
from .storage.assessments import VISIBLE
from .storage.trace_schema import assessments, trace_info, trace_request_metadata

_name = assessments.c.name
_SESSION = TraceMetadataKey.TRACE_SESSION
_NUMERIC = (">", ">=", "<", "<=")


def is_assessed(parsed: Parsed, experiments: Sequence[int] | None) -> Column:
    """Whether a trace, or the session that it is part of, was assessed like this."""
    kind, key, comparator = parsed["type"], parsed["key"], parsed["comparator"].upper()
    if kind == "issue" and SearchTraceUtils.is_issue(kind, key, comparator):
        return _on_trace([assessments.c.assessment_type == kind, _name == parsed["value"]])
    if not SearchTraceUtils.is_assessment(kind, key, comparator):
        raise invalid_parameter(f"Invalid search expression type '{kind}'")
    matching = [assessments.c.assessment_type == kind, _name == key, assessments.c.valid == 1]
    if comparator not in ("IS NULL", "IS NOT NULL"):
        matching.append(_value(comparator, parsed["value"]))
    found = sa.or_(_on_trace(matching), _on_session(matching, experiments))
    return ~found if comparator == "IS NULL" else found


def _value(comparator: str, value: Any) -> Column:
    if comparator in _NUMERIC:
        number = compare(assessments.c.aggregate_value, comparator, float(value))
        return sa.and_(assessments.c.is_numeric_value == 1, number)
    if comparator not in ("=", "!="):
        return compare(assessments.c.value, comparator, value)
    # Values are JSON: 'yes' is the text, 'true' and '5' may also be what they look like.
    equal = assessments.c.value.in_([value, json.dumps(value)])
    return equal if comparator == "=" else ~equal


def _on_trace(matching: Sequence[Column]) -> Column:
    return (
        sa.select(sa.literal(1))
        .where(assessments.c.trace_id == trace_info.c.request_id, sa.text(VISIBLE), *matching)
        .exists()
    )


def _on_session(matching: Sequence[Column], experiments: Sequence[int] | None) -> Column:
    """Whether another trace of the session has the assessment, marked as one of the session."""
    mine, others, other = trace_request_metadata, trace_request_metadata.alias(), trace_info.alias()
    marked = assessments.c.assessment_metadata.contains(f'"{_SESSION}":')
    sessions = (
        sa.select(others.c.value)
        .select_from(
            assessments.join(others, others.c.request_id == assessments.c.trace_id).join(
                other, other.c.request_id == assessments.c.trace_id
            )
        )
        .where(others.c.key == _SESSION, marked, sa.text(VISIBLE), *matching)
    )
    if experiments is not None:
        sessions = sessions.where(other.c.experiment_id.in_(experiments))
    return (
        sa.select(sa.literal(1))
        .where(
            mine.c.request_id == trace_info.c.request_id,
            mine.c.key == _SESSION,
            mine.c.value.in_(sessions),
        )
        .exists()
    )
