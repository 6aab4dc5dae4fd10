"""One version of a table, and the URI that stands for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeGuard

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE

SCHEME = "sample-data"
"""Scheme and source type. For that of an artifact repository MLflow makes a source of its own
(mlflow/data/artifact_dataset_sources.py): with the name alone, both would claim its datasets."""
# Parts of a path, none of which leads upwards or is hidden.
_NAME = re.compile(r"[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)*", re.ASCII)
_VERSION = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True)
class Table:
    """A version of a table; versions never change.

    Attributes:
        name: for example `sales/orders`.
        version: 1 and up.
    """

    name: str
    version: int

    @property
    def uri(self) -> str:
        """What stands for it in MLflow."""
        return f"{SCHEME}:{self.name}@{self.version}"


def is_uri(text: object) -> TypeGuard[str]:
    """Whether it is a URI of a table, be there such a table or not."""
    return isinstance(text, str) and text.partition(":")[0].lower() == SCHEME


def parsed(text: str) -> tuple[str, int | None]:
    """The name and the version that `NAME@VERSION`, `NAME` or the URI of either stands for.

    Raises:
        MlflowException: it stands for no table.
    """
    rest = text.partition(":")[2] if is_uri(text) else text
    name, at, version = rest.partition("@")
    if not _NAME.fullmatch(name) or (at and not _VERSION.fullmatch(version)):
        raise MlflowException(
            f"{text!r} is no table. Write NAME, NAME@VERSION or {SCHEME}:NAME@VERSION, with a "
            "version of 1 or more and a name of letters, digits, '_', '-', '.' and '/'.",
            INVALID_PARAMETER_VALUE,
        )
    return name, int(version) if at else None
