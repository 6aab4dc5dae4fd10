"""The catalogue of tables: put your company's data platform here."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST

from .table import Table, parsed

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "SAMPLE_DATA"
_SUFFIXES = (".parquet", ".csv")
_CHUNK = 1 << 20


def configured_catalogue() -> Catalogue:
    """The catalogue that the environment names.

    Raises:
        MlflowException: it names none.
    """
    if folder := os.environ.get(FOLDER):
        return Catalogue(Path(folder).absolute())
    raise MlflowException(
        f"No tables are configured. Set {FOLDER} to the folder that holds them.",
        INVALID_PARAMETER_VALUE,
    )


class Catalogue:
    """The versions of tables in a folder: `NAME/VERSION.parquet` or `NAME/VERSION.csv`.

    Args:
        folder: where the tables are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def table(self, text: str) -> Table:
        """The version that `NAME@VERSION` or its URI names; of `NAME` the newest.

        Raises:
            MlflowException: there is none.
        """
        name, version = parsed(text)
        versions = self._files(name)
        if version is None:
            version = max(versions, default=0)
        if version not in versions:
            raise MlflowException(
                f"There is no table {text!r} in {self._folder}; versions of {name}: "
                f"{', '.join(map(str, sorted(versions))) or 'none'}.",
                RESOURCE_DOES_NOT_EXIST,
            )
        return Table(name, version)

    def path(self, table: Table) -> Path:
        """The file of a version.

        Raises:
            MlflowException: there is none, or more than one.
        """
        found = self._files(table.name).get(table.version, [])
        if len(found) == 1:
            return found[0]
        raise MlflowException(
            f"{table.uri} should be one file in {self._folder / table.name}, not {len(found)}.",
            RESOURCE_DOES_NOT_EXIST,
        )

    def read(self, table: Table) -> pd.DataFrame:
        """The rows of a version."""
        import pandas as pd

        path = self.path(table)
        return pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)

    def digest(self, table: Table) -> str:
        """What differs when the content does: ten characters, as MLflow wants it to be short."""
        sha = hashlib.sha256()
        with self.path(table).open("rb") as file:
            while chunk := file.read(_CHUNK):
                sha.update(chunk)
        return sha.hexdigest()[:10]

    def _files(self, name: str) -> dict[int, list[Path]]:
        found: dict[int, list[Path]] = {}
        folder = self._folder / name
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.suffix in _SUFFIXES and path.stem.isdecimal():
                found.setdefault(int(path.stem), []).append(path)
        return found
