"""What is stored, as the entities that MLflow's clients expect."""

from __future__ import annotations

from mlflow.entities import (
    Dataset,
    DatasetInput,
    Experiment,
    ExperimentTag,
    InputTag,
    LoggedModel,
    LoggedModelInput,
    LoggedModelOutput,
    LoggedModelStatus,
    Metric,
    Param,
    Run,
    RunData,
    RunInfo,
    RunInputs,
    RunOutputs,
    RunTag,
)
from mlflow.utils.mlflow_tags import MLFLOW_RUN_NAME

from ..sql.database import Row
from .storage.experiments import Pairs
from .storage.models import ModelRecord
from .storage.runs import RunRecord

NAN = float("nan")


def experiment(row: Row, tags: Pairs) -> Experiment:
    """The experiment of a row of `storage.experiments.COLUMNS`."""
    experiment_id, name, location, stage, created, updated = row
    return Experiment(
        experiment_id=str(experiment_id),
        name=name,
        artifact_location=location,
        lifecycle_stage=stage,
        tags=[ExperimentTag(key, value) for key, value in tags],
        creation_time=created,
        last_update_time=updated,
    )


def metric(row: Row) -> Metric:
    """The metric of a row `key, value, timestamp, step, is_nan`."""
    key, value, timestamp, step, is_nan = row
    return Metric(key, NAN if is_nan else value, timestamp, step)


def run_info(record: RunRecord) -> RunInfo:
    """The run's own attributes; a run without a name is called by its tag."""
    run_id, experiment_id, name, user_id, status, start, end, stage, artifact_uri = record.row
    return RunInfo(
        run_id=run_id,
        experiment_id=str(experiment_id),
        user_id=user_id,
        status=status,
        start_time=start,
        end_time=end,
        lifecycle_stage=stage,
        artifact_uri=artifact_uri,
        run_name=name or dict(record.tags).get(MLFLOW_RUN_NAME, name),
    )


def run(record: RunRecord, *, model_inputs: bool = True) -> Run:
    """The run with its data, inputs and outputs; searches leave the model inputs out."""
    data = RunData(
        metrics=[metric(row) for row in record.metrics],
        params=[Param(key, value) for key, value in record.params],
        tags=[RunTag(key, value) for key, value in record.tags],
    )
    datasets = [_dataset_input(row, tags) for row, tags in record.datasets.values()]
    models = [LoggedModelInput(model_id=key) for key in record.model_inputs]
    outputs = [LoggedModelOutput(model_id=key, step=step) for key, step in record.model_outputs]
    inputs = RunInputs(dataset_inputs=datasets, model_inputs=models if model_inputs else None)
    return Run(run_info(record), data, inputs, RunOutputs(outputs))


def _dataset_input(row: Row, tags: Pairs) -> DatasetInput:
    name, digest, source_type, source, schema, profile = row
    dataset = Dataset(name, digest, source_type, source, schema, profile)
    return DatasetInput(dataset, [InputTag(key, value) for key, value in tags])


def logged_model(record: ModelRecord) -> LoggedModel:
    """The logged model with its params, tags and metrics."""
    model_id, experiment_id, name, location, created, updated, kind, run_id, status, message, _ = (
        record.row
    )
    return LoggedModel(
        experiment_id=str(experiment_id),
        model_id=model_id,
        name=name,
        artifact_location=location,
        creation_timestamp=created,
        last_updated_timestamp=updated,
        model_type=kind,
        source_run_id=run_id,
        status=LoggedModelStatus.from_int(status),
        status_message=message,
        tags=dict(record.tags) or None,
        params=dict(record.params) or None,
        metrics=[_model_metric(row) for row in record.metrics] or None,
    )


def _model_metric(row: Row) -> Metric:
    model_id, key, timestamp, step, run_id, value, dataset_name, dataset_digest = row
    return Metric(
        key,
        value,
        timestamp,
        step,
        model_id=model_id,
        dataset_name=dataset_name,
        dataset_digest=dataset_digest,
        run_id=run_id,
    )
