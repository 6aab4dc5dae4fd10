"""What a session needs of the tracking store of the same URI, where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mlflow.entities import Trace
from mlflow.exceptions import MlflowException
from mlflow.genai.datasets import EvaluationDataset, get_dataset
from mlflow.protos.databricks_pb2 import (
    NOT_FOUND,
    NOT_IMPLEMENTED,
    RESOURCE_DOES_NOT_EXIST,
    ErrorCode,
)
from mlflow.tracking import MlflowClient

from ..experiments import tracking_store_of

_NOT_IMPLEMENTED = ErrorCode.Name(NOT_IMPLEMENTED)
_NOT_THERE = {
    _NOT_IMPLEMENTED,
    ErrorCode.Name(NOT_FOUND),
    ErrorCode.Name(RESOURCE_DOES_NOT_EXIST),
}


class Tracking:
    """The tracking store of a URI. Without one, sessions have no runs and no datasets.

    Args:
        uri: the tracking URI.
    """

    def __init__(self, uri: str) -> None:
        self._uri = uri

    def create_run(self, experiment_id: str, name: str) -> str | None:
        """A run that stands for a session; None where there is no tracking store."""
        if tracking_store_of(self._uri) is None:
            return None
        run_id: str = MlflowClient(self._uri).create_run(experiment_id, run_name=name).info.run_id
        return run_id

    def delete_run(self, run_id: str) -> None:
        """Delete the run of a session that is deleted; it can be restored."""
        if tracking_store_of(self._uri) is not None:
            MlflowClient(self._uri).delete_run(run_id)

    def newest(self, trace_id: str, kept: str) -> Trace:
        """A trace with the labels that it has by now; as it was kept where it is nowhere else."""
        if tracking_store_of(self._uri) is None:
            return Trace.from_json(kept)
        try:
            return MlflowClient(self._uri).get_trace(trace_id, display=False)
        except NotImplementedError:
            return Trace.from_json(kept)
        except MlflowException as error:
            if error.error_code not in _NOT_THERE:
                raise
            return Trace.from_json(kept)

    def dataset(self, name: str) -> EvaluationDataset:
        """The evaluation dataset of that name.

        Raises:
            MlflowException: there is none, or nobody keeps any.
        """
        with _datasets_are_needed():
            if tracking_store_of(self._uri) is None:
                raise NotImplementedError
            return get_dataset(name=name)

    def merge(self, name: str, traces: list[Trace]) -> None:
        """Add traces and what is expected of them to a dataset."""
        dataset = self.dataset(name)
        with _datasets_are_needed():
            dataset.merge_records(traces)


@contextmanager
def _datasets_are_needed() -> Iterator[None]:
    try:
        yield
    except NotImplementedError as error:
        raise _no_datasets() from error
    except MlflowException as error:
        if error.error_code == _NOT_IMPLEMENTED:
            raise _no_datasets() from error
        raise


def _no_datasets() -> MlflowException:
    return MlflowException(
        "Evaluation datasets are kept in the tracking store, and that of this tracking URI keeps "
        "none.",
        NOT_IMPLEMENTED,
    )
