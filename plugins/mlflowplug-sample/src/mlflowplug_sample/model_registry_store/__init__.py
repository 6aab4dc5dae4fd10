"""The model registry behind a function, so that loading it imports nothing of MLflow.

`import mlflow.server` opens the registry of stores while MLflow is still half imported. Importing
the store class here could then fail, which MLflow only warns of, and the scheme stays unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .store import SampleModelRegistryStore


def model_registry_store(
    store_uri: str | None = None,
    tracking_uri: str | None = None,
) -> SampleModelRegistryStore:
    """The store that MLflow opens for the scheme `sample`.

    Args:
        store_uri: the registry URI, such as `sample:/data/store.db`.
        tracking_uri: where the runs and the logged models are.

    The arguments are those of MLflow's call in mlflow/tracking/_model_registry/registry.py.
    """
    from .store import SampleModelRegistryStore

    return SampleModelRegistryStore(store_uri, tracking_uri)
