"""What the parts of the model registry share: the database, opened."""

from __future__ import annotations

from mlflow.store.model_registry.abstract_store import AbstractStore

from ..sql.location import database_url
from ..sql.workspaces import refuse_workspaces
from .storage import Storage


class RegistryBase(AbstractStore):
    """A registry in the database of a URI.

    Args:
        store_uri: `sample:/path/to/store.db`; see `location.database_url`.
        tracking_uri: where the runs and the logged models are; MLflow passes the current one.
    """

    def __init__(self, store_uri: str | None = None, tracking_uri: str | None = None) -> None:
        super().__init__(store_uri, tracking_uri)
        self._tracking_uri = tracking_uri
        self._opened = Storage(database_url(store_uri))

    @property
    def _storage(self) -> Storage:
        """The storage, which every method goes through."""
        refuse_workspaces()
        return self._opened
