"""Traces and spans as clients make them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mlflow.entities import Span, TraceInfo, TraceLocation, TraceState
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, Status, StatusCode

START = 1_700_000_000_000


def trace_id(number: int) -> str:
    """The id of a trace, as MLflow's clients make them."""
    return f"tr-{number:032x}"


def trace_info(number: int, **changes: Any) -> TraceInfo:
    """A trace of the default experiment, which is over."""
    known: dict[str, Any] = {
        "trace_id": trace_id(number),
        "trace_location": TraceLocation.from_experiment_id("0"),
        "request_time": START + number,
        "execution_duration": 100,
        "state": TraceState.OK,
    }
    return TraceInfo(**{**known, **changes})


def span(
    trace: int,
    number: int,
    parent: int | None = None,
    *,
    name: str = "step",
    start: int = 0,
    end: int | None = 50,
    failed: bool = False,
    attributes: Mapping[str, Any] | None = None,
) -> Span:
    """A span; start and end are milliseconds after the start of its trace."""
    begin = START + trace
    known = {"mlflow.traceRequestId": trace_id(trace), **(attributes or {})}
    return Span(
        ReadableSpan(
            name=name,
            context=SpanContext(trace, number, is_remote=False),
            parent=None if parent is None else SpanContext(trace, parent, is_remote=False),
            attributes={key: json.dumps(value, ensure_ascii=False) for key, value in known.items()},
            start_time=(begin + start) * 1_000_000,
            end_time=None if end is None else (begin + end) * 1_000_000,
            status=Status(StatusCode.ERROR if failed else StatusCode.OK),
        )
    )


def usage(tokens: int) -> dict[str, Any]:
    """The attribute of a span that used so many tokens."""
    counts = {"input_tokens": tokens, "output_tokens": 0, "total_tokens": tokens}
    return {"mlflow.chat.tokenUsage": counts}
