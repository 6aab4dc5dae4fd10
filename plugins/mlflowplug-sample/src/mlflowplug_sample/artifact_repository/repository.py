"""MLflow's side of the artifact repository: what mlflow/store/artifact/artifact_repo.py promises.

`download_artifacts` is MLflow's own: it checks where each listed file goes.
"""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterable
from typing import NamedTuple

from mlflow.entities import FileInfo
from mlflow.store.artifact.artifact_repo import ArtifactRepository

from .errors import invalid, mlflow_errors, not_found
from .files import Upload, staged, upload, uploads
from .location import location
from .names import artifact_key, child_key, folder_key
from .policy import check_server_may_open


class Entry(NamedTuple):
    """What a storage lists in a folder; `size` in bytes, None for a folder."""

    name: str
    is_dir: bool
    size: int | None


class Repository(ArtifactRepository):
    """What all storages share: names and locations are checked, errors are MLflow's.

    A storage implements the five abstract methods. It is given keys: names below the root that are
    checked and normal, "" for the root itself. It raises what the storage raises.

    Args:
        artifact_uri: see `location.location`.
        tracking_uri: where MLflow tracks runs.
        registry_uri: where MLflow registers models.

    Raises:
        MlflowException: the URI means nothing, or a server may not open it (see `policy`).
    """

    def __init__(
        self, artifact_uri: str, tracking_uri: str | None = None, registry_uri: str | None = None
    ) -> None:
        self._location = location(artifact_uri)
        check_server_may_open(self._location)
        super().__init__(artifact_uri, tracking_uri, registry_uri)

    def log_artifact(self, local_file: str, artifact_path: str | None = None) -> None:
        """Upload a local file into the folder `artifact_path`."""
        folder = folder_key(artifact_path)
        with mlflow_errors(f"Cannot upload '{local_file}'"):
            self._upload([Upload(folder, [upload(os.fspath(local_file), folder)])])

    def log_artifacts(self, local_dir: str, artifact_path: str | None = None) -> None:
        """Upload what is in a local folder, into the folder `artifact_path`."""
        with mlflow_errors(f"Cannot upload '{local_dir}'"):
            self._upload(uploads(os.fspath(local_dir), folder_key(artifact_path)))

    def list_artifacts(self, path: str | None = None) -> list[FileInfo]:
        """The files and folders directly in a folder, by path; of a file, or of nothing, none."""
        folder = artifact_key(path)
        with mlflow_errors(f"Cannot list '{folder}'"):
            entries = self._entries(folder)
            infos = [FileInfo(child_key(folder, e.name), e.is_dir, e.size) for e in entries]
        return sorted(infos, key=lambda info: str(info.path))

    def _is_directory(self, artifact_path: str | None) -> bool:
        with mlflow_errors(f"Cannot list '{artifact_path}'"):
            return self._is_folder(artifact_key(artifact_path))

    def _download_file(self, remote_file_path: str, local_path: str) -> None:
        key = artifact_key(remote_file_path)
        with mlflow_errors(f"Cannot download '{key}'"), staged(os.fspath(local_path)) as temporary:
            try:
                self._download(key, temporary)
            except FileNotFoundError as error:
                raise not_found(key) from error

    def delete_artifacts(self, artifact_path: str | None = None) -> None:
        """Delete a file, or a folder with all that is in it; without a path, everything.

        What does not exist is as good as deleted: `mlflow gc` may try again.
        """
        key = artifact_key(artifact_path)
        if artifact_path and not key:
            raise invalid(f"{artifact_path!r} is the root; delete it by giving no path.")
        with mlflow_errors(f"Cannot delete '{key}'"):
            self._delete(key)

    @abstractmethod
    def _upload(self, uploads: list[Upload]) -> None:
        """Copy local files into the storage; a reader never sees half a file."""

    @abstractmethod
    def _entries(self, key: str) -> Iterable[Entry]:
        """What is directly in a folder; nothing of a file, or of what does not exist."""

    @abstractmethod
    def _is_folder(self, key: str) -> bool:
        """Whether there is a folder of that key."""

    @abstractmethod
    def _download(self, key: str, local_path: str) -> None:
        """Copy a file to a new local path.

        Raises:
            FileNotFoundError: there is no such file.
        """

    @abstractmethod
    def _delete(self, key: str) -> None:
        """Delete a file, or a folder with all that is in it, if it exists."""
