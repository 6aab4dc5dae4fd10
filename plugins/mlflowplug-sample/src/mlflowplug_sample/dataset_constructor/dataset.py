"""The dataset that a version of a table is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlflow.data.dataset_source import DatasetSource
from mlflow.data.pandas_dataset import PandasDataset

from ..datasets.table import Table

if TYPE_CHECKING:
    import pandas as pd


class SampleDataset(PandasDataset):
    """The rows of a table, as MLflow's own dataset of a DataFrame, and which table it was.

    The schema and the conversions for evaluations are MLflow's (mlflow/data/pandas_dataset.py).

    Args:
        df: the rows.
        source: where they come from.
        targets, name, digest, predictions: as in MLflow's class.
        table: the version.
    """

    def __init__(
        self,
        df: pd.DataFrame,
        source: DatasetSource,
        targets: str | None = None,
        name: str | None = None,
        digest: str | None = None,
        predictions: str | None = None,
        *,
        table: Table,
    ) -> None:
        super().__init__(df, source, targets, name, digest, predictions)
        self._table = table

    @property
    def table(self) -> Table:
        """The version of the table."""
        return self._table

    @property
    def profile(self) -> dict[str, Any]:
        """Numbers of rows, elements and missing values, and the version."""
        own = super().profile or {}
        missing = int(self.df.isna().sum().sum())
        return {**own, "num_missing": missing, "table_version": self._table.version}
