"""The experiment that something belongs to, for stores that keep no experiments themselves."""

from __future__ import annotations

from mlflow.entities import LifecycleStage
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.tracking._tracking_service.utils import _get_store
from mlflow.tracking.fluent import _get_experiment_id
from mlflow.tracking.registry import UnsupportedModelRegistryStoreURIException


def tracking_store_of(tracking_uri: str) -> AbstractStore | None:
    """The tracking store of a URI; None where no plugin has one for the URI's scheme."""
    try:
        return _get_store(tracking_uri)
    except UnsupportedModelRegistryStoreURIException:
        # What MLflow raises for an unknown scheme of a tracking URI as well.
        return None


def active_experiment_id(tracking_uri: str, experiment_id: str | None) -> str:
    """The id of an experiment that takes something new; by default that of the active experiment.

    Where there is a tracking store it must know the experiment, as in MLflow's own stores.

    Raises:
        MlflowException: there is no such experiment, or it is deleted.
    """
    wanted = str(experiment_id or _get_experiment_id() or "0")
    store = tracking_store_of(tracking_uri)
    if store is None:
        return wanted
    stage = store.get_experiment(wanted).lifecycle_stage
    if stage != LifecycleStage.ACTIVE:
        raise MlflowException(
            f"The experiment {wanted} must be in the 'active' state. Current state is {stage}.",
            INVALID_PARAMETER_VALUE,
        )
    return wanted
