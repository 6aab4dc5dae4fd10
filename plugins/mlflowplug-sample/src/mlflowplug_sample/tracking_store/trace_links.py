"""MLflow's side of what traces are linked to: runs, and versions of prompts."""

from __future__ import annotations

from mlflow.entities.model_registry import PromptVersion
from mlflow.store.tracking.abstract_store import AbstractStore

from ..sql.errors import invalid_parameter
from .storage import Storage

MAX_TRACE_LINKS_PER_REQUEST = 100


class TraceLinks(AbstractStore):
    """The part of the tracking store that links traces; searches by run and prompt follow it."""

    _storage: Storage

    def link_traces_to_run(self, trace_ids: list[str], run_id: str) -> None:
        """Link traces, which may still be on their way, to a run; links are kept once."""
        if not trace_ids:
            return
        if len(trace_ids) > MAX_TRACE_LINKS_PER_REQUEST:
            raise invalid_parameter(
                f"Cannot link more than {MAX_TRACE_LINKS_PER_REQUEST} traces to a run in a single "
                f"request. Provided {len(trace_ids)} traces."
            )
        self._storage.link_traces(trace_ids, run_id)

    def unlink_traces_from_run(self, trace_ids: list[str], run_id: str) -> None:
        """Take links back; those that are not there are no error."""
        self._storage.unlink_traces(trace_ids, run_id)

    def link_prompts_to_trace(self, trace_id: str, prompt_versions: list[PromptVersion]) -> None:
        """Link a trace to the versions of prompts that it used."""
        if prompt_versions:
            names = [f"{prompt.name}/{prompt.version}" for prompt in prompt_versions]
            self._storage.link_prompts(trace_id, names)
