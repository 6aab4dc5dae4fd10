"""MLflow's side of traces: what `mlflow.trace`, autologging, searches and the UI call.

Their spans are kept in the database as well (`spans.py`): the tag `mlflow.trace.spansLocation`
tells the clients. Without it they upload the spans as an artifact, and look for them there.
"""

from __future__ import annotations

import json
import time
from abc import abstractmethod
from collections.abc import Iterable

from mlflow.entities import Experiment, Trace, TraceInfo
from mlflow.exceptions import MlflowException, MlflowTracingException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST
from mlflow.store.tracking import SEARCH_TRACES_DEFAULT_MAX_RESULTS
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.tracing.constant import (
    SpansLocation,
    TraceMetadataKey,
    TraceSizeStatsKey,
    TraceTagKey,
)
from mlflow.utils.mlflow_tags import MLFLOW_ARTIFACT_LOCATION
from mlflow.utils.search_utils import SearchTraceUtils
from mlflow.utils.validation import _resolve_experiment_ids_and_locations, _validate_trace_tag

from ..sql.errors import invalid_parameter, mlflow_errors
from ..sql.workspaces import refuse_workspaces
from . import trace_entities
from .assessments import assessment_row
from .errors import trace_not_found
from .search import check_max_results, experiment_number
from .spans import trace_artifacts
from .storage import Storage
from .storage.spans import FINALIZED
from .storage.traces import TraceRecord
from .token_usage import token_counts
from .trace_search import select_traces

PAUSES = (1.0, 2.0)
"""Seconds that `get_trace` waits for spans that are still on their way, as MLflow's own store."""


