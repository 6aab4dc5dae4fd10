"""MLflow's side of labeling: sessions, what is labeled in them, and the questions."""

from __future__ import annotations

import json
import uuid
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from mlflow.entities import Trace
from mlflow.exceptions import MlflowException
from mlflow.genai.label_schemas.label_schemas import LabelSchema
from mlflow.genai.labeling.labeling import LabelingSession
from mlflow.genai.labeling.stores import AbstractLabelingStore
from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS
from mlflow.utils.time import get_current_time_millis

from ..experiments import active_experiment_id
from ..sql.errors import invalid_parameter, not_found
from ..sql.location import database_url
from . import entities
from .storage import LabelingStorage
from .tracking import Tracking


class SampleLabelingStore(AbstractLabelingStore):
    """Labeling sessions, in a SQL database.

    MLflow itself has this for Databricks only, where a review app shows sessions to people. Here
    that is a program of your own: it reads `get_session_traces` and `get_session_datasets`, and
    logs what people say with `mlflow.log_feedback` and `mlflow.log_expectation`.

    Args:
        tracking_uri: `sample:/path/to/store.db`; see `sql/location.py`.
    """

    def __init__(self, tracking_uri: str | None = None) -> None:
        self._storage = _opened(database_url(tracking_uri))
        self._tracking_uri = tracking_uri or ""
        self._tracking = Tracking(self._tracking_uri)

    # Sessions

    def get_labeling_session(self, run_id: str) -> LabelingSession:
        """The session of a run."""
        return entities.session(self._storage.session("run_id", run_id))

    def get_labeling_sessions(self, experiment_id: str | None = None) -> list[LabelingSession]:
        """The sessions of an experiment, the oldest first; by default of the active one."""
        where = active_experiment_id(self._tracking_uri, experiment_id)
        return [entities.session(row) for row in self._storage.sessions(where)]

    def create_labeling_session(
        self,
        name: str,
        *,
        assigned_users: list[str] | None = None,
        agent: str | None = None,
        label_schemas: list[str] | None = None,
        enable_multi_turn_chat: bool = False,
        custom_inputs: dict[str, Any] | None = None,
        experiment_id: str | None = None,
    ) -> LabelingSession:
        """A new session, and a run that stands for it where there is a tracking store."""
        if not isinstance(name, str) or not name.strip():
            raise invalid_parameter("A labeling session needs a name.")
        users = entities.texts(assigned_users, "assigned_users")
        schemas = entities.texts(label_schemas, "label_schemas")
        inputs = custom_inputs and entities.json_text(custom_inputs, "custom_inputs")
        where = active_experiment_id(self._tracking_uri, experiment_id)
        session_id = f"ls-{uuid.uuid4().hex}"
        run_id = self._tracking.create_run(where, name) or uuid.uuid4().hex
        now = get_current_time_millis()
        talks = int(enable_multi_turn_chat)
        row = (session_id, where, name, run_id, users, agent, schemas, talks, inputs or None, now)
        self._storage.add_session(row)
        return entities.session(row)

    def delete_labeling_session(self, labeling_session: LabelingSession) -> None:
        """Remove a session with what is in it, and delete its run."""
        self._storage.delete_session(labeling_session.labeling_session_id)
        self._tracking.delete_run(labeling_session.mlflow_run_id)

    def set_session_assigned_users(
        self, labeling_session: LabelingSession, assigned_users: list[str]
    ) -> LabelingSession:
        """Replace the people who label a session."""
        users = entities.texts(assigned_users, "assigned_users")
        self._storage.assign(labeling_session.labeling_session_id, users)
        return self._again(labeling_session)

    def _again(self, known: LabelingSession) -> LabelingSession:
        return entities.session(self._storage.session("session_id", known.labeling_session_id))

    # What is labeled in them

    def add_traces_to_session(
        self,
        labeling_session: LabelingSession,
        traces: list[Trace],
    ) -> LabelingSession:
        """Add traces, as they are now; one that is there already is replaced."""
        if not all(isinstance(one, Trace) for one in traces):
            raise invalid_parameter("traces is no list of mlflow.entities.Trace.")
        kept = [(one.info.trace_id, one.to_json()) for one in traces]
        self._storage.add_traces(labeling_session.labeling_session_id, kept)
        return self._again(labeling_session)

    def get_session_traces(self, labeling_session: LabelingSession) -> list[Trace]:
        """The traces of a session, with the labels that they have by now."""
        kept = self._storage.traces(labeling_session.labeling_session_id)
        return [self._tracking.newest(trace_id, text) for trace_id, text in kept]

    def add_dataset_to_session(
        self,
        labeling_session: LabelingSession,
        dataset_name: str,
        record_ids: list[str] | None = None,
    ) -> LabelingSession:
        """Add a dataset of the tracking store, or some of its records."""
        self._tracking.dataset(dataset_name)
        records = None if record_ids is None else entities.texts(record_ids, "record_ids")
        self._storage.add_dataset(labeling_session.labeling_session_id, dataset_name, records)
        return self._again(labeling_session)

    def get_session_datasets(
        self, labeling_session: LabelingSession
    ) -> dict[str, list[str] | None]:
        """The datasets of a session with the ids of their records; None for all of them."""
        found = self._storage.datasets(labeling_session.labeling_session_id)
        return {name: None if ids is None else json.loads(ids) for name, ids in found}

    def sync_session_expectations(self, labeling_session: LabelingSession, dataset: str) -> None:
        """Add the traces of a session, with what people expect of them, to a dataset."""
        if traces := self.get_session_traces(labeling_session):
            self._tracking.merge(dataset, traces)

    # Questions

    def get_label_schema(self, name: str) -> LabelSchema:
        """A question."""
        row = self._storage.schema(name)
        if row is None:
            raise not_found(f"Label schema with name `{name}` not found")
        return entities.schema(row)

    def create_label_schema(
        self,
        name: str,
        *,
        type: str,  # noqa: A002  MLflow's name
        title: str,
        input: Any,  # noqa: A002
        instruction: str | None = None,
        enable_comment: bool = False,
        overwrite: bool = False,
    ) -> LabelSchema:
        """A new question; its name is new, or `overwrite` is set."""
        kind, asked = entities.schema_type(type), entities.input_text(input)
        row = (name, kind, title, asked, instruction, int(enable_comment))
        if not self._storage.add_schema(row, overwrite=overwrite):
            raise MlflowException(
                f"Label schema with name `{name}` already exists; set overwrite to replace it.",
                RESOURCE_ALREADY_EXISTS,
            )
        return entities.schema(row)

    def delete_label_schema(self, name: str) -> None:
        """Remove a question; sessions that ask it keep its name."""
        if not self._storage.delete_schema(name):
            raise not_found(f"Label schema with name `{name}` not found")


# MLflow asks for the store again for every call (mlflow/genai/labeling/stores.py), and to open a
# database each time would take longer than what it is opened for.
@lru_cache(maxsize=100)
def _opened(url: sa.URL) -> LabelingStorage:
    return LabelingStorage(url)
