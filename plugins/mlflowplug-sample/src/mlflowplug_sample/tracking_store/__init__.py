"""The tracking store behind a function, so that loading it imports nothing of MLflow.

MLflow loads the entry points of tracking stores while `import mlflow` is still running, so this
module imports nothing of MLflow. Importing the store class here would fail on a half imported
MLflow, which only warns and leaves the scheme unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .store import SampleTrackingStore


def tracking_store(
    store_uri: str | None = None,
    artifact_uri: str | None = None,
) -> SampleTrackingStore:
    """The store that MLflow opens for the scheme `sample`.

    Args:
        store_uri: the tracking URI, such as `sample:/data/store.db`.
            A PostgreSQL server's is described in `sql/location.py`.
        artifact_uri: where new experiments keep their artifacts. MLflow's server passes its
            `--default-artifact-root`, clients pass None.

    The arguments are those of MLflow's call in mlflow/tracking/_tracking_service/registry.py.
    """
    from .store import SampleTrackingStore

    return SampleTrackingStore(store_uri, artifact_uri)