class Traces(AbstractStore):
    """The part of the tracking store that keeps traces."""

    _storage: Storage

    @abstractmethod
    def _active_experiment(self, experiment_id: str) -> Experiment:
        """The experiment, which must not be deleted."""

    def start_trace(self, trace_info: TraceInfo) -> TraceInfo:
        """Keep a trace, or complete one whose spans came first. Clients call it at its end."""
        refuse_workspaces()
        if trace_info.experiment_id is None:
            raise invalid_parameter("Traces are kept in experiments: the trace names none.")
        experiment = self._active_experiment(trace_info.experiment_id)
        trace_id = trace_info.trace_id
        metadata = trace_info.trace_metadata
        artifacts = trace_artifacts(experiment, trace_id)
        row = (
            trace_id,
            int(experiment.experiment_id),
            trace_info.request_time,
            trace_info.execution_duration,
            trace_info.state.value,
            trace_info.client_request_id,
            trace_info.request_preview,
            trace_info.response_preview,
        )
        record = self._storage.start_trace(
            row,
            token_counts(metadata),
            {**trace_info.tags, MLFLOW_ARTIFACT_LOCATION: artifacts},
            {**metadata, FINALIZED: "true"},
            [assessment_row(one, trace_id) for one in trace_info.assessments],
        )
        return trace_entities.trace_info(record)

    def get_trace_info(self, trace_id: str) -> TraceInfo:
        """A trace without its spans."""
        found = self._storage.traces([trace_id])
        if not found:
            raise trace_not_found(trace_id)
        return trace_entities.trace_info(found[0])

    def get_trace(self, trace_id: str, *, allow_partial: bool = False) -> Trace:
        """A trace with its spans.

        Args:
            trace_id: which one.
            allow_partial: whether to take it while spans are missing; else they are waited for.

        Raises:
            MlflowTracingException: the spans were uploaded as an artifact.
            MlflowException: there is no such trace, or spans are missing.
        """
        for pause in (*PAUSES, None):
            found = self._storage.traces_with_spans([trace_id])
            if not found:
                raise trace_not_found(trace_id)
            trace = _in_store(found)[0]
            if allow_partial or _is_complete(trace):
                return trace
            if pause is not None:
                time.sleep(pause)
        message = f"Trace with ID {trace_id} is not fully exported yet, please try again later."
        raise MlflowException(message, RESOURCE_DOES_NOT_EXIST)

    def batch_get_traces(
        self,
        trace_ids: list[str],
        location: str | None = None,  # noqa: ARG002  of a table of Databricks
        experiment_ids: list[str] | None = None,
    ) -> list[Trace]:
        """Those of the traces that are there with all their spans, in the order of the ids."""
        found = self._storage.traces_with_spans(trace_ids)
        inside = [one for one in found if _is_inside(one[0], experiment_ids)]
        return [trace for trace in _in_store(inside) if _is_complete(trace)]

    def batch_get_trace_infos(
        self,
        trace_ids: list[str],
        location: str | None = None,  # noqa: ARG002  of a table of Databricks
        experiment_ids: list[str] | None = None,
    ) -> list[TraceInfo]:
        """Those of the traces that are there, without spans, in the order of the ids."""
        found = self._storage.traces(trace_ids)
        return [trace_entities.trace_info(one) for one in found if _is_inside(one, experiment_ids)]

    def search_traces(
        self,
        experiment_ids: list[str] | None = None,
        filter_string: str | None = None,
        max_results: int = SEARCH_TRACES_DEFAULT_MAX_RESULTS,
        order_by: list[str] | None = None,
        page_token: str | None = None,
        model_id: str | None = None,
        locations: list[str] | None = None,
    ) -> tuple[list[TraceInfo], str | None]:
        """One page of the traces that match, without spans, and the token of the next page."""
        refuse_workspaces()
        locations = _resolve_experiment_ids_and_locations(experiment_ids, locations)
        check_max_results(max_results)
        if model_id is not None:
            on_model = f"request_metadata.`{TraceMetadataKey.MODEL_ID}` = '{model_id}'"
            filter_string = f"{filter_string} AND {on_model}" if filter_string else on_model
        offset = SearchTraceUtils.parse_start_offset_from_page_token(page_token)
        with mlflow_errors():
            statement = select_traces(locations, filter_string, order_by)
        found = self._storage.search_traces(statement.offset(offset).limit(max_results + 1))
        token = None
        if len(found) > max_results:
            token = SearchTraceUtils.create_page_token(offset + max_results)
        return [trace_entities.trace_info(one) for one in found[:max_results]], token

    def set_trace_tag(self, trace_id: str, key: str, value: str) -> None:
        """Set or replace a tag."""
        key, value = _validate_trace_tag(key, value)
        self._storage.set_trace_tag(trace_id, key, value)

    def delete_trace_tag(self, trace_id: str, key: str) -> None:
        """Delete a tag, which must exist."""
        self._storage.delete_trace_tag(trace_id, key)

    def _delete_traces(
        self,
        experiment_id: str,
        max_timestamp_millis: int | None = None,
        max_traces: int | None = None,
        trace_ids: list[str] | None = None,
    ) -> int:
        """Delete for good what `delete_traces` of the base class has checked."""
        return self._storage.delete_traces(
            experiment_number(experiment_id), max_timestamp_millis, max_traces, trace_ids or []
        )


def _is_inside(record: TraceRecord, experiment_ids: Iterable[str] | None) -> bool:
    return experiment_ids is None or record.row[1] in map(experiment_number, experiment_ids)


def _in_store(found: list[tuple[TraceRecord, list[str]]]) -> list[Trace]:
    """The traces, whose spans must be in the store: MLflow's server looks elsewhere then."""
    for record, _ in found:
        if record.tags.get(TraceTagKey.SPANS_LOCATION) != SpansLocation.TRACKING_STORE.value:
            raise MlflowTracingException("Trace data not stored in tracking store")
    return [trace_entities.trace(record, contents) for record, contents in found]


def _is_complete(trace: Trace) -> bool:
    """Whether there are as many spans as the client said when the trace ended."""
    sizes = json.loads(trace.info.trace_metadata.get(TraceMetadataKey.SIZE_STATS) or "{}")
    return bool(trace.data.spans) and (
        len(trace.data.spans) >= sizes.get(TraceSizeStatsKey.NUM_SPANS, 0)
    )
