"""Where a project's files are."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mlflow.exceptions import MlflowException
from mlflow.projects.utils import (
    _is_local_uri,
    _is_zip_uri,
    _parse_subdirectory,
    fetch_and_validate_project,
)

from .job import Job


def fetch(
    uri: str, version: str | None, entry_point: str, params: Mapping[str, object]
) -> tuple[str, str | None]:
    """The project's folder, and the folder to remove in the end, if MLflow made one.

    Raises:
        MlflowException: there is no such project, version or entry point, or a parameter is
            missing (ExecutionException).
    """
    folder = fetch_and_validate_project(uri, version, entry_point, dict(params))
    return folder, _temporary(uri, folder)


def _temporary(uri: str, folder: str) -> str | None:
    # MLflow does not say, and does not remove it: the rule is that of `_fetch_project` in
    # mlflow/projects/utils.py.
    address, subdirectory = _parse_subdirectory(uri)
    if not _is_zip_uri(address) and _is_local_uri(address):
        return None
    depth = len(Path(subdirectory).parts)
    return str([Path(folder), *Path(folder).parents][depth])


@contextmanager
def project_folder(job: Job) -> Iterator[str]:
    """The project's folder where the job runs; it is fetched where that is necessary.

    Raises:
        MlflowException: this machine does not see the folder.
    """
    folder, temporary = job.folder, None
    if folder is None:
        folder, temporary = fetch(job.uri, job.version, job.entry_point, job.params)
    try:
        if not Path(folder).is_dir():
            raise MlflowException(
                f"This machine has no folder {folder}. "
                "Give a git URI, or a folder that all machines share."
            )
        yield folder
    finally:
        remove(temporary)


def remove(temporary: str | None) -> None:
    """Remove a folder that MLflow made for a project, if it did."""
    if temporary is not None:
        shutil.rmtree(temporary, ignore_errors=True)
