"""MLflow's side of logged models, and of what runs take in and give out.

MLflow 3 logs every model through these: `mlflow.sklearn.log_model` calls `create_logged_model`,
`log_outputs`, `finalize_logged_model` and `get_logged_model`.
"""

from __future__ import annotations

import uuid
from abc import abstractmethod
from typing import Any

from mlflow.entities import (
    DatasetInput,
    Experiment,
    LifecycleStage,
    LoggedModel,
    LoggedModelInput,
    LoggedModelOutput,
    LoggedModelParameter,
    LoggedModelStatus,
    LoggedModelTag,
    _DatasetSummary,
)
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.tracking import SEARCH_LOGGED_MODEL_MAX_RESULTS_DEFAULT
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.utils.name_utils import _generate_random_name
from mlflow.utils.search_utils import SearchLoggedModelsPaginationToken
from mlflow.utils.time import get_current_time_millis
from mlflow.utils.uri import append_to_uri_path
from mlflow.utils.validation import (
    _validate_dataset_inputs,
    _validate_logged_model_name,
    _validate_run_id,
)

from ..sql.errors import invalid_parameter, mlflow_errors
from . import entities
from .model_search import select_models
from .search import experiment_number
from .storage import Storage
from .storage.inputs import DatasetRow
from .storage.runs import Pairs


class LoggedModels(AbstractStore):
    """The part of the tracking store that MLflow 3 added for models."""

    _storage: Storage

    @abstractmethod
    def _active_experiment(self, experiment_id: str) -> Experiment:
        """The experiment, which must not be deleted."""

    def log_inputs(
        self,
        run_id: str,
        datasets: list[DatasetInput] | None = None,
        models: list[LoggedModelInput] | None = None,
    ) -> None:
        """Log the datasets and the models that a run reads."""
        _validate_run_id(run_id)
        if datasets is not None:
            if not isinstance(datasets, list):
                raise TypeError(f"Argument 'datasets' should be a list, got '{type(datasets)}'")
            _validate_dataset_inputs(datasets)
        model_ids = [model.model_id for model in models or []]
        self._storage.log_inputs(run_id, [_dataset(one) for one in datasets or []], model_ids)

    def log_outputs(self, run_id: str, models: list[LoggedModelOutput]) -> None:
        """Log the models that a run writes."""
        self._storage.log_outputs(run_id, [(model.model_id, model.step) for model in models])

    def _search_datasets(self, experiment_ids: list[str]) -> list[_DatasetSummary]:
        numbers = [experiment_number(key) for key in experiment_ids]
        return [
            _DatasetSummary(str(experiment_id), name, digest, context)
            for experiment_id, name, digest, context in self._storage.dataset_summaries(numbers)
        ]

    def create_logged_model(
        self,
        experiment_id: str,
        name: str | None = None,
        source_run_id: str | None = None,
        tags: list[LoggedModelTag] | None = None,
        params: list[LoggedModelParameter] | None = None,
        model_type: str | None = None,
    ) -> LoggedModel:
        """Create a model that is pending until `finalize_logged_model`."""
        _validate_logged_model_name(name)
        experiment = self._active_experiment(experiment_id)
        model_id = f"m-{uuid.uuid4().hex}"
        now = get_current_time_millis()
        row = (
            model_id,
            int(experiment.experiment_id),
            name or _generate_random_name(),
            append_to_uri_path(experiment.artifact_location, "models", model_id, "artifacts"),
            now,
            now,
            model_type,
            source_run_id,
            LoggedModelStatus.PENDING.to_int(),
            None,
            LifecycleStage.ACTIVE,
        )
        self._storage.create_model(row, _pairs(params), _pairs(tags))
        return self.get_logged_model(model_id)

    def get_logged_model(self, model_id: str, allow_deleted: bool = False) -> LoggedModel:
        """The model with its params, tags and metrics."""
        return entities.logged_model(self._storage.model(model_id, allow_deleted=allow_deleted))

    def finalize_logged_model(self, model_id: str, status: LoggedModelStatus) -> LoggedModel:
        """Say how the logging of the model ended."""
        now = get_current_time_millis()
        return entities.logged_model(
            self._storage.update_model(model_id, now, status=status.to_int())
        )

    def delete_logged_model(self, model_id: str) -> None:
        """Hide the model from searches; `get_logged_model` finds it with `allow_deleted`."""
        now = get_current_time_millis()
        self._storage.update_model(model_id, now, stage=LifecycleStage.DELETED)

    def log_logged_model_params(self, model_id: str, params: list[LoggedModelParameter]) -> None:
        """Add params, each of which is written once."""
        self._storage.add_model_params(model_id, _pairs(params))

    def set_logged_model_tags(self, model_id: str, tags: list[LoggedModelTag]) -> None:
        """Set or replace tags."""
        self._storage.set_model_tags(model_id, _pairs(tags))

    def delete_logged_model_tag(self, model_id: str, key: str) -> None:
        """Delete a tag."""
        self._storage.delete_model_tag(model_id, key)

    def search_logged_models(
        self,
        experiment_ids: list[str],
        filter_string: str | None = None,
        datasets: list[dict[str, Any]] | None = None,
        max_results: int | None = None,
        order_by: list[dict[str, Any]] | None = None,
        page_token: str | None = None,
    ) -> PagedList[LoggedModel]:
        """One page of the models that match."""
        if datasets and not all(one.get("dataset_name") for one in datasets):
            raise invalid_parameter("`dataset_name` in the `datasets` clause must be specified.")
        page = SearchLoggedModelsPaginationToken(experiment_ids, filter_string, order_by)
        if page_token:
            page = SearchLoggedModelsPaginationToken.decode(page_token)
            page.validate(experiment_ids, filter_string, order_by)
        size = max_results or SEARCH_LOGGED_MODEL_MAX_RESULTS_DEFAULT
        with mlflow_errors():
            statement = select_models(experiment_ids, filter_string, datasets, order_by)
        found = self._storage.search_models(statement.offset(page.offset).limit(size + 1))
        page.offset += size
        token = page.encode() if len(found) > size else None
        return PagedList([entities.logged_model(one) for one in found[:size]], token)


def _pairs(items: list[Any] | None) -> Pairs:
    return [(item.key, item.value) for item in items or []]


def _dataset(logged: DatasetInput) -> tuple[DatasetRow, Pairs]:
    one = logged.dataset
    row = (one.name, one.digest, one.source_type, one.source, one.schema, one.profile)
    return row, _pairs(logged.tags)
