"""What MLflow's server calls for clients of MLflow 2, and of 3 before 3.3, that log traces.

They begin a trace, end it, and upload its spans as an artifact.
"""

from __future__ import annotations

from abc import abstractmethod

from mlflow.entities import Experiment
from mlflow.entities.trace_info_v2 import TraceInfoV2
from mlflow.entities.trace_state import TraceState
from mlflow.entities.trace_status import TraceStatus
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.tracing.utils import generate_request_id_v2
from mlflow.utils.mlflow_tags import MLFLOW_ARTIFACT_LOCATION

from ..sql.workspaces import refuse_workspaces
from . import trace_entities
from .spans import trace_artifacts
from .storage import Storage
from .token_usage import token_counts


class DeprecatedTraces(AbstractStore):
    """The old way of logging traces, for the server only."""

    _storage: Storage

    @abstractmethod
    def _active_experiment(self, experiment_id: str) -> Experiment:
        """The experiment, which must not be deleted."""

    def deprecated_start_trace_v2(
        self,
        experiment_id: str,
        timestamp_ms: int,
        request_metadata: dict[str, str],
        tags: dict[str, str],
    ) -> TraceInfoV2:
        """Begin a trace."""
        refuse_workspaces()
        experiment = self._active_experiment(experiment_id)
        trace_id = generate_request_id_v2()
        number = int(experiment.experiment_id)
        record = self._storage.start_trace(
            (trace_id, number, timestamp_ms, None, TraceState.IN_PROGRESS.value, None, None, None),
            token_counts(request_metadata),
            {**tags, MLFLOW_ARTIFACT_LOCATION: trace_artifacts(experiment, trace_id)},
            request_metadata,
        )
        return TraceInfoV2.from_v3(trace_entities.trace_info(record))

    def deprecated_end_trace_v2(
        self,
        request_id: str,
        timestamp_ms: int,
        status: TraceStatus,
        request_metadata: dict[str, str],
        tags: dict[str, str],
    ) -> TraceInfoV2:
        """End a trace, and add to its metadata and tags."""
        state = TraceStatus(status).to_state().value
        record = self._storage.end_trace(request_id, timestamp_ms, state, tags, request_metadata)
        return TraceInfoV2.from_v3(trace_entities.trace_info(record))
