"""Artifacts on local disk, without fsspec in between: copied by the kernel, put in place whole."""

# Paths are text, as in `files`.
# ruff: noqa: PTH103, PTH108, PTH110, PTH112, PTH114, PTH118, PTH123

from __future__ import annotations

import asyncio
import os
import posixpath
import shutil
from collections.abc import AsyncIterable, Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, BinaryIO

from mlflow.store.artifact.artifact_repo import ARTIFACT_STREAM_CHUNK_SIZE, StreamUploadMixin

from .errors import invalid, mlflow_errors, not_found
from .files import Upload, copy, staged
from .names import STAGED, artifact_key, file_key, folder_key
from .repository import Entry, Repository


class AtOnce(Executor):
    """Calls in the caller's thread, for on local disk threads mostly wait for each other."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call, and give what came of it."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class LocalRepository(Repository, StreamUploadMixin):
    """Artifacts in a folder of this machine: `sample:/path`.

    Files are copied, never linked: an artifact stays as it was when its source changes.
    """

    def _create_thread_pool(self) -> Executor:
        return AtOnce()

    def get_local_path(self, artifact_path: str) -> str:
        """The file or folder itself, which the server sends without a copy."""
        path = self._inside(artifact_key(artifact_path))
        if not os.path.exists(path):
            raise not_found(artifact_path)
        return path

    def log_artifact_from_stream(
        self, stream: BinaryIO, artifact_file_name: str, artifact_path: str | None = None
    ) -> None:
        """Write what a request sends, without a copy in between."""
        with self._written(artifact_file_name, artifact_path) as file:
            shutil.copyfileobj(stream, file, ARTIFACT_STREAM_CHUNK_SIZE)

    async def log_artifact_from_async_stream(
        self,
        chunks: AsyncIterable[bytes],
        artifact_file_name: str,
        artifact_path: str | None = None,
    ) -> None:
        """Write what a request sends, chunk by chunk, while the event loop goes on."""
        with ExitStack() as stack:
            written = self._written(artifact_file_name, artifact_path)
            file = await asyncio.to_thread(stack.enter_context, written)
            async for chunk in chunks:
                await asyncio.to_thread(file.write, chunk)

    @contextmanager
    def _written(self, artifact_file_name: str, artifact_path: str | None) -> Iterator[BinaryIO]:
        """A file that becomes the artifact when the block ends, and is gone when it fails."""
        key = file_key(folder_key(artifact_path), posixpath.basename(artifact_file_name))
        folder, name = posixpath.split(key)
        with mlflow_errors(f"Cannot upload '{key}'"):
            path = os.path.join(self._folder(folder), name)
            with staged(path) as temporary, open(temporary, "xb") as file:
                yield file

    def _upload(self, uploads: list[Upload]) -> None:
        for one in uploads:
            folder = self._folder(one.folder)
            for source, name in one.files:
                with staged(os.path.join(folder, name)) as temporary:
                    copy(source, temporary)

    def _entries(self, key: str) -> Iterator[Entry]:
        path = self._inside(key)
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(path) as found:
            for entry in found:
                if self._is_artifact(entry):
                    is_dir = entry.is_dir()
                    yield Entry(entry.name, is_dir, None if is_dir else entry.stat().st_size)

    def _is_artifact(self, entry: os.DirEntry[str]) -> bool:
        """Not what is being written, no link that leads outside or nowhere."""
        if entry.is_symlink():
            path = os.path.realpath(entry)
            return os.path.exists(path) and self._holds(path)
        return not entry.name.startswith(STAGED)

    def _is_folder(self, key: str) -> bool:
        return os.path.isdir(self._inside(key))

    def _download(self, key: str, local_path: str) -> None:
        copy(self._inside(key), local_path)

    def _delete(self, key: str) -> None:
        # A link is deleted, not what it leads to.
        folder, name = posixpath.split(key)
        path = os.path.join(self._inside(folder), name) if key else self._location.path
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            with suppress(FileNotFoundError, NotADirectoryError):
                os.unlink(path)

    def _folder(self, key: str) -> str:
        """The path of a folder, which is created."""
        path = self._inside(key)
        os.makedirs(path, exist_ok=True)
        return path

    def _inside(self, key: str) -> str:
        """The path of a key, links followed.

        Whoever can plant a link between this and the use of the path can write into the root, and
        needs no link; MLflow's `validate_path_within_directory` says the same.

        Raises:
            MlflowException: a symbolic link leads out of the root.
        """
        path = os.path.realpath(os.path.join(self._location.path, key))
        if not self._holds(path):
            raise invalid(f"Invalid artifact path: '{key}'. A symbolic link leads out of the root.")
        return path

    def _holds(self, path: str) -> bool:
        root = self._location.path
        return path == root or path.startswith(root + os.sep)
