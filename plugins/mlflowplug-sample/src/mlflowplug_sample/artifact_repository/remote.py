"""Artifacts in what fsspec reaches: buckets, Hadoop, memory, and file systems of your own."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import wait
from contextlib import suppress
from typing import Any

import fsspec

from .errors import invalid, not_installed
from .files import Upload, staged_name
from .location import BUCKETS
from .names import STAGED
from .repository import Entry, Repository


class RemoteRepository(Repository):
    """Artifacts in a file system of fsspec: bucket, Hadoop, memory.

    Only calls are used that take a path as it is. `put`, `get`, `rm` and `mv` of fsspec take one
    for a pattern: deleting the artifact `*` would delete all others.
    """

    _user_option = "user"
    """What fsspec's file system calls the user of a host."""

    @property
    def _filesystem(self) -> Any:
        # Asked for anew at every use, never handed to another thread: fsspec keeps one for all
        # threads where it is asynchronous, else one per thread (two threads on one SFTP connection
        # wait for each other's answers), and new ones after a fork.
        try:
            return fsspec.filesystem(self._location.protocol, **self._options())
        except ImportError as error:
            raise not_installed(self._location.protocol, error) from error

    def _options(self) -> dict[str, Any]:
        if self._location.host is None:
            return {}
        host, port, user = self._location.host
        options = {"host": host, "port": port, self._user_option: user}
        return {name: value for name, value in options.items() if value is not None}

    def _path(self, key: str) -> str:
        return f"{self._location.root}/{key}" if key else self._location.root

    def _upload(self, uploads: list[Upload]) -> None:
        files = [(path, u.folder, name) for u in uploads for path, name in u.files]
        if self._location.protocol not in BUCKETS:
            for folder in dict.fromkeys(folder for _, folder, _ in files):
                self._make_folder(self._path(folder))
        self._in_parallel(self._publish, files)

    def _make_folder(self, path: str) -> None:
        # fsspec looks whether each folder is there, and then creates it; another process may do
        # so in between, once per folder above.
        for _ in range(path.count("/")):
            with suppress(OSError):
                self._filesystem.makedirs(path, exist_ok=True)
                return
        self._filesystem.makedirs(path, exist_ok=True)

    def _in_parallel(self, call: Callable[..., None], arguments: Iterable[tuple[Any, ...]]) -> None:
        """Call in the threads of the repository; the first error ends it."""
        futures = [self.thread_pool.submit(call, *one) for one in arguments]
        try:
            for future in futures:
                future.result()
        finally:
            for future in futures:
                future.cancel()
            wait(futures)

    def _publish(self, source: str, folder: str, name: str) -> None:
        """Upload a file so that it appears as a whole; an object in a bucket always does."""
        path = self._path(posixpath.join(folder, name))
        if self._location.protocol in BUCKETS:
            self._put(source, path)
            return
        temporary = f"{self._path(folder)}/{staged_name()}"
        try:
            self._put(source, temporary)
            self._rename(temporary, path)
        except BaseException:
            with suppress(Exception):
                self._filesystem.rm_file(temporary)
            raise

    def _remove(self, path: str) -> None:
        self._filesystem.rm_file(path)

    def _put(self, source: str, path: str) -> None:
        self._filesystem.put_file(source, path)

    def _rename(self, old: str, new: str) -> None:
        filesystem = self._filesystem
        if type(filesystem).mv is fsspec.AbstractFileSystem.mv:  # copies what matches a pattern
            filesystem.cp_file(old, new)
            filesystem.rm_file(old)
        else:
            filesystem.mv(old, new)

    def _entries(self, key: str) -> Iterator[Entry]:
        path = self._path(key)
        for info in self._listing(path):
            name = str(info["name"]).rstrip("/")
            is_dir = info["type"] == "directory"
            # A file lists itself, and so does the empty object that some tools put for a folder.
            if name == path or not (is_dir or info["type"] == "file"):
                continue
            if not name.startswith(f"{path}/"):
                raise invalid(f"The storage lists {name!r} in {path!r}, where it is not.")
            if not posixpath.basename(name).startswith(STAGED):
                name = name.removeprefix(f"{path}/")
                yield Entry(name, is_dir, None if is_dir else int(info["size"]))

    def _listing(self, path: str) -> list[dict[str, Any]]:
        filesystem = self._filesystem
        # Other processes write too, and fsspec remembers listings.
        filesystem.invalidate_cache(path)
        try:
            return list(filesystem.ls(path, detail=True))
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError:  # SFTP servers say no more than "failure" when asked to list a file
            if filesystem.isfile(path):
                return []
            raise

    def _is_folder(self, key: str) -> bool:
        return any(True for _ in self._entries(key))

    def _download(self, key: str, local_path: str) -> None:
        self._filesystem.get_file(self._path(key), local_path)

    def _delete(self, key: str) -> None:
        path = self._path(key)
        filesystem = self._filesystem
        filesystem.invalidate_cache(path)
        has_folders = self._location.protocol not in BUCKETS
        found = filesystem.find(path, withdirs=has_folders, detail=True)
        below = {name: info for name, info in found.items() if f"{name}/".startswith(f"{path}/")}
        folders = [name for name, info in below.items() if info.get("type") == "directory"]
        self._in_parallel(self._remove, ((name,) for name in below.keys() - set(folders)))
        for folder in sorted(folders, key=len, reverse=True):
            with suppress(FileNotFoundError):
                filesystem.rmdir(folder)
