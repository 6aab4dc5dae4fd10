"""A version of a table as the source of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlflow.data.dataset_source import DatasetSource
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE

from ..datasets.catalogue import configured_catalogue
from ..datasets.table import SCHEME, Table, is_uri, parsed

if TYPE_CHECKING:
    import pandas as pd


class SampleDatasetSource(DatasetSource):
    """Says which version of which table it was; where the tables are says the environment.

    So a dataset that was logged on one machine is loaded on another one.

    Args:
        table: the version.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    @property
    def uri(self) -> str:
        """The URI of the version."""
        return self._table.uri

    @staticmethod
    def _get_source_type() -> str:
        return SCHEME

    def load(self) -> pd.DataFrame:
        """The rows.

        Raises:
            MlflowException: there is no such version any more.
        """
        return configured_catalogue().read(self._table)

    @staticmethod
    def _can_resolve(raw_source: Any) -> bool:
        # MLflow asks with whatever a user calls the source of a dataset.
        return is_uri(raw_source)

    @classmethod
    def _resolve(cls, raw_source: Any) -> SampleDatasetSource:
        """The source that a URI names; without a version it is the newest, now and for good."""
        return cls(configured_catalogue().table(raw_source))

    def to_dict(self) -> dict[str, Any]:
        """What is logged."""
        return {"uri": self.uri}

    @classmethod
    def from_dict(cls, source_dict: dict[Any, Any]) -> SampleDatasetSource:
        """The source that was logged; whether it is still there, `load` tells.

        Raises:
            MlflowException: nothing of this class was logged.
        """
        uri = source_dict.get("uri")
        name, version = parsed(uri) if is_uri(uri) else ("", None)
        if version is None:
            raise MlflowException(
                f"The logged source should be {SCHEME}:NAME@VERSION, not {uri!r}.",
                INVALID_PARAMETER_VALUE,
            )
        return cls(Table(name, version))
