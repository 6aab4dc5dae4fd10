"""`mlflow.data.from_sample`."""

# No `from __future__ import annotations` here: MLflow calls issubclass() on what the function is
# annotated to return (mlflow/data/dataset_registry.py).

import json

from mlflow.data.dataset_source import DatasetSource

from ..datasets.catalogue import Catalogue, configured_catalogue
from ..datasets.table import SCHEME, Table
from .dataset import SampleDataset


def from_sample(
    table: str,
    targets: str | None = None,
    name: str | None = None,
    digest: str | None = None,
    predictions: str | None = None,
) -> SampleDataset:
    """A version of a table as a dataset, with its rows loaded.

    Args:
        table: `sales/orders@2`, or `sales/orders` for the newest version, or the URI of either.
        targets: the column to be predicted.
        name: what the dataset is called, if not as the table.
        digest: what tells it from others, if not what is made from the content.
        predictions: the column of a model's predictions.

    Raises:
        MlflowException: there is no such table, or no such column.
    """
    catalogue = configured_catalogue()
    found = catalogue.table(table)
    return SampleDataset(
        catalogue.read(found),
        _source(catalogue, found),
        table=found,
        targets=targets,
        name=name or found.name,
        digest=digest or catalogue.digest(found),
        predictions=predictions,
    )


def _source(catalogue: Catalogue, table: Table) -> DatasetSource:
    """The table, if a dataset source that knows tables is installed, else the file that it is in.

    What MLflow cannot read back it should not log.
    """
    # Only now: MLflow makes its constructors before its sources.
    from mlflow.data import dataset_source_registry as sources

    knows_tables = any(one._get_source_type() == SCHEME for one in sources.get_registered_sources())
    uri, kind = (table.uri, SCHEME) if knows_tables else (str(catalogue.path(table)), "local")
    # Asked to resolve a path, MLflow would warn that two of its own sources can.
    return sources.get_dataset_source_from_json(json.dumps({"uri": uri}), kind)
