"""MLflow's side of spans: what clients, and OpenTelemetry exporters through the server, log.

Spans come one by one as they end, before `start_trace` says all about their trace, or without it.
What they tell meanwhile is what `_log_spans_once` of MLflow's own SQL store makes of them.
"""

from __future__ import annotations

import asyncio
import json
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from mlflow.entities import Experiment, Span, SpanStatusCode, TraceState
from mlflow.exceptions import MlflowException
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.tracing.constant import (
    SpanAttributeKey,
    SpansLocation,
    TraceMetadataKey,
    TraceTagKey,
)
from mlflow.tracing.otel.translation import translate_span_when_storing
from mlflow.tracing.utils import TraceJSONEncoder
from mlflow.tracing.utils.truncation import _get_truncated_preview
from mlflow.utils.mlflow_tags import MLFLOW_ARTIFACT_LOCATION
from mlflow.utils.uri import append_to_uri_path
from mlflow.utils.validation import _validate_trace_tag

from ..sql.database import Row
from ..sql.workspaces import refuse_workspaces
from .storage import Storage
from .storage.spans import SpanBatch
from .token_usage import COST, COSTS, LLM_COST, TOKEN_USAGE, numbers

# Attributes by the names that OpenTelemetry and newer MLflows give them.
_SESSION = ("session.id", "gen_ai.conversation.id")
_USER = ("user.id",)
_MODEL = "mlflow.llm.model"
_PROVIDER = "mlflow.llm.provider"
_TRACE_TAG = "mlflow.traceTag."
_NO_TAGS = ("telemetry.sdk.", "mlflow.")

Attributes = dict[str, Any]


class Spans(AbstractStore):
    """The part of the tracking store that takes spans."""

    _storage: Storage

    @abstractmethod
    def _active_experiment(self, experiment_id: str) -> Experiment:
        """The experiment, which must not be deleted."""

    def log_spans(
        self,
        location: str,
        spans: list[Span],
        tracking_uri: str | None = None,  # noqa: ARG002  for Databricks only
    ) -> list[Span]:
        """Keep spans, of one or many traces; traces that are new begin in an experiment.

        Args:
            location: the id of the experiment.
            spans: those to add, or to replace.
            tracking_uri: not used.

        Raises:
            MlflowException: the experiment does not exist or is deleted; nothing is kept.
        """
        refuse_workspaces()
        if spans:
            experiment = self._active_experiment(location)
            traces: dict[str, list[Span]] = defaultdict(list)
            for span in spans:
                traces[span.trace_id].append(span)
            batches = [_batch(trace_id, of, experiment) for trace_id, of in traces.items()]
            self._storage.log_spans(int(experiment.experiment_id), batches)
        return spans

    async def log_spans_async(self, location: str, spans: list[Span]) -> list[Span]:
        """As `log_spans`, for the server's event loop."""
        return await asyncio.to_thread(self.log_spans, location, spans)


def trace_artifacts(experiment: Experiment, trace_id: str) -> str:
    """Where attachments of a trace are kept; clients learn it from a tag."""
    return str(append_to_uri_path(experiment.artifact_location, "traces", trace_id, "artifacts"))


def _batch(trace_id: str, spans: Sequence[Span], experiment: Experiment) -> SpanBatch:
    translated = [(span, translate_span_when_storing(span)) for span in spans]
    attributes = [content["attributes"] for _, content in translated]
    root, root_attributes = next(
        ((span, content["attributes"]) for span, content in translated if span.parent_id is None),
        (None, {}),
    )
    ends = [span.end_time_ns for span in spans if span.end_time_ns is not None]
    found = {
        TraceMetadataKey.TRACE_SESSION: _first(attributes, _SESSION),
        TraceMetadataKey.TRACE_USER: _first(attributes, _USER),
    }
    return SpanBatch(
        trace_id,
        start=_milliseconds(min(span.start_time_ns for span in spans)),
        end=_milliseconds(max(ends)) if ends else None,
        status=None if root is None else _trace_status(root),
        previews=_previews(root_attributes),
        tags=_tags(spans, root_attributes),
        default_tags={MLFLOW_ARTIFACT_LOCATION: trace_artifacts(experiment, trace_id)},
        default_metadata={key: value for key, value in found.items() if value},
        summaries=_summaries(attributes),
        rows=[_row(span, content) for span, content in translated],
    )


