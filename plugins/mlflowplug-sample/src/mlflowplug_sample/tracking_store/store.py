"""MLflow's side of the tracking store: what `mlflow.store.tracking.abstract_store` promises.

The class validates as MLflow does, and turns entities into the plain values of `storage` and back.
It answers as MLflow's own SQL store (mlflow/store/tracking/sqlalchemy_store.py), error by error.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mlflow.entities import (
    Experiment,
    ExperimentTag,
    LifecycleStage,
    Metric,
    Param,
    Run,
    RunData,
    RunInfo,
    RunInputs,
    RunStatus,
    RunTag,
    ViewType,
)
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.tracking import SEARCH_MAX_RESULTS_DEFAULT
from mlflow.utils.mlflow_tags import MLFLOW_LOGGED_MODELS, MLFLOW_RUN_NAME
from mlflow.utils.name_utils import _generate_random_name
from mlflow.utils.search_utils import SearchExperimentsUtils, SearchUtils
from mlflow.utils.time import get_current_time_millis
from mlflow.utils.uri import append_to_uri_path, resolve_uri_if_local
from mlflow.utils.validation import (
    _validate_batch_log_limits,
    _validate_experiment_artifact_location_length,
    _validate_experiment_name,
    _validate_experiment_tag,
    _validate_param,
    _validate_param_keys_unique,
    _validate_run_id,
    _validate_tag,
)

from ..sql.errors import invalid_parameter, mlflow_errors
from ..sql.location import artifact_root, database_url
from ..sql.workspaces import refuse_workspaces
from . import entities
from .assessments import Assessments
from .deprecated_traces import DeprecatedTraces
from .errors import not_active
from .garbage_collection import GarbageCollection
from .logged_models import LoggedModels
from .metric_history import MetricHistory
from .points import model_points, point, points
from .search import check_max_results, experiment_number, select_experiments, select_runs
from .spans import Spans
from .storage import Storage
from .trace_links import TraceLinks
from .trace_metrics import TraceMetrics
from .traces import Traces

if TYPE_CHECKING:
    from mlflow.models import Model

DEFAULT_EXPERIMENT_ID = "0"
ARTIFACTS = "artifacts"


class SampleTrackingStore(
    MetricHistory,
    LoggedModels,
    Traces,
    Spans,
    Assessments,
    TraceLinks,
    TraceMetrics,
    DeprecatedTraces,
    GarbageCollection,
):
    """Experiments, runs, logged models and traces in a SQLite file or a PostgreSQL database.

    Args:
        store_uri: `sample:/path/to/store.db`; see `location.database_url`.
        artifact_uri: where new experiments keep artifacts; None for a folder beside the file.
    """

    def __init__(self, store_uri: str | None = None, artifact_uri: str | None = None) -> None:
        super().__init__()
        refuse_workspaces()
        database = database_url(store_uri)
        self._artifact_root = artifact_root(artifact_uri, database)
        self._storage = Storage(database)
        self._storage.create_default_experiment(
            Experiment.DEFAULT_EXPERIMENT_NAME,
            self._artifact_location(DEFAULT_EXPERIMENT_ID),
            get_current_time_millis(),
        )

    @property
    def supports_workspaces(self) -> bool:
        """No: `mlflow server --enable-workspaces` refuses the store, and says so."""
        return False

    def _artifact_location(self, experiment_id: int | str) -> str:
        return str(append_to_uri_path(self._artifact_root, str(experiment_id)))

    # Experiments

    def create_experiment(
        self,
        name: str,
        artifact_location: str | None = None,
        tags: Sequence[ExperimentTag] | None = None,
    ) -> str:
        """Create an experiment and return its id."""
        refuse_workspaces()
        _validate_experiment_name(name)
        if artifact_location:
            artifact_location = resolve_uri_if_local(artifact_location)
            _validate_experiment_artifact_location_length(artifact_location)
        for tag in tags or ():
            _validate_experiment_tag(tag.key, tag.value)
        pairs = [(tag.key, tag.value) for tag in tags or ()]
        now = get_current_time_millis()
        return str(
            self._storage.create_experiment(
                name, artifact_location, self._artifact_location, pairs, now
            )
        )

    def get_experiment(self, experiment_id: str) -> Experiment:
        """The experiment, deleted or not."""
        number = experiment_number(experiment_id or DEFAULT_EXPERIMENT_ID)
        return entities.experiment(*self._storage.experiment(number))

    def get_experiment_by_name(self, experiment_name: str) -> Experiment | None:
        """The experiment of that name, deleted or not, or None."""
        found = self._storage.experiment_by_name(experiment_name)
        return entities.experiment(*found) if found else None

    def search_experiments(
        self,
        view_type: int = ViewType.ACTIVE_ONLY,
        max_results: int = SEARCH_MAX_RESULTS_DEFAULT,
        filter_string: str | None = None,
        order_by: list[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Experiment]:
        """One page of the experiments that match."""
        refuse_workspaces()
        check_max_results(max_results)
        with mlflow_errors():
            stages = LifecycleStage.view_type_to_stages(view_type)
            statement = select_experiments(stages, filter_string, order_by)
        offset = SearchUtils.parse_start_offset_from_page_token(page_token)
        found = self._storage.search_experiments(statement.offset(offset).limit(max_results + 1))
        token = None
        if len(found) > max_results:
            token = SearchExperimentsUtils.create_page_token(offset + max_results)
        return PagedList([entities.experiment(*one) for one in found[:max_results]], token)

    def delete_experiment(self, experiment_id: str) -> None:
        """Delete an active experiment, and its runs, in a way that can be taken back."""
        self._move_experiment(experiment_id, LifecycleStage.ACTIVE, LifecycleStage.DELETED)

    def restore_experiment(self, experiment_id: str) -> None:
        """Take a deletion back, of the runs too."""
        self._move_experiment(experiment_id, LifecycleStage.DELETED, LifecycleStage.ACTIVE)

    def _move_experiment(self, experiment_id: str, old: str, new: str) -> None:
        number = experiment_number(experiment_id or DEFAULT_EXPERIMENT_ID)
        self._storage.move_experiment(number, old, new, get_current_time_millis())

    def rename_experiment(self, experiment_id: str, new_name: str) -> None:
        """Give an active experiment another name."""
        _validate_experiment_name(new_name)
        number = experiment_number(experiment_id or DEFAULT_EXPERIMENT_ID)
        self._storage.rename_experiment(number, new_name, get_current_time_millis())

    def set_experiment_tag(self, experiment_id: str, tag: ExperimentTag) -> None:
        """Set or replace a tag of an active experiment."""
        _validate_experiment_tag(tag.key, tag.value)
        number = experiment_number(experiment_id or DEFAULT_EXPERIMENT_ID)
        self._storage.set_experiment_tag(number, tag.key, tag.value)

    def delete_experiment_tag(self, experiment_id: str, key: str) -> None:
        """Delete a tag of an active experiment."""
        number = experiment_number(experiment_id or DEFAULT_EXPERIMENT_ID)
        self._storage.delete_experiment_tag(number, key)

    # Runs

    def create_run(
        self,
        experiment_id: str,
        user_id: str,
        start_time: int,
        tags: Sequence[RunTag] | None,
        run_name: str | None,
    ) -> Run:
        """Start a run in an active experiment."""
        refuse_workspaces()
        experiment = self._active_experiment(experiment_id)
        tags = list(tags or ())
        name, tags = _named(run_name, tags)
        run_id = uuid.uuid4().hex
        with mlflow_errors():
            info = RunInfo(
                run_id=run_id,
                experiment_id=experiment.experiment_id,
                user_id=user_id,
                status=RunStatus.to_string(RunStatus.RUNNING),
                start_time=start_time,
                end_time=None,
                lifecycle_stage=LifecycleStage.ACTIVE,
                artifact_uri=append_to_uri_path(experiment.artifact_location, run_id, ARTIFACTS),
                run_name=name,
            )
        self._storage.create_run(_run_row(info), [(tag.key, tag.value) for tag in tags])
        return Run(info, RunData(tags=tags), RunInputs(dataset_inputs=[]))

    def _active_experiment(self, experiment_id: str) -> Experiment:
        experiment = self.get_experiment(experiment_id)
        if experiment.lifecycle_stage != LifecycleStage.ACTIVE:
            raise not_active("experiment", experiment.experiment_id, experiment.lifecycle_stage)
        return experiment

    def get_run(self, run_id: str) -> Run:
        """The run with the newest value of each metric, its params, tags, inputs and outputs."""
        return entities.run(self._storage.run(run_id))

    def update_run_info(
        self, run_id: str, run_status: int | None, end_time: int | None, run_name: str | None
    ) -> RunInfo:
        """Change what is not None of an active run."""
        with mlflow_errors():
            status = None if run_status is None else RunStatus.to_string(run_status)
        return entities.run_info(self._storage.update_run(run_id, status, end_time, run_name))

    def delete_run(self, run_id: str) -> None:
        """Delete a run in a way that can be taken back."""
        self._storage.move_run(run_id, LifecycleStage.DELETED, get_current_time_millis())

    def restore_run(self, run_id: str) -> None:
        """Take a deletion back."""
        self._storage.move_run(run_id, LifecycleStage.ACTIVE, None)

    def _search_runs(
        self,
        experiment_ids: list[str],
        filter_string: str | None,
        run_view_type: int,
        max_results: int | None,
        order_by: list[str] | None,
        page_token: str | None,
    ) -> tuple[list[Run], Any]:
        refuse_workspaces()
        if max_results is not None:
            check_max_results(max_results)
        with mlflow_errors():
            stages = LifecycleStage.view_type_to_stages(run_view_type)
            statement = select_runs(experiment_ids, stages, filter_string, order_by)
        offset = SearchUtils.parse_start_offset_from_page_token(page_token)
        limit = None if max_results is None else max_results + 1
        found = self._storage.search_runs(statement.offset(offset).limit(limit))
        token = None
        if max_results is not None and len(found) > max_results:
            token = SearchUtils.create_page_token(offset + max_results)
        return [entities.run(one, model_inputs=False) for one in found[:max_results]], token

    # Metrics, params and tags

    def log_metric(self, run_id: str, metric: Metric) -> None:
        """Log one metric."""
        self._storage.log_metric(run_id, point(metric), model_points(run_id, [metric]))

    def log_param(self, run_id: str, param: Param) -> None:
        """Log one param, which cannot be changed afterwards."""
        checked = _validate_param(param.key, param.value)
        self._storage.log_param(run_id, checked.key, checked.value)

    def set_tag(self, run_id: str, tag: RunTag) -> None:
        """Set or replace a tag."""
        with mlflow_errors():
            checked = _validate_tag(tag.key, tag.value)
        self._storage.set_tag(run_id, checked.key, checked.value)

    def delete_tag(self, run_id: str, key: str) -> None:
        """Delete a tag."""
        self._storage.delete_tag(run_id, key)

    def log_batch(
        self,
        run_id: str,
        metrics: Sequence[Metric],
        params: Sequence[Param],
        tags: Sequence[RunTag],
    ) -> None:
        """Log everything, or nothing when a part of it is refused."""
        _validate_run_id(run_id)
        rows = points(metrics)
        params = [_validate_param(p.key, p.value, f"params[{i}]") for i, p in enumerate(params)]
        tags = [_validate_tag(t.key, t.value, f"tags[{i}]") for i, t in enumerate(tags)]
        _validate_batch_log_limits(metrics, params, tags)
        _validate_param_keys_unique(params)
        self._storage.log_batch(
            run_id,
            rows,
            model_points(run_id, metrics),
            [(param.key, param.value) for param in params],
            [(tag.key, tag.value) for tag in tags],
        )

    # What only some clients call

    def record_logged_model(self, run_id: str, mlflow_model: Model) -> None:
        """Note a model in the tag that MLflow 2 keeps of them."""
        self._storage.append_to_tag(run_id, MLFLOW_LOGGED_MODELS, mlflow_model.get_tags_dict())


def _named(run_name: str | None, tags: list[RunTag]) -> tuple[str, list[RunTag]]:
    """The name of a new run, and its tags with the name among them."""
    tagged = next((tag.value for tag in tags if tag.key == MLFLOW_RUN_NAME), None)
    if run_name and tagged and run_name != tagged:
        raise invalid_parameter(
            "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with "
            f"different values (run_name='{run_name}', mlflow.runName='{tagged}')."
        )
    name = run_name or tagged or _generate_random_name()
    return name, tags if tagged else [*tags, RunTag(MLFLOW_RUN_NAME, name)]


def _run_row(info: RunInfo) -> tuple[Any, ...]:
    """The row in the order of `storage.runs.COLUMNS`."""
    return (
        info.run_id,
        int(info.experiment_id),
        info.run_name,
        info.user_id,
        info.status,
        info.start_time,
        info.end_time,
        info.lifecycle_stage,
        info.artifact_uri,
    )