def _row(span: Span, content: dict[str, Any]) -> Row:
    """The row of a span in the order of `storage.spans.NAMES`."""
    attributes = content["attributes"]
    usage = numbers(attributes.get(SpanAttributeKey.CHAT_USAGE))
    cost = numbers(attributes.get(LLM_COST)) or {}
    return (
        span.trace_id,
        span.span_id,
        span.parent_id,
        span.name,
        None if span.span_type is None else str(span.span_type),
        SpanStatusCode(span.status.status_code).value,
        span.start_time_ns,
        span.end_time_ns,
        None if usage is None else json.dumps(usage),
        *(cost.get(name) for name in COSTS),
        _text(attributes.get(_MODEL)),
        _text(attributes.get(_PROVIDER)),
        # As people type it, so that searches for text find what is not ASCII.
        json.dumps(content, cls=TraceJSONEncoder, ensure_ascii=False),
    )


def _milliseconds(nanoseconds: int) -> int:
    return nanoseconds // 1_000_000


def _trace_status(root: Span) -> str:
    failed = root.status.status_code == SpanStatusCode.ERROR
    return str((TraceState.ERROR if failed else TraceState.OK).value)


def _previews(root: Attributes) -> tuple[str | None, str | None]:
    request, response = root.get(SpanAttributeKey.INPUTS), root.get(SpanAttributeKey.OUTPUTS)
    return (
        _get_truncated_preview(request, role="user") if request else None,
        _get_truncated_preview(response, role="assistant") if response else None,
    )


def _summaries(attributes: Sequence[Attributes]) -> frozenset[str]:
    places = {TOKEN_USAGE: SpanAttributeKey.CHAT_USAGE, COST: LLM_COST}
    return frozenset(
        key
        for key, name in places.items()
        if any(numbers(of.get(name)) is not None for of in attributes)
    )


def _tags(spans: Sequence[Span], root: Attributes) -> dict[str, str]:
    """Tags from the resource, then those of `mlflow.update_current_trace`, which count more."""
    resources = (getattr(span._span, "resource", None) for span in spans)
    resource = next((one for one in resources if one is not None and one.attributes), None)
    tags: dict[str, str] = {}
    for key, value in (resource.attributes if resource else {}).items():
        if not key.startswith(_NO_TAGS):
            _add_tag(tags, key, value if isinstance(value, str) else json.dumps(value))
    for key, value in root.items():
        if key.startswith(_TRACE_TAG):
            _add_tag(tags, key.removeprefix(_TRACE_TAG), str(_plain(value)))
    return {**tags, TraceTagKey.SPANS_LOCATION: SpansLocation.TRACKING_STORE.value}


def _add_tag(tags: dict[str, str], key: str, value: str) -> None:
    try:
        key, value = _validate_trace_tag(key, value)
    except MlflowException:
        return  # A name that MLflow does not take for a tag is still in the span's content.
    tags[key] = value


def _first(attributes: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str | None:
    values = (of[name] for of in attributes for name in names if of.get(name))
    found = next(values, None)
    return None if found is None else str(_plain(found))


def _plain(value: Any) -> Any:
    """The text inside JSON's quotes, which attributes have; anything else as it is."""
    try:
        parsed = json.loads(value)
    except (TypeError, ValueError):
        return value
    return parsed if isinstance(parsed, str) else value


def _text(value: object) -> str | None:
    plain = _plain(value)
    return plain if isinstance(plain, str) else None
